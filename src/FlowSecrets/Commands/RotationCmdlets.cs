using System.Management.Automation;
using FlowSecrets.Operations;

namespace FlowSecrets.Commands;

/// <summary>Shows how rotations stand: age, due date, state, when the value before goes out of use, and the journal.</summary>
/// <remarks>Nothing is changed. Without names it shows every secret that the catalog rotates. Due is true where Invoke-FlowSecretRotation
/// -Due would do something.</remarks>
/// <example><summary>All that the catalog rotates.</summary><code>Get-FlowSecretRotation -Environment production</code></example>
/// <example><summary>What is due, unfinished or to be retired; and do it.</summary><code>Get-FlowSecretRotation -Due |
/// Invoke-FlowSecretRotation</code></example>
/// <example><summary>Who rotated it, and when.</summary><code>(Get-FlowSecretRotation jwt-secret).Journal</code></example>
[Cmdlet(VerbsCommon.Get, "FlowSecretRotation")]
[OutputType(typeof(SecretRotation))]
public sealed class GetFlowSecretRotationCommand : RotationCmdlet
{
    /// <summary>Only where something is to be done.</summary>
    [Parameter]
    public SwitchParameter Due { get; set; }

    private protected override bool TakesAll => true;

    private protected override void RunPlace(Targets targets) =>
        Execute(new GetRotationsOperation(Context), Fill(new GetRotationsOptions { DueOnly = Due }, targets));
}

/// <summary>
/// Rehearses rotations: permissions, the making of a value, the target's login, the workloads' health. Nothing is touched.
/// </summary>
/// <remarks>Each thing that was looked at is a line, with what to do where a rotation would not go on past it. Scripts named 'test' are
/// run; 'set' and 'revoke' are not.</remarks>
/// <example><summary>Would the nightly job succeed?</summary><code>Test-FlowSecretRotation -Environment production | Where-Object Passed
/// -eq $false | Format-List</code></example>
/// <example><summary>In CI.</summary><code>if (-not (Test-FlowSecretRotation db-config -Quiet)) { exit 1 }</code></example>
[Cmdlet(VerbsDiagnostic.Test, "FlowSecretRotation")]
[OutputType(typeof(RotationCheck), typeof(bool))]
public sealed class TestFlowSecretRotationCommand : RotationCmdlet
{
    private bool _isGood = true;
    private int _checks;

    /// <summary>Only say whether all would go well.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    private protected override bool TakesAll => true;

    protected override void EndProcessing()
    {
        base.EndProcessing();
        if (Quiet)
        {
            WriteObject(_isGood && _checks > 0);
        }
    }

    private protected override void RunPlace(Targets targets) =>
        Execute(
            new TestRotationOperation(Context),
            Fill(new RotationOptions(), targets),
            check =>
            {
                _checks++;
                _isGood &= check.Passed;
                return Quiet ? null : check;
            }
        );
}

/// <summary>Takes a rotation back: the value before is current again in the store, at the target and in the workloads.</summary>
/// <remarks>It works as long as the value before is valid (RetireAt). A rotation whose new value never became current is given up. It is a
/// rotation to the old value, so it may be broken off at any moment as well: the same command run again finishes it.</remarks>
/// <example><summary>The new value does not work out.</summary><code>Undo-FlowSecretRotation db-config -Environment
/// production</code></example>
/// <example><summary>What would be done?</summary><code>Undo-FlowSecretRotation db-config -WhatIf</code></example>
[Cmdlet(VerbsCommon.Undo, "FlowSecretRotation", SupportsShouldProcess = true)]
[OutputType(typeof(RotationResult))]
public sealed class UndoFlowSecretRotationCommand : RotationCmdlet
{
    /// <summary>How long a workload may take to become healthy, in seconds; 600 unless said otherwise.</summary>
    [Parameter]
    [ValidateRange(1, 86_400)]
    public int TimeoutSec { get; set; } = 600;

    /// <summary>With -WhatIf: emit the plan as objects.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void RunPlace(Targets targets) =>
        Execute(new UndoRotationOperation(Context), Fill(new UndoRotationOptions { Timeout = TimeSpan.FromSeconds(TimeoutSec) }, targets));
}
