using System.Management.Automation;
using FlowSecrets.Catalogs;
using FlowSecrets.Commands.Base;
using FlowSecrets.Hosting;
using FlowSecrets.Operations.Catalogs;

namespace FlowSecrets.Commands;

/// <summary>Checks a catalog and reports all its problems at once.</summary>
/// <remarks>Each with file, line and column. Each problem is also an error, and under 'Stop' one error has them all, so that a CI step
/// fails. With -Quiet the answer is a boolean and nothing else.</remarks>
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
        CatalogTest? tested = null;
        Execute(
            new TestCatalogOperation(Context),
            Options,
            test =>
            {
                tested = test;
                return Quiet ? null : test;
            }
        );

        // Each problem is an error of its own, except where the first one would end the script and hide the rest.
        if (Quiet || !Session.ErrorsStop)
        {
            Forget();
        }

        if (Quiet)
        {
            WriteObject(tested is { IsValid: true });
        }
        else if (!Session.ErrorsStop)
        {
            foreach (CatalogProblem problem in tested?.Problems ?? [])
            {
                WriteError(Failures.Record(CatalogLoader.Invalid(problem)));
            }
        }
    }
}
