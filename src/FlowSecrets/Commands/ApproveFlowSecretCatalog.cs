using System.Management.Automation;
using FlowSecrets.Commands.Base;
using FlowSecrets.Operations.Catalogs;

namespace FlowSecrets.Commands;

/// <summary>Approves what a catalog reaches: the locations, servers, scripts, files, clusters and principals that it names.</summary>
/// <remarks>A catalog comes with a cloned repository, so it is data from a stranger until you approve it. The command lists what the
/// catalog reaches and stores one record for each. A record holds for this catalog's path alone, and a script's record for its present
/// content. Other commands ask for the records that they need.</remarks>
/// <example>
/// <summary>Approves the catalog in use.</summary>
/// <code>Approve-FlowSecretCatalog</code>
/// </example>
/// <example>
/// <summary>Shows what would be approved.</summary>
/// <code>Approve-FlowSecretCatalog ./flowsecrets.yaml -WhatIf</code>
/// </example>
/// <example>
/// <summary>Approves the server that a rotation logs in to, as the error CatalogNotTrusted names it.</summary>
/// <code>Approve-FlowSecretCatalog -Server 'postgresql://db.example.com:5432/app?sslmode=verify-full'</code>
/// </example>
[Cmdlet(VerbsLifecycle.Approve, "FlowSecretCatalog", SupportsShouldProcess = true)]
[OutputType(typeof(CatalogTest))]
public sealed class ApproveFlowSecretCatalogCommand : CatalogCmdlet
{
    /// <summary>
    /// Servers that rotations log in to. Only the stored values name them, so the catalog's text does not: take them from the error
    /// CatalogNotTrusted.
    /// </summary>
    [Parameter]
    public string[] Server { get; set; } = [];

    /// <summary>
    /// Names of secrets in the default local store that this catalog may use although another catalog wrote them. All of your
    /// applications share that store.
    /// </summary>
    [Parameter]
    public string[] Secret { get; set; } = [];

    protected override void Run() =>
        Execute(
            new ApproveCatalogOperation(Context),
            new ApproveCatalogOptions
            {
                CatalogPath = Options.CatalogPath,
                Servers = Server,
                Secrets = Secret,
            }
        );
}
