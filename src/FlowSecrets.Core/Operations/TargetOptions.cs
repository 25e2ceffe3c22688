using System.Runtime.CompilerServices;

namespace FlowSecrets.Operations;

/// <summary>What the common parameters say.</summary>
internal record TargetOptions
{
    public string? CatalogPath { get; init; }

    public string? Environment { get; init; }

    public StoreKind? Store { get; init; }
}
