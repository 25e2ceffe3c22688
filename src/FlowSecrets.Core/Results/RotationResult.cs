using FlowSecrets.Model;

namespace FlowSecrets;

/// <summary>What became of one secret's rotation.</summary>
public sealed record RotationResult : ItemResult
{
    public required string Name { get; init; }

    public required string StoreName { get; init; }

    /// <summary>None, Created, Applied, Tested, Promoted, Redeployed, Healthy, Overlap, Retired, Undone or NeedsAttention.</summary>
    public string? State { get; init; }

    /// <summary>The version that is current.</summary>
    public string? Version { get; init; }

    /// <summary>The version before, as long as it is valid.</summary>
    public string? PreviousVersion { get; init; }

    /// <summary>When the value before goes out of use, in local time; null: it is.</summary>
    public DateTime? RetireAt { get; init; }

    public string[] Workloads { get; init; } = [];

    public TimeSpan Duration { get; init; }

    public string? Environment { get; init; }

    /// <summary>Local, Gcp or Aws.</summary>
    public required string Store { get; init; }

    public required string Place { get; init; }

    public override string ToString() => ResultText.Of(Name, Version);
}
