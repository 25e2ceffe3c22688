using FlowSecrets.Values;

namespace FlowSecrets.Model;

/// <summary>A condition of an object's status, in the operator's own words.</summary>
internal sealed record ExternalCondition(string Status, string Reason, string Message)
{
    public bool IsTrue => Status == "True";
}

/// <summary>An ExternalSecret of a cluster, with what the operator says of it. It holds no value.</summary>
internal sealed record ExternalSecretInfo(ClusterSpace Space, string Name)
{
    public string Namespace => Space.Namespace ?? "default";

    /// <summary>The version in which the cluster shows it.</summary>
    public string ApiVersion { get; init; } = "";

    /// <summary>The version of the manifest that was applied; null: not known.</summary>
    public string? AppliedVersion { get; init; }

    public string? StoreName { get; init; }

    public string StoreKind { get; init; } = "SecretStore";

    /// <summary>Periodic, OnChange or CreatedOnce.</summary>
    public string RefreshPolicy { get; init; } = "Periodic";

    /// <summary>Null: it cannot be read.</summary>
    public TimeSpan? Interval { get; init; }

    /// <summary>Why the operator never reads again, in the words of the manifest; null: it does.</summary>
    public string? NeverRefreshes { get; init; }

    public bool HasWindows { get; init; }

    public required string SecretName { get; init; }

    public string CreationPolicy { get; init; } = "Owner";

    /// <summary>The secrets of the store that it delivers, as far as the manifest names them.</summary>
    public IReadOnlyList<ExternalEntry> Entries { get; init; } = [];

    /// <summary>The keys of the Kubernetes Secret that a template makes, with its text.</summary>
    public IReadOnlyDictionary<string, string> Templates { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Whether it also delivers what no name is known of: find, generators, other stores.</summary>
    public bool HasOthers { get; init; }

    /// <summary>The condition Ready; null: the operator has not seen it yet.</summary>
    public ExternalCondition? Ready { get; init; }

    /// <summary>When it was last delivered.</summary>
    public DateTimeOffset? Refreshed { get; init; }

    public DateTimeOffset? Created { get; init; }

    /// <summary>The keys of its Kubernetes Secret; empty: there is none; null: they may not be seen.</summary>
    public IReadOnlyList<string>? SecretKeys { get; init; }

    /// <summary>Who else controls its Kubernetes Secret, such as ExternalSecret/other; null: nobody.</summary>
    public string? SecretOwner { get; init; }

    /// <summary>The text of its last Warning event; null: none, or they may not be seen.</summary>
    public string? LastWarning { get; init; }

    public override string ToString() => $"ExternalSecret {Namespace}/{Name}";
}

/// <summary>A secret of the store that an ExternalSecret delivers.</summary>
/// <param name="SecretKey">The entry's own name; null: each member of a JSON secret under its name.</param>
/// <param name="Property">A member of a JSON secret; null: the whole value.</param>
/// <param name="Version">A version or stage that the manifest pins; null: the current one.</param>
internal sealed record ExternalEntry(string? SecretKey, string RemoteKey, string? Property, string? Version)
{
    /// <summary>Whether the Kubernetes Secret has the value itself, and not only what templates make of it.</summary>
    public bool IsPlain { get; init; }

    /// <summary>Whether the operator delivers a changed value (decoding, conversion, rewrite).</summary>
    public bool IsChanged { get; init; }
}

/// <summary>What the Secrets Store CSI driver has mounted of one SecretProviderClass into the pods of a namespace.</summary>
/// <param name="Versions">The secrets with their versions, such as shop-db@3; of pods that differ, all of them.</param>
internal sealed record MountedClass(ClusterSpace Space, string Name, int Pods, int Mounted, bool Differs, IReadOnlyList<string> Versions);

/// <summary>How the operator logs in.</summary>
internal enum ExternalLogin
{
    /// <summary>By what its own pod has.</summary>
    Ambient,

    /// <summary>By a service account of Kubernetes, which an annotation binds to the cloud.</summary>
    ServiceAccount,

    /// <summary>By a key that a Kubernetes Secret holds.</summary>
    Key,

    /// <summary>In a way that is not known here.</summary>
    Other,
}

/// <summary>A SecretStore or ClusterSecretStore.</summary>
/// <param name="Namespace">Null: it is a ClusterSecretStore.</param>
internal sealed record ExternalStoreInfo(string Kind, string? Namespace, string Name)
{
    /// <summary>Null: a store that this module does not know.</summary>
    public StoreKind? Store { get; init; }

    /// <summary>The member of spec.provider.</summary>
    public string Provider { get; init; } = "";

    public string? Project { get; init; }

    /// <summary>The project of the cluster, for its workload identity pool.</summary>
    public string? ClusterProject { get; init; }

    /// <summary>Region on AWS; location of regional secrets on Google.</summary>
    public string? Region { get; init; }

    /// <summary>What stands before each remote key.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>A role that the operator assumes.</summary>
    public string? Role { get; init; }

    public ExternalLogin Login { get; init; }

    /// <summary>Name and namespace of the service account that it logs in with; null: none is named.</summary>
    public string? AccountName { get; init; }

    /// <summary>Null: the ExternalSecret's.</summary>
    public string? AccountNamespace { get; init; }

    /// <summary>The class of the operator that it is for; null: any.</summary>
    public string? Controller { get; init; }

    /// <summary>Whether it may be used in the namespace that was read.</summary>
    public bool IsForNamespace { get; init; } = true;

    public bool HasConditions { get; init; }

    public ExternalCondition? Ready { get; init; }

    public string? LastWarning { get; init; }

    public override string ToString() => Namespace is null ? $"{Kind} {Name}" : $"{Kind} {Namespace}/{Name}";
}

/// <param name="Unreadable">What may not be seen, in kubectl's words; null: all was seen.</param>
internal sealed record ExternalStores(IReadOnlyList<ExternalStoreInfo> All, string? Unreadable);

/// <summary>The operator's Deployment.</summary>
/// <param name="Account">The service account of its pods.</param>
internal sealed record ExternalOperator(string Namespace, string Name, string Account, long Wanted, long ReadyPods);

/// <summary>Who the operator is to the cloud.</summary>
/// <param name="Principal">As the store's policies name it; null: not known.</param>
/// <param name="Subject">What its token says of itself; null: it has none.</param>
/// <param name="Source">How it was found, or what is missing.</param>
internal sealed record ExternalIdentity(string? Principal, string? Subject, string Source);

/// <summary>What a Kubernetes Secret must have. The value belongs to whoever made it.</summary>
/// <param name="Key">A key of the Kubernetes Secret.</param>
/// <param name="IsPart">Whether the value is only a part of the key's text.</param>
internal sealed record ExpectedValue(string StoreName, string Version, string Key, SecretValue Value, bool IsPart);
