using System.Management.Automation;
using FlowSecrets.Operations;

namespace FlowSecrets.Commands;

/// <summary>What a stage's user may say of a version; destroying has a cmdlet of its own.</summary>
public enum VersionSwitch
{
    Enabled,
    Disabled,
}

/// <summary>Base of the cmdlets that change one version.</summary>
public abstract class VersionCmdlet : TargetCmdlet
{
    /// <summary>The version, or the stage that it has: current, previous.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(VersionCompleter))]
    public string Version { get; set; } = "";

    /// <summary>Allow another value for a secret that data depends on ('usage: encryption').</summary>
    [Parameter]
    public SwitchParameter OverwriteEncryptionKey { get; set; }

    /// <summary>With -WhatIf: emit the plan as objects.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override string? RecordKey => Version;

    private protected void Change(Targets targets, VersionState? state, string? stage) =>
        Execute(
            new ChangeVersionOperation(Context),
            new VersionOptions
            {
                CatalogPath = FullCatalogPath,
                Environment = targets.Environment,
                Store = targets.Store,
                Names = targets.Names,
                StoreNames = targets.StoreNames,
                Version = targets.Key,
                State = state,
                Stage = stage,
                OverwriteEncryptionKey = OverwriteEncryptionKey,
            }
        );
}

/// <summary>Enables or disables a version, or moves a stage to it.</summary>
/// <remarks>Moving the stage 'current' is how an older value comes back; the version that was current becomes 'previous'. A disabled
/// version cannot be read until it is enabled again.</remarks>
/// <example><summary>Back to the value before.</summary><code>Set-FlowSecretVersion jwt-secret previous -Stage current</code></example>
/// <example><summary>Nobody can read version 2 until it is enabled again.</summary><code>Set-FlowSecretVersion jwt-secret -Version 2 -State
/// Disabled</code></example>
[Cmdlet(VerbsCommon.Set, "FlowSecretVersion", SupportsShouldProcess = true)]
[OutputType(typeof(SecretChange))]
public sealed class SetFlowSecretVersionCommand : VersionCmdlet
{
    /// <summary>Enabled or Disabled.</summary>
    [Parameter]
    public VersionSwitch? State { get; set; }

    /// <summary>A stage to move to the version: current, pending, previous, or one of your own.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(StageCompleter))]
    public string? Stage { get; set; }

    private protected override void RunPlace(Targets targets)
    {
        if (State is null && Stage is null)
        {
            throw new FlowSecretException(
                ErrorIds.BadArgument,
                FlowErrorCategory.InvalidArgument,
                Version,
                "There is nothing to set",
                "Say -State Enabled, -State Disabled or -Stage NAME."
            );
        }

        VersionState? state = State switch
        {
            VersionSwitch.Enabled => VersionState.Enabled,
            VersionSwitch.Disabled => VersionState.Disabled,
            _ => null,
        };
        Change(targets, state, Stage);
    }
}

/// <summary>Destroys a version for good.</summary>
/// <remarks>Its value cannot come back; the version stays in the history as Destroyed. To take a value out of use and keep it, disable it
/// with Set-FlowSecretVersion.</remarks>
/// <example><summary>Asks, then destroys version 2.</summary><code>Remove-FlowSecretVersion jwt-secret 2</code></example>
/// <example><summary>Destroys all disabled versions without asking.</summary><code>Get-FlowSecretVersion jwt-secret | Where-Object State
/// -eq Disabled | Remove-FlowSecretVersion -Confirm:$false</code></example>
[Cmdlet(VerbsCommon.Remove, "FlowSecretVersion", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(SecretChange))]
public sealed class RemoveFlowSecretVersionCommand : VersionCmdlet
{
    private protected override void RunPlace(Targets targets) => Change(targets, VersionState.Destroyed, null);
}
