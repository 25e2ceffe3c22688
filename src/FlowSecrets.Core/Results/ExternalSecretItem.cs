namespace FlowSecrets;

/// <summary>An ExternalSecret of a cluster, and what the operator says of it.</summary>
public sealed record ExternalSecretItem
{
    public required string Name { get; init; }

    public required string Namespace { get; init; }

    /// <summary>Context of kubectl; null: its current one.</summary>
    public string? Context { get; init; }

    public string? Environment { get; init; }

    /// <summary>The operator's store.</summary>
    public string? SecretStore { get; init; }

    /// <summary>SecretStore or ClusterSecretStore; SecretProviderClass for what the CSI driver mounts.</summary>
    public required string SecretStoreKind { get; init; }

    /// <summary>Synced, Failed, Stale, Pending, Retained, Deleted, Missing or Unknown.</summary>
    public required string State { get; init; }

    /// <summary>The operator's own word, such as SecretSyncedError.</summary>
    public string? Reason { get; init; }

    /// <summary>The operator's own sentence.</summary>
    public string? Message { get; init; }

    /// <summary>When it was last delivered, in UTC.</summary>
    public DateTimeOffset? LastRefresh { get; init; }

    /// <summary>How long ago that was.</summary>
    public TimeSpan? Age { get; init; }

    /// <summary>The secrets that it delivers, with their versions if these are known, such as: shop-db@3.</summary>
    public required string[] Versions { get; init; }

    /// <summary>The Kubernetes Secret.</summary>
    public required string SecretName { get; init; }

    /// <summary>Its keys, without values; null: they may not be seen.</summary>
    public string[]? SecretKeys { get; init; }

    /// <summary>The text of the last Warning event.</summary>
    public string? LastWarning { get; init; }

    public override string ToString() => $"{Namespace}/{Name}: {State}";
}
