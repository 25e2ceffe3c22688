namespace FlowSecrets;

/// <summary>One source or destination that a catalog reaches, and whether the user approved it.</summary>
public sealed record CatalogApproval
{
    /// <summary>Reads, Uses, Writes, Connects, Runs, File, Cluster, Principal, Keeps or Variable.</summary>
    public required string Kind { get; init; }

    /// <summary>The location, path, server or name.</summary>
    public required string Subject { get; init; }

    /// <summary>Approved, Missing, or Stale: approved, but the catalog or its script is another now.</summary>
    public required string Status { get; init; }

    public override string ToString() => $"{Kind} {Subject}: {Status}";
}
