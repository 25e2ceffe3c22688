using System.Management.Automation;
using FlowSecrets.Commands.Base;
using FlowSecrets.Operations.Rotation;

namespace FlowSecrets.Commands;

/// <summary>Shows how rotations stand: age, due date, state, when the value before goes out of use, and the journal.</summary>
/// <remarks>Nothing is changed. Without names it shows every secret that the catalog rotates. Due is true where Invoke-FlowSecretRotation
/// -Due would do something.</remarks>
/// <example>
/// <summary>All that the catalog rotates.</summary>
/// <code>Get-FlowSecretRotation -Environment production</code>
/// </example>
/// <example>
/// <summary>What is due, unfinished or to be retired; and do it.</summary>
/// <code>Get-FlowSecretRotation -Due | Invoke-FlowSecretRotation</code>
/// </example>
/// <example>
/// <summary>Who rotated it, and when.</summary>
/// <code>(Get-FlowSecretRotation jwt-secret).Journal</code>
/// </example>
[Cmdlet(VerbsCommon.Get, "FlowSecretRotation")]
[OutputType(typeof(SecretRotation))]
public sealed class GetFlowSecretRotationCommand : RotationCmdlet
{
    /// <summary>Only where something is to be done.</summary>
    [Parameter]
    public SwitchParameter Due { get; set; }

    private protected override bool TakesAll => true;

    private protected override void RunPlace(Targets targets) =>
        Execute(new GetRotationsOperation(Context), FillRotation(new GetRotationsOptions { DueOnly = Due }, targets));
}
