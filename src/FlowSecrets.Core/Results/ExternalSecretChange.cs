namespace FlowSecrets;

/// <summary>What became of the refresh of one ExternalSecret, or of a workload that was restarted for it.</summary>
public sealed record ExternalSecretChange : ItemResult
{
    public required string Name { get; init; }

    public required string Namespace { get; init; }

    public string? Context { get; init; }

    public string? Environment { get; init; }

    /// <summary>The Kubernetes Secret.</summary>
    public required string SecretName { get; init; }

    /// <summary>The secrets that the Kubernetes Secret was seen to carry, with their versions, such as: shop-db@3.</summary>
    public required string[] Versions { get; init; }

    /// <summary>The workloads that were restarted for it, such as: deployment/api.</summary>
    public required string[] Restarted { get; init; }

    public override string ToString() => $"{Namespace}/{Name}: {Status}";
}
