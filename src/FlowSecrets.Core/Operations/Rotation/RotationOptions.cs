using System.Runtime.CompilerServices;

namespace FlowSecrets.Operations.Rotation;

internal record RotationOptions : TargetOptions
{
    /// <summary>Keys with wildcards; none: all that the catalog rotates.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>The store's names of secrets of the catalog.</summary>
    public IReadOnlyList<string> StoreNames { get; init; } = [];

    internal bool NamesAny => Names.Count + StoreNames.Count > 0;

    /// <summary>Run scripts of a catalog that was not approved.</summary>
    public bool TrustCatalog { get; init; }
}
