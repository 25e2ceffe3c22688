namespace FlowSecrets;

/// <summary>A secret that a workload consumes.</summary>
public sealed record WorkloadItem
{
    public required string Workload { get; init; }

    /// <summary>kubernetes, cloudrun, apprunner or ecs.</summary>
    public required string Kind { get; init; }

    /// <summary>The catalog's key; null: it consumes none that the catalog tells.</summary>
    public string? Name { get; init; }

    /// <summary>The version that it runs with; null: not known.</summary>
    public string? Version { get; init; }

    /// <summary>The version that is current in the store.</summary>
    public string? CurrentVersion { get; init; }

    /// <summary>Whether it runs with an older version; null: that cannot be told.</summary>
    public bool? Stale { get; init; }

    /// <summary>Healthy, Deploying, Failed or Paused.</summary>
    public required string Health { get; init; }

    /// <summary>How the version was found, and what the platform says.</summary>
    public required string Detail { get; init; }

    public string? Environment { get; init; }

    public override string ToString() => $"{Workload}: {ResultText.Of(Name ?? "none", Version)}";
}
