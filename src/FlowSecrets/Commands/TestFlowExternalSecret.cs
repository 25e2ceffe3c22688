using System.Management.Automation;
using FlowSecrets.Commands.Base;
using FlowSecrets.Operations.ExternalSecrets;

namespace FlowSecrets.Commands;

/// <summary>Says why an ExternalSecret does not deliver, and the command that fixes it.</summary>
/// <remarks>It looks at the ExternalSecret, its store, their events and the operator, then at the secrets of the cloud and at what the
/// operator's identity may read. Cause is a constant word. State is Unknown if the cluster cannot be asked. Nothing is changed.</remarks>
/// <example>
/// <summary>Why is it SecretSyncedError?</summary>
/// <code>Test-FlowExternalSecret db-credentials -Environment production</code>
/// </example>
/// <example>
/// <summary>After a deployment, in CI.</summary>
/// <code>if (-not (Test-FlowExternalSecret -Environment production -Quiet)) { exit 1 }</code>
/// </example>
[Cmdlet(VerbsDiagnostic.Test, "FlowExternalSecret")]
[OutputType(typeof(ExternalSecretTest), typeof(bool))]
public sealed class TestFlowExternalSecretCommand : ExternalSecretCmdlet
{
    private bool _isGood = true;
    private int _tested;

    /// <summary>Only say whether all deliver and nothing was found.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    protected override void EndProcessing()
    {
        base.EndProcessing();
        if (Quiet)
        {
            if (_tested == 0)
            {
                WriteWarning("Nothing was tested, so nothing is said to deliver.");
            }

            WriteObject(_isGood && _tested > 0);
        }
    }

    private protected override void RunPlace(ExternalSecretOptions options) =>
        Execute(
            new TestExternalSecretsOperation(Basis),
            options,
            test =>
            {
                _tested++;
                _isGood &= test is { State: "Synced", Cause: null };
                return Quiet ? null : test;
            }
        );
}
