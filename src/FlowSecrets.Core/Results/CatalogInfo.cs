namespace FlowSecrets;

/// <summary>A catalog as Get-FlowSecretCatalog shows it.</summary>
public sealed record CatalogInfo
{
    /// <summary>Absolute path of the file.</summary>
    public required string Path { get; init; }

    /// <summary>Root of the repository that it stands in; its own folder outside of one.</summary>
    public required string Root { get; init; }

    /// <summary>SHA-256 of the file's bytes, in hexadecimal digits.</summary>
    public required string ContentHash { get; init; }

    public required string Application { get; init; }

    public required string Prefix { get; init; }

    public string? DefaultEnvironment { get; init; }

    /// <summary>By name, in the order of the file.</summary>
    public required IReadOnlyDictionary<string, CatalogEnvironmentInfo> Environments { get; init; }

    /// <summary>In the order of the file.</summary>
    public required CatalogSecretInfo[] Secrets { get; init; }

    public required CatalogLocalEnvInfo LocalEnv { get; init; }

    public CatalogAccessInfo[] Access { get; init; } = [];

    /// <summary>By name.</summary>
    public required IReadOnlyDictionary<string, CatalogWorkloadInfo> Workloads { get; init; }

    public required CatalogKubernetesInfo Kubernetes { get; init; }

    /// <summary>Whether it names scripts, which run only when it is trusted.</summary>
    public bool HasScripts { get; init; }

    /// <summary>What it reaches, and what of that the user approved.</summary>
    public CatalogApproval[] Approvals { get; init; } = [];

    public override string ToString() => $"{Application} ({Path})";
}
