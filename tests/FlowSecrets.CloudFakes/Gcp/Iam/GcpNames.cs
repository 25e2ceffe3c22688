namespace FlowSecrets.CloudFakes.Gcp.Iam;

/// <summary>Names of resources as policies are kept under: projects by their number, service accounts under their own project.</summary>
internal sealed class GcpNames(string first, GcpProjects projects)
{
    private const string Manager = "cloudresourcemanager.googleapis.com/";

    private static readonly string[] Holders =
    [
        "projects",
        "folders",
        "organizations",
        "secrets",
        "keyRings",
        "cryptoKeys",
        "serviceAccounts",
        "services",
        "workloadIdentityPools",
    ];

    /// <param name="name">A relative name, a full one (//service/…) or an attachment point of a deny policy.</param>
    public string Canonical(string name)
    {
        string plain =
            name.StartsWith("//", StringComparison.Ordinal) ? name[(name.IndexOf('/', 2) + 1)..]
            : name.StartsWith(Manager, StringComparison.Ordinal) ? name[Manager.Length..]
            : name;
        string[] parts = plain.Split('/');
        if (parts is ["projects", _, "serviceAccounts", var email, ..])
        {
            parts[1] = ProjectOf(email);
        }

        if (parts is ["projects", _, ..])
        {
            parts[1] = projects.NumberOf(parts[1]);
        }

        return string.Join('/', parts);
    }

    /// <summary>The name itself and what lies above it up to its project, as far as these can have a policy.</summary>
    public static IEnumerable<string> Within(string canonical)
    {
        string[] parts = canonical.Split('/');
        for (int length = parts.Length / 2 * 2; length > 0; length -= 2)
        {
            if (Holders.Contains(parts[length - 2], StringComparer.Ordinal))
            {
                yield return string.Join('/', parts[..length]);
            }
        }
    }

    /// <summary>As Policy Troubleshooter and audit logs write it.</summary>
    public static string Full(string canonical)
    {
        string service = canonical.Split('/') switch
        {
            [_, _] => "cloudresourcemanager",
            [.., "serviceAccounts", _] => "iam",
            [_, _, "locations", _, "keyRings", ..] => "cloudkms",
            [_, _, "locations", _, "services", ..] => "run",
            _ => "secretmanager",
        };
        return $"//{service}.googleapis.com/{canonical}";
    }

    private string ProjectOf(string email)
    {
        const string Domain = ".iam.gserviceaccount.com";
        string host = email[(email.IndexOf('@') + 1)..];
        string digits = new([.. email.SkipWhile(static c => !char.IsAsciiDigit(c)).TakeWhile(char.IsAsciiDigit)]);
        return host.EndsWith(Domain, StringComparison.Ordinal) && !host.StartsWith("gcp-sa-", StringComparison.Ordinal)
                ? host[..^Domain.Length]
            : digits.Length > 0 ? digits
            : first;
    }
}
