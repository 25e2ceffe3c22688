using System.Management.Automation;
using FlowSecrets.Commands.Base;
using FlowSecrets.Operations.Rotation;

namespace FlowSecrets.Commands;

/// <summary>Takes a rotation back: the value before is current again in the store, at the target and in the workloads.</summary>
/// <remarks>It works as long as the value before is valid (RetireAt). A rotation whose new value never became current is given up. It is a
/// rotation to the old value, so it may be broken off at any moment as well: the same command run again finishes it.</remarks>
/// <example>
/// <summary>The new value does not work out.</summary>
/// <code>Undo-FlowSecretRotation db-config -Environment production</code>
/// </example>
/// <example>
/// <summary>What would be done?</summary>
/// <code>Undo-FlowSecretRotation db-config -WhatIf</code>
/// </example>
[Cmdlet(VerbsCommon.Undo, "FlowSecretRotation", SupportsShouldProcess = true)]
[OutputType(typeof(RotationResult))]
public sealed class UndoFlowSecretRotationCommand : RotationCmdlet
{
    /// <summary>How long a workload may take to become healthy, in seconds; 600 unless said otherwise.</summary>
    [Parameter]
    [ValidateRange(1, 86_400)]
    public int TimeoutSec { get; set; } = 600;

    private protected override void RunPlace(Targets targets) =>
        Execute(
            new UndoRotationOperation(Context),
            FillRotation(new UndoRotationOptions { Timeout = TimeSpan.FromSeconds(TimeoutSec) }, targets)
        );
}
