namespace FlowSecrets;

/// <summary>What runs and consumes secrets.</summary>
/// <param name="Kind">kubernetes, cloudrun, apprunner or ecs.</param>
/// <param name="Settings">What finds it, by the catalog's words.</param>
public sealed record CatalogWorkloadInfo(string Name, string Kind, IReadOnlyDictionary<string, string> Settings)
{
    public override string ToString() => $"{Name} ({Kind})";
}

/// <summary>The Kubernetes Secrets that an operator makes of the catalog's secrets.</summary>
public sealed record CatalogKubernetesInfo
{
    public string? Namespace { get; init; }

    public string? Context { get; init; }

    public CatalogKubernetesSecretInfo[] Secrets { get; init; } = [];

    public override string ToString() => Namespace ?? "";
}

/// <summary>A Kubernetes Secret.</summary>
/// <param name="From">Keys of the catalog that it is made of.</param>
public sealed record CatalogKubernetesSecretInfo(string Name, string[] From, string? Namespace)
{
    public override string ToString() => Name;
}
