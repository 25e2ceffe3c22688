using System.Management.Automation;
using FlowSecrets.Commands.Base;
using FlowSecrets.Completion;
using FlowSecrets.Operations.Secrets;
using FlowSecrets.Values;

namespace FlowSecrets.Commands;

/// <summary>Adds a version to a secret, sets one field of a JSON secret, or changes labels.</summary>
/// <remarks>An equal value is not written again; the result then says Unchanged. The version before stays, under the stage 'previous'. A
/// secret with 'usage: encryption' is refused without -OverwriteEncryptionKey, since what was encrypted with its present value could not be
/// read any more.</remarks>
/// <example>
/// <summary>Asks for the new value, without echo.</summary>
/// <code>Set-FlowSecret app-openai-api-key</code>
/// </example>
/// <example>
/// <summary>Sets one field of a JSON secret; the others stay.</summary>
/// <code>Set-FlowSecret db-config -Field db_host -Value (Read-Host -AsSecureString)</code>
/// </example>
/// <example>
/// <summary>Changes a label, and nothing else.</summary>
/// <code>Set-FlowSecret jwt-secret -Label @{ owner = 'platform' } -LabelOnly</code>
/// </example>
[Cmdlet(VerbsCommon.Set, "FlowSecret", SupportsShouldProcess = true, DefaultParameterSetName = Prompted)]
[OutputType(typeof(SecretChange))]
public sealed class SetFlowSecretCommand : ValueCmdlet
{
    /// <summary>The one field of a JSON secret that the value is for.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(FieldCompleter))]
    public string? Field { get; set; }

    /// <summary>Change labels or annotations without a new version.</summary>
    [Parameter(ParameterSetName = "Labels", Mandatory = true)]
    public SwitchParameter LabelOnly { get; set; }

    /// <summary>Allow another value for a secret that data depends on ('usage: encryption').</summary>
    [Parameter]
    public SwitchParameter OverwriteEncryptionKey { get; set; }

    private protected override void RunPlace(Targets targets)
    {
        if (LabelOnly && (Label ?? Annotation) is null)
        {
            throw Bad(nameof(Label), "-LabelOnly needs -Label or -Annotation", "Say which: -Label @{ owner = 'platform' }");
        }

        using SecretValue? value = GivenValue();
        Execute(
            new SetSecretsOperation(Context),
            Options(targets, value) with
            {
                NoValue = LabelOnly,
                Field = Field,
                OverwriteEncryptionKey = OverwriteEncryptionKey,
            }
        );
    }
}
