using System.Management.Automation;
using FlowSecrets.Commands.Base;
using FlowSecrets.Operations.Rotation;

namespace FlowSecrets.Commands;

/// <summary>
/// Rehearses rotations: permissions, the making of a value, the target's login, the workloads' health. Nothing is touched.
/// </summary>
/// <remarks>Each thing that was looked at is a line, with what to do where a rotation would not go on past it. Scripts named 'test' are
/// run; 'set' and 'revoke' are not.</remarks>
/// <example>
/// <summary>Would the nightly job succeed?</summary>
/// <code>Test-FlowSecretRotation -Environment production | Where-Object Passed -eq $false | Format-List</code>
/// </example>
/// <example>
/// <summary>In CI.</summary>
/// <code>if (-not (Test-FlowSecretRotation db-config -Quiet)) { exit 1 }</code>
/// </example>
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
            FillRotation(new RotationOptions(), targets),
            check =>
            {
                _checks++;
                _isGood &= check.Passed;
                return Quiet ? null : check;
            }
        );
}
