namespace FlowSecrets;

/// <summary>One thing that is wrong in a catalog, and where.</summary>
/// <param name="File">The catalog's path.</param>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1.</param>
public sealed record CatalogProblem(string File, int Line, int Column, string Message)
{
    public override string ToString() => $"{File}:{Line}:{Column}: {Message}";
}
