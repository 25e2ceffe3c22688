namespace FlowSecrets;

/// <summary>What a check of a catalog found.</summary>
public sealed record CatalogTest : ItemResult
{
    public required string Path { get; init; }

    public bool IsValid => Problems.Length == 0;

    /// <summary>Whether everything that it reaches, apart from the servers of rotations, was approved.</summary>
    public bool IsTrusted { get; init; }

    public string? Application { get; init; }

    public int Secrets { get; init; }

    public string[] Environments { get; init; } = [];

    public CatalogProblem[] Problems { get; init; } = [];

    /// <summary>What it reaches, and what of that the user approved.</summary>
    public CatalogApproval[] Approvals { get; init; } = [];

    public override string ToString() => $"{Path}: {Status}";
}
