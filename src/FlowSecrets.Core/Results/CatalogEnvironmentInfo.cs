namespace FlowSecrets;

/// <summary>A store and its location, with what is different there.</summary>
public sealed record CatalogEnvironmentInfo
{
    public required string Name { get; init; }

    /// <summary>Local, Gcp or Aws.</summary>
    public required string Store { get; init; }

    /// <summary>File of a Local store.</summary>
    public string? Path { get; init; }

    /// <summary>Google Cloud project id.</summary>
    public string? Project { get; init; }

    /// <summary>AWS region; on Google Cloud the location of regional secrets.</summary>
    public string? Region { get; init; }

    /// <summary>Profile of the AWS configuration.</summary>
    public string? Profile { get; init; }

    /// <summary>Where new secrets are kept on Google Cloud: "automatic", or locations separated by commas.</summary>
    public string? Replication { get; init; }

    /// <summary>KMS key that encrypts new secrets; null: the cloud's default key.</summary>
    public string? KmsKey { get; init; }

    /// <summary>Null: the catalog's.</summary>
    public string? Prefix { get; init; }

    /// <summary>Names in this store, by the catalog's keys.</summary>
    public required IReadOnlyDictionary<string, string> Names { get; init; }

    /// <summary>Whether a secret is required here, by the catalog's keys.</summary>
    public required IReadOnlyDictionary<string, bool> Required { get; init; }

    /// <summary>Null: the catalog's.</summary>
    public CatalogAccessInfo[]? Access { get; init; }

    /// <summary>Null: the catalog's.</summary>
    public IReadOnlyDictionary<string, CatalogWorkloadInfo>? Workloads { get; init; }

    /// <summary>Null: the catalog's.</summary>
    public CatalogKubernetesInfo? Kubernetes { get; init; }

    public override string ToString() => $"{Name} ({Store})";
}
