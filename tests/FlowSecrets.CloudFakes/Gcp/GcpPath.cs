namespace FlowSecrets.CloudFakes.Gcp;

/// <summary>
/// /v1/projects/P[/locations/L][/secrets[/S[/versions[/V]]]][:verb], global or regional. Resource: what stands between /v1/ and the verb.
/// </summary>
internal sealed record GcpPath(
    string Resource,
    string Project,
    string? Location,
    string? Secret,
    string? Version,
    string Collection,
    string? Verb
)
{
    public const string Projects = "projects";
    public const string Locations = "locations";
    public const string Secrets = "secrets";
    public const string Versions = "versions";

    public static readonly GcpPath None = new("", "", null, null, null, "", null);

    /// <summary>One member of the collection rather than all of it.</summary>
    public bool IsMember { get; private init; }

    public static GcpPath Parse(string path)
    {
        const string Prefix = "/v1/";
        if (!path.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return None;
        }

        string rest = path[Prefix.Length..];
        int colon = rest.LastIndexOf(':');
        string? verb = colon > rest.LastIndexOf('/') ? rest[(colon + 1)..] : null;
        string resource = verb is null ? rest : rest[..colon];
        string[] parts = resource.Split('/');
        Dictionary<string, string> ids = new(StringComparer.Ordinal);
        for (int i = 0; i + 1 < parts.Length; i += 2)
        {
            ids[parts[i]] = parts[i + 1];
        }

        string collection = parts.Length % 2 == 1 ? parts[^1] : parts[^2];
        return parts[0] != Projects || parts.Length < 2
            ? None
            : new GcpPath(
                resource,
                ids[Projects],
                ids.GetValueOrDefault(Locations),
                ids.GetValueOrDefault(Secrets),
                ids.GetValueOrDefault(Versions),
                collection,
                verb
            )
            {
                IsMember = parts.Length % 2 == 0,
            };
    }
}
