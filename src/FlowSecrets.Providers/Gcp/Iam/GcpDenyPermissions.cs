namespace FlowSecrets.Providers.Gcp.Iam;

/// <summary>
/// Permissions as deny policies name them: secretmanager.googleapis.com/versions.access, and its groups SERVICE/RESOURCE.*, SERVICE/*.VERB
/// and SERVICE/*.*.
/// </summary>
internal static class GcpDenyPermissions
{
    /// <returns>Null: a form is not understood here that may mean it.</returns>
    public static bool? Name(List<string>? named, string permission)
    {
        int service = permission.IndexOf('.');
        string fqdn = permission[..service] + ".googleapis.com/";
        string of = permission[(service + 1)..];
        string resource = of[..of.LastIndexOf('.')];
        string verb = of[(of.LastIndexOf('.') + 1)..];
        bool? means = false;
        foreach (string name in named ?? [])
        {
            if (name == fqdn + of || name == fqdn + resource + ".*" || name == fqdn + "*." + verb || name == fqdn + "*.*")
            {
                return true;
            }

            means = IsOther(name, fqdn) ? means : null;
        }

        return means;
    }

    /// <summary>Whether it certainly means others: those of another service, or one permission or group of the forms above.</summary>
    private static bool IsOther(string name, string fqdn)
    {
        int slash = name.IndexOf('/');
        if (slash < 0 || name[..slash] is var service && (!service.Contains('.') || service.Contains('*')))
        {
            return false;
        }

        string[] parts = name[(slash + 1)..].Split('.');
        return !name.StartsWith(fqdn, StringComparison.Ordinal)
            || !name.Contains('*')
            || (parts.Length == 2 && parts.All(static p => p == "*" || !p.Contains('*')));
    }
}
