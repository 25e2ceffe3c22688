using System.Management.Automation;
using FlowSecrets.Commands.Base;
using FlowSecrets.Operations.Catalogs;

namespace FlowSecrets.Commands;

/// <summary>Checks a catalog and reports all its problems at once.</summary>
/// <remarks>Each with file, line and column. An invalid catalog is also an error, so that a CI step fails; with -Quiet the answer is a
/// boolean and nothing else.</remarks>
/// <example>
/// <summary>Lists every problem.</summary>
/// <code>Test-FlowSecretCatalog</code>
/// </example>
/// <example>
/// <summary>In a condition.</summary>
/// <code>if (-not (Test-FlowSecretCatalog -Quiet)) { 'mend it' }</code>
/// </example>
[Cmdlet(VerbsDiagnostic.Test, "FlowSecretCatalog")]
[OutputType(typeof(CatalogTest), typeof(bool))]
public sealed class TestFlowSecretCatalogCommand : CatalogCmdlet
{
    /// <summary>Answer with true or false alone.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    protected override void Run()
    {
        if (!Quiet)
        {
            Execute(new TestCatalogOperation(Context), Options);
            return;
        }

        bool valid = false;
        Execute(
            new TestCatalogOperation(Context),
            Options,
            test =>
            {
                valid = test.IsValid;
                return null;
            }
        );
        WriteObject(valid);
        Forget();
    }
}
