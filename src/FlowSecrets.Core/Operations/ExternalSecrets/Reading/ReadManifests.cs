using FlowSecrets.Catalogs;
using FlowSecrets.Model;

namespace FlowSecrets.Operations.ExternalSecrets.Reading;

/// <summary>A secret of a store, or a member of its JSON value.</summary>
/// <param name="Name">In the store.</param>
/// <param name="Property">Null: the whole value.</param>
internal readonly record struct RemoteRef(string Name, string? Property);

/// <summary>A store of the operator, by kind, namespace and name.</summary>
/// <param name="Namespace">Null for a ClusterSecretStore.</param>
internal sealed record ReadStore(string Kind, string? Namespace, string Name, StoreSelection Selection, CatalogOperatorStore Part)
{
    /// <summary>What the operator puts before every name.</summary>
    public string Prefix { get; init; } = "";
}

/// <summary>An ExternalSecret, with the names of the store.</summary>
/// <param name="At">Where it stands.</param>
/// <param name="Secret">Without what it is made of, and without its own store and interval.</param>
internal sealed record ReadExternalSecret(string File, DocNode At, CatalogKubernetesSecret Secret)
{
    public required string StoreName { get; init; }

    public required string StoreKind { get; init; }

    /// <summary>Null: the operator's default.</summary>
    public TimeSpan? Interval { get; init; }

    public IReadOnlyList<(string Key, RemoteRef Source)> Data { get; init; } = [];

    /// <summary>JSON secrets whose members are all taken.</summary>
    public IReadOnlyList<string> Extracts { get; init; } = [];

    public IReadOnlyList<(string Key, IReadOnlyList<TemplatePiece> Pieces)> Templates { get; init; } = [];

    /// <summary>Whether the Kubernetes Secret has what <see cref="Data"/> and <see cref="Extracts"/> bring, beside the templates.</summary>
    public bool HasData { get; init; }
}

/// <summary>Everything that was found in a folder.</summary>
internal sealed record ReadFolder(IReadOnlyList<ReadStore> Stores, IReadOnlyList<ReadExternalSecret> Secrets)
{
    /// <summary>Service accounts, by namespace and name: who each is in the cloud.</summary>
    public IReadOnlyDictionary<(string? Namespace, string Name), string> Identities { get; init; } =
        new Dictionary<(string?, string), string>();
}
