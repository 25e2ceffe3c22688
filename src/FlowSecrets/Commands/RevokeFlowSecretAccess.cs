using System.Management.Automation;
using FlowSecrets.Commands.Base;
using FlowSecrets.Operations.Access;

namespace FlowSecrets.Commands;

/// <summary>Takes grants on secrets off again.</summary>
/// <remarks>Only what stands on the secret itself, and only the principals that are named; what is inherited from a project, a folder or a
/// group stays. Without -Permission all that the principal was granted on the secret goes.</remarks>
/// <example>
/// <summary>All that a person was granted on it.</summary>
/// <code>Revoke-FlowSecretAccess jwt-secret -Principal user:dev@example.com</code>
/// </example>
/// <example>
/// <summary>What this module granted, everywhere.</summary>
/// <code>Get-FlowSecretAccess | Where-Object Ours | Revoke-FlowSecretAccess</code>
/// </example>
[Cmdlet(VerbsSecurity.Revoke, "FlowSecretAccess", SupportsShouldProcess = true)]
[OutputType(typeof(SecretAccessChange))]
public sealed class RevokeFlowSecretAccessCommand : ChangeAccessCmdlet
{
    private protected override void RunPlace(Targets targets) =>
        Execute(new ChangeAccessOperation(Context), FillAccess(new ChangeAccessOptions(), targets) with { AllowPublic = true });
}
