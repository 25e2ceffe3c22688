namespace FlowSecrets;

/// <summary>A manifest that was written for a cluster.</summary>
public sealed record ExternalSecretFile : ItemResult
{
    /// <summary>Absolute path.</summary>
    public required string Path { get; init; }

    /// <summary>Of the object: ExternalSecret, ClusterSecretStore, SecretProviderClass…; null: the file is not made any more.</summary>
    public string? Kind { get; init; }

    /// <summary>Of the object; null if it has none.</summary>
    public string? Name { get; init; }

    public required string Environment { get; init; }

    public override string ToString() => Path;
}
