namespace FlowSecrets.Operations;

/// <summary>What the common parameters say.</summary>
internal record TargetOptions
{
    public string? CatalogPath { get; init; }

    public string? Environment { get; init; }

    public StoreKind? Store { get; init; }

    /// <summary>The user trusts the catalog for this call.</summary>
    public bool TrustCatalog { get; init; }

    /// <summary>The location of the objects that came down the pipeline; null: none came.</summary>
    public string? PipedFrom { get; init; }
}
