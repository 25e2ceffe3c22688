using System.Management.Automation;
using FlowSecrets.Catalogs;
using FlowSecrets.Operations;

namespace FlowSecrets.Commands;

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
