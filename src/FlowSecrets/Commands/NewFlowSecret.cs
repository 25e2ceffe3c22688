using System.Management.Automation;
using FlowSecrets.Commands.Base;
using FlowSecrets.Operations.Secrets;
using FlowSecrets.Values;

namespace FlowSecrets.Commands;

/// <summary>Creates a secret with its first version.</summary>
/// <remarks>A container that has no version yet gets its first. One that has a version already is an error: Set-FlowSecret adds a version.
/// The value comes from a prompt without echo, a SecureString, a file, an environment variable or standard input, or it is made; it is
/// never a plain-text parameter, which PowerShell's own logging would keep.</remarks>
/// <example>
/// <summary>Asks for the value, without echo.</summary>
/// <code>New-FlowSecret app-openai-api-key</code>
/// </example>
/// <example>
/// <summary>Makes the value as the catalog's 'generate' says.</summary>
/// <code>New-FlowSecret jwt-secret -Generate</code>
/// </example>
/// <example>
/// <summary>In a CI step: the value comes from the step's environment.</summary>
/// <code>New-FlowSecret stripe-key -FromEnvironment STRIPE_KEY -Environment production</code>
/// </example>
/// <example>
/// <summary>A secret beyond the catalog, from a file.</summary>
/// <code>New-FlowSecret -StoreName team/tls-key -Path ./tls.key -Label @{ team = 'web' }</code>
/// </example>
[Cmdlet(VerbsCommon.New, "FlowSecret", SupportsShouldProcess = true, DefaultParameterSetName = Prompted)]
[OutputType(typeof(SecretChange))]
public sealed class NewFlowSecretCommand : ValueCmdlet
{
    /// <summary>Make a container without a version.</summary>
    [Parameter(ParameterSetName = "Empty", Mandatory = true)]
    public SwitchParameter NoValue { get; set; }

    private protected override void RunPlace(Targets targets)
    {
        using SecretValue? value = GivenValue();
        Execute(new NewSecretsOperation(Context), Options(targets, value) with { NoValue = NoValue });
    }
}
