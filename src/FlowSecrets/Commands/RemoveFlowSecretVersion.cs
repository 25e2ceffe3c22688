using System.Management.Automation;
using FlowSecrets.Commands.Base;
using FlowSecrets.Model;

namespace FlowSecrets.Commands;

/// <summary>Destroys a version for good.</summary>
/// <remarks>Its value cannot come back; the version stays in the history as Destroyed. To take a value out of use and keep it, disable it
/// with Set-FlowSecretVersion.</remarks>
/// <example>
/// <summary>Asks, then destroys version 2.</summary>
/// <code>Remove-FlowSecretVersion jwt-secret 2</code>
/// </example>
/// <example>
/// <summary>Destroys all disabled versions without asking.</summary>
/// <code>Get-FlowSecretVersion jwt-secret | Where-Object State -eq Disabled | Remove-FlowSecretVersion -Confirm:$false</code>
/// </example>
[Cmdlet(VerbsCommon.Remove, "FlowSecretVersion", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(SecretChange))]
public sealed class RemoveFlowSecretVersionCommand : VersionCmdlet
{
    private protected override void RunPlace(Targets targets) => Change(targets, VersionState.Destroyed, null);
}
