using System.Management.Automation;
using FlowSecrets.Commands.Base;
using FlowSecrets.Operations.ExternalSecrets;

namespace FlowSecrets.Commands;

/// <summary>Shows the ExternalSecrets of a cluster: their state, their last refresh and the keys of their Kubernetes Secrets.</summary>
/// <remarks>It reads the cluster with kubectl. No value is read, and nothing is changed. SecretKeys is empty if there is no Kubernetes
/// Secret, and null if you may not list them.</remarks>
/// <example>
/// <summary>Which of them do not deliver?</summary>
/// <code>Get-FlowExternalSecret -Environment production | Where-Object State -ne Synced</code>
/// </example>
/// <example>
/// <summary>Without a catalog, in the current context of kubectl.</summary>
/// <code>Get-FlowExternalSecret db-* -Namespace shop</code>
/// </example>
[Cmdlet(VerbsCommon.Get, "FlowExternalSecret")]
[OutputType(typeof(ExternalSecretItem))]
public sealed class GetFlowExternalSecretCommand : ExternalSecretCmdlet
{
    private protected override void RunPlace(ExternalSecretOptions options) => Execute(new GetExternalSecretsOperation(Basis), options);
}
