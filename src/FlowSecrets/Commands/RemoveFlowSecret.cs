using System.Management.Automation;
using FlowSecrets.Commands.Base;
using FlowSecrets.Operations.Secrets;

namespace FlowSecrets.Commands;

/// <summary>Deletes a secret; it can be restored for 30 days unless told otherwise.</summary>
/// <remarks>Until then its value cannot be read. -Permanent deletes at once, with all versions, and cannot be undone. A secret with 'owner:
/// external' is not removed. A secret with 'usage: encryption' is deleted for good only with -RemoveEncryptionKey, because nobody could
/// read what was encrypted with it; and only with -AllowRotationLoss while a rotation needs it. A deletion that can be restored needs no
/// switch.</remarks>
/// <example>
/// <summary>Can be restored for 30 days.</summary>
/// <code>Remove-FlowSecret app-notion-client-id</code>
/// </example>
/// <example>
/// <summary>Shows what would be deleted for good.</summary>
/// <code>Get-FlowSecret app-slack-* | Remove-FlowSecret -Permanent -WhatIf</code>
/// </example>
[Cmdlet(VerbsCommon.Remove, "FlowSecret", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(SecretChange))]
public sealed class RemoveFlowSecretCommand : TargetCmdlet
{
    /// <summary>Days in which it can be restored, 7 to 30.</summary>
    [Parameter]
    [ValidateRange(7, 30)]
    public int RecoveryDays { get; set; } = 30;

    /// <summary>Delete at once and for good.</summary>
    [Parameter]
    public SwitchParameter Permanent { get; set; }

    /// <summary>Allow -Permanent for a secret that data depends on ('usage: encryption').</summary>
    [Parameter]
    public SwitchParameter RemoveEncryptionKey { get; set; }

    /// <summary>Allow -Permanent while a rotation needs the secret: its pending value, or the previous one that is still valid.</summary>
    [Parameter]
    public SwitchParameter AllowRotationLoss { get; set; }

    private protected override void RunPlace(Targets targets) =>
        Execute(
            new RemoveSecretsOperation(Context),
            Fill(
                new RemoveSecretsOptions
                {
                    RecoveryWindow = Permanent ? null : TimeSpan.FromDays(RecoveryDays),
                    RemoveEncryptionKey = RemoveEncryptionKey,
                    AllowRotationLoss = AllowRotationLoss,
                },
                targets
            )
        );
}
