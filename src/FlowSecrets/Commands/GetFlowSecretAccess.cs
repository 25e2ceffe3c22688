using System.Management.Automation;
using FlowSecrets.Commands.Base;
using FlowSecrets.Operations.Access;

namespace FlowSecrets.Commands;

/// <summary>Lists who may use secrets, through which role or policy, and where that is granted.</summary>
/// <remarks>On Google Cloud what project, folders and organisation grant is listed too, as far as it may be read; on AWS the secret's own
/// policy, since AWS lists no identity policies for a secret.</remarks>
/// <example>
/// <summary>Who may read this secret?</summary>
/// <code>Get-FlowSecretAccess jwt-secret -Permission Read</code>
/// </example>
/// <example>
/// <summary>What Grant-FlowSecretAccess granted.</summary>
/// <code>Get-FlowSecretAccess | Where-Object Ours</code>
/// </example>
[Cmdlet(VerbsCommon.Get, "FlowSecretAccess")]
[OutputType(typeof(SecretGrantItem))]
public sealed class GetFlowSecretAccessCommand : AccessCmdlet
{
    private protected override void RunPlace(Targets targets) =>
        Execute(new GetAccessOperation(Context), FillAccess(new AccessOptions(), targets));
}
