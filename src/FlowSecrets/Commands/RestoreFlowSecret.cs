using System.Management.Automation;
using FlowSecrets.Commands.Base;
using FlowSecrets.Operations.Secrets;

namespace FlowSecrets.Commands;

/// <summary>Takes the deletion of a secret back.</summary>
/// <remarks>Possible as long as Get-FlowSecret shows it as PendingDeletion. All its versions come back.</remarks>
/// <example>
/// <summary>One secret.</summary>
/// <code>Restore-FlowSecret app-notion-client-id</code>
/// </example>
/// <example>
/// <summary>All that wait for their deletion.</summary>
/// <code>Get-FlowSecret | Where-Object State -eq PendingDeletion | Restore-FlowSecret</code>
/// </example>
[Cmdlet(VerbsData.Restore, "FlowSecret", SupportsShouldProcess = true)]
[OutputType(typeof(SecretChange))]
public sealed class RestoreFlowSecretCommand : TargetCmdlet
{
    private protected override void RunPlace(Targets targets) =>
        Execute(new RestoreSecretsOperation(Context), Fill(new RemoveSecretsOptions(), targets));
}
