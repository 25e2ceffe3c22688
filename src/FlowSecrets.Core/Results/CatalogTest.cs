namespace FlowSecrets;

/// <summary>What a check of a catalog found.</summary>
public sealed record CatalogTest : ItemResult
{
    public required string Path { get; init; }

    public bool IsValid => Problems.Length == 0;

    /// <summary>Whether its content was approved, which scripts and outside paths need.</summary>
    public bool IsTrusted { get; init; }

    public string? Application { get; init; }

    public int Secrets { get; init; }

    public string[] Environments { get; init; } = [];

    public CatalogProblem[] Problems { get; init; } = [];

    public override string ToString() => $"{Path}: {Status}";
}
