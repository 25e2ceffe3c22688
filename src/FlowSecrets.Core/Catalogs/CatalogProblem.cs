namespace FlowSecrets.Catalogs;

/// <summary>One thing that is wrong in a catalog, and where.</summary>
/// <param name="File">The catalog's path.</param>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1.</param>
public sealed record CatalogProblem(string File, int Line, int Column, string Message)
{
    public override string ToString() => $"{File}:{Line}:{Column}: {Message}";
}

/// <summary>Collects all problems of one document.</summary>
internal sealed class ProblemList(string file)
{
    private readonly List<CatalogProblem> _problems = [];

    public IReadOnlyList<CatalogProblem> All => [.. _problems.OrderBy(static p => p.Line).ThenBy(static p => p.Column)];

    public bool Any => _problems.Count > 0;

    public void Add(DocNode at, string message) => _problems.Add(new CatalogProblem(file, at.Line, at.Column, message));
}
