using System.Runtime.CompilerServices;
using FlowSecrets.Catalogs;
using FlowSecrets.Errors;

namespace FlowSecrets.Operations;

/// <summary>A secret that a command is about.</summary>
/// <param name="Definition">Null for a secret beyond the catalog.</param>
internal sealed record SecretRef(CatalogSecret? Definition, string StoreName)
{
    /// <summary>The version that a whole name of the cloud named; null: it named none.</summary>
    public string? Version { get; init; }

    /// <summary>How a command names it, in the environment in use.</summary>
    public SecretArgument Argument => new(StoreName, Definition?.Key);
}
