namespace FlowSecrets.Providers.Gcp.Iam;

/// <summary>Sets of principals: those of pools, of projects, folders and organisations, and of Google's own directory.</summary>
internal static class GcpPrincipalSets
{
    private const string Form = "principalSet://";
    private const string OfResources = Form + "cloudresourcemanager.googleapis.com/";

    /// <returns>Null: it cannot be known here.</returns>
    public static bool? Holds(string set, string principal)
    {
        if (set.StartsWith(OfResources, StringComparison.Ordinal))
        {
            // Who else belongs to a project or an organisation (pools, domains) no policy says.
            bool isOfAccounts = set.Contains("/type/Service", StringComparison.Ordinal);
            return
                isOfAccounts
                && (principal.StartsWith("user:", StringComparison.Ordinal) || principal.StartsWith("principal:", StringComparison.Ordinal))
                ? false
                : null;
        }

        if (PoolOf(set[Form.Length..]) is not ({ } pool, { } of))
        {
            return null;
        }

        if (GcpPoolIdentity.Of(principal) is not { } identity)
        {
            // People and service accounts are in no pool, and neither is a group or a domain of them.
            return principal.StartsWith("principal", StringComparison.Ordinal) ? null : false;
        }

        return !identity.MayBeIn(pool) ? false
            : identity.IsIn(pool) && of == "*" ? true
            : identity.IsIn(pool) && of.StartsWith("namespace/", StringComparison.Ordinal) && identity.Namespace is { } space
                ? of["namespace/".Length..] == space
            // Attributes and groups are of the token, by a mapping that is not read here.
            : null;
    }

    /// <summary>
    /// iam.googleapis.com/projects/N/locations/global/workloadIdentityPools/POOL or …/locations/global/workforcePools/POOL.
    /// </summary>
    public static (string Pool, string Of)? PoolOf(string name)
    {
        string[] parts = name.Split('/');
        int kind = Array.FindIndex(parts, static p => p is "workloadIdentityPools" or "workforcePools");
        return kind > 0 && parts.Length > kind + 2
            ? (string.Join('/', parts.Take(kind + 2)), string.Join('/', parts.Skip(kind + 2)))
            : null;
    }
}
