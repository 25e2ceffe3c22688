namespace FlowSecrets.CloudFakes.Gcp.Iam;

/// <summary>Projects below folders below an organisation.</summary>
internal sealed class GcpHierarchy(GcpNames names)
{
    private readonly Dictionary<string, string> _parents = new(StringComparer.Ordinal);

    /// <param name="above">From the nearest to the farthest; none: it has no parent.</param>
    public void Set(string project, IReadOnlyList<string> above)
    {
        string child = names.Canonical(Prefixed(project));
        _parents.Remove(child);
        foreach (string parent in above)
        {
            _parents[child] = parent;
            child = parent;
        }
    }

    public string? ParentOf(string canonical) => _parents.GetValueOrDefault(canonical);

    /// <summary>Whatever can have a policy that counts for this resource: from itself to the organisation.</summary>
    public IReadOnlyList<string> Chain(string canonical)
    {
        List<string> chain = [.. GcpNames.Within(canonical)];
        while (chain.Count > 0 && ParentOf(chain[^1]) is { } parent)
        {
            chain.Add(parent);
        }

        return chain;
    }

    public static string Prefixed(string project) => project.Contains('/', StringComparison.Ordinal) ? project : "projects/" + project;
}
