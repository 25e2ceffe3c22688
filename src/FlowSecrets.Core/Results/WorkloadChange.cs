namespace FlowSecrets;

/// <summary>What became of one workload.</summary>
public sealed record WorkloadChange : ItemResult
{
    public required string Workload { get; init; }

    public required string Kind { get; init; }

    public string? Environment { get; init; }

    public override string ToString() => $"{Workload} ({Kind})";
}
