using System.Management.Automation;
using FlowSecrets.Commands.Base;
using FlowSecrets.Operations.Catalogs;

namespace FlowSecrets.Commands;

/// <summary>Trusts a catalog's present content.</summary>
/// <remarks>A catalog comes with a cloned repository, so its scripts do not run and its paths outside of the repository are refused until
/// somebody has read and approved it. Approval is by content: after a change it is asked for again.</remarks>
/// <example>
/// <summary>Approves the catalog in use.</summary>
/// <code>Approve-FlowSecretCatalog</code>
/// </example>
/// <example>
/// <summary>Shows what would be approved.</summary>
/// <code>Approve-FlowSecretCatalog ./flowsecrets.yaml -WhatIf</code>
/// </example>
[Cmdlet(VerbsLifecycle.Approve, "FlowSecretCatalog", SupportsShouldProcess = true)]
[OutputType(typeof(CatalogTest))]
public sealed class ApproveFlowSecretCatalogCommand : CatalogCmdlet
{
    protected override void Run() => Execute(new ApproveCatalogOperation(Context), Options);
}
