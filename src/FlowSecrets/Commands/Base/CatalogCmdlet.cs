using System.Management.Automation;
using FlowSecrets.Operations.Catalogs;

namespace FlowSecrets.Commands.Base;

/// <summary>Base of the cmdlets that read a catalog.</summary>
public abstract class CatalogCmdlet : FlowCmdlet
{
    /// <summary>
    /// The catalog. Without it: flowsecrets.yaml here or in a folder above, as far as the repository's root; or FLOWSECRETS_CATALOG.
    /// </summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("Path")]
    public string? CatalogPath { get; set; }

    private protected CatalogOptions Options => new() { CatalogPath = FilePath(CatalogPath, nameof(CatalogPath)) };
}
