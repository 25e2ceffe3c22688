using System.Runtime.CompilerServices;
using FlowSecrets.Catalogs;

namespace FlowSecrets.Operations;

/// <summary>A secret that a command is about.</summary>
/// <param name="Definition">Null for a secret beyond the catalog.</param>
internal sealed record SecretRef(CatalogSecret? Definition, string StoreName)
{
    /// <summary>How a message calls it, so that the command in a remedy runs as it is.</summary>
    public string Argument => Definition is null ? $"-StoreName '{StoreName}'" : $"'{Definition.Key}'";
}
