using System.Management.Automation;
using FlowSecrets.Commands.Base;
using FlowSecrets.Completion;
using FlowSecrets.Errors;
using FlowSecrets.Model;

namespace FlowSecrets.Commands;

/// <summary>Enables or disables a version, or moves a stage to it.</summary>
/// <remarks>Moving the stage 'current' is how an older value comes back; the version that was current becomes 'previous'. A disabled
/// version cannot be read until it is enabled again. A version that a rotation still needs (pending, or previous and still valid) is
/// disabled only with -AllowRotationLoss.</remarks>
/// <example>
/// <summary>Back to the value before.</summary>
/// <code>Set-FlowSecretVersion jwt-secret previous -Stage current</code>
/// </example>
/// <example>
/// <summary>Nobody can read version 2 until it is enabled again.</summary>
/// <code>Set-FlowSecretVersion jwt-secret -Version 2 -State Disabled</code>
/// </example>
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
