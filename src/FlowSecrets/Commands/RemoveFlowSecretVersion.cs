using System.Management.Automation;
using FlowSecrets.Commands.Base;
using FlowSecrets.Model;

namespace FlowSecrets.Commands;

/// <summary>Destroys a version for good.</summary>
/// <remarks>Its value cannot come back; the version stays in the history as Destroyed. To take a value out of use and keep it, disable it
/// with Set-FlowSecretVersion. The current version is destroyed only with -AllowCurrent, and a version that a rotation still needs
/// (pending, or previous and still valid) only with -AllowRotationLoss.</remarks>
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
    /// <summary>Allow that the current version is destroyed: consumers cannot read the secret until it gets a new value.</summary>
    [Parameter]
    public SwitchParameter AllowCurrent { get; set; }

    private protected override void RunPlace(Targets targets) => Change(targets, VersionState.Destroyed, null, AllowCurrent);
}
