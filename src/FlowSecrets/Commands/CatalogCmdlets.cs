using System.Management.Automation;
using FlowSecrets.Catalogs;
using FlowSecrets.Operations;

namespace FlowSecrets.Commands;

/// <summary>Base of the cmdlets that read a catalog.</summary>
public abstract class CatalogCmdlet : FlowCmdlet
{
    /// <summary>
    /// The catalog. Without it: flowsecrets.yaml here or in a folder above, as far as the repository's root; or FLOWSECRETS_CATALOG.
    /// </summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("Path")]
    public string? CatalogPath { get; set; }

    private protected CatalogOptions Options => new() { CatalogPath = FilePath(CatalogPath, nameof(CatalogPath)) };
}

/// <summary>Reads the catalog as objects.</summary>
/// <remarks>Environments, secrets with their fields, the .env file, access, workloads. It holds no values.</remarks>
/// <example><summary>The catalog in use.</summary><code>Get-FlowSecretCatalog</code></example>
/// <example><summary>Secrets that are rotated.</summary><code>(Get-FlowSecretCatalog).Secrets | Where-Object Rotation</code></example>
[Cmdlet(VerbsCommon.Get, "FlowSecretCatalog")]
[OutputType(typeof(Catalog))]
public sealed class GetFlowSecretCatalogCommand : CatalogCmdlet
{
    protected override void Run() => Execute(new GetCatalogOperation(Context), Options);
}

/// <summary>Checks a catalog and reports all its problems at once.</summary>
/// <remarks>Each with file, line and column. An invalid catalog is also an error, so that a CI step fails; with -Quiet the answer is a
/// boolean and nothing else.</remarks>
/// <example><summary>Lists every problem.</summary><code>Test-FlowSecretCatalog</code></example>
/// <example><summary>In a condition.</summary><code>if (-not (Test-FlowSecretCatalog -Quiet)) { 'mend it' }</code></example>
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

/// <summary>Trusts a catalog's present content.</summary>
/// <remarks>A catalog comes with a cloned repository, so its scripts do not run and its paths outside of the repository are refused until
/// somebody has read and approved it. Approval is by content: after a change it is asked for again.</remarks>
/// <example><summary>Approves the catalog in use.</summary><code>Approve-FlowSecretCatalog</code></example>
/// <example><summary>Shows what would be approved.</summary><code>Approve-FlowSecretCatalog ./flowsecrets.yaml -WhatIf</code></example>
[Cmdlet(VerbsLifecycle.Approve, "FlowSecretCatalog", SupportsShouldProcess = true)]
[OutputType(typeof(CatalogTest))]
public sealed class ApproveFlowSecretCatalogCommand : CatalogCmdlet
{
    /// <summary>With -WhatIf: emit the plan as an object.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override void Run() => Execute(new ApproveCatalogOperation(Context), Options);
}
