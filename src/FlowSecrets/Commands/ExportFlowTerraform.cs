using System.Management.Automation;
using FlowSecrets.Commands.Base;
using FlowSecrets.Operations.Terraform;

namespace FlowSecrets.Commands;

/// <summary>Writes Terraform for the containers, access and injections of an environment's secrets.</summary>
/// <remarks>What exists in the store is imported as it is: the first plan says "to import", and nothing to change or destroy. No value is
/// read, and none is in a file, plan or state. FlowSecrets goes on owning the values, and what it rotates is protected from Terraform.
/// Files that somebody edited are not replaced without -Force.</remarks>
/// <example>
/// <summary>The containers of production, in terraform/production beside the catalog.</summary>
/// <code>Export-FlowTerraform -Environment production</code>
/// </example>
/// <example>
/// <summary>What would be written.</summary>
/// <code>Export-FlowTerraform -Environment production -Path ./infra/secrets -WhatIf</code>
/// </example>
/// <example>
/// <summary>Have Terraform send the first values, which it does not keep.</summary>
/// <code>Export-FlowTerraform -Environment production -SeedValue</code>
/// </example>
[Cmdlet(VerbsData.Export, "FlowTerraform", SupportsShouldProcess = true)]
[OutputType(typeof(TerraformFile))]
public sealed class ExportFlowTerraformCommand : StoreCmdlet
{
    /// <summary>
    /// Folder of the files, one for each environment. It is made if it is not there. Without it: terraform/ENVIRONMENT beside the catalog.
    /// </summary>
    [Parameter(Position = 0)]
    public string? Path { get; set; }

    /// <summary>On Google Cloud, write labels too. The first plan then shows them as changes. On AWS tags are always written.</summary>
    [Parameter]
    public SwitchParameter IncludeLabels { get; set; }

    /// <summary>Have Terraform (1.11 or later) send the first value of each secret that has none, by a write-only argument.</summary>
    [Parameter]
    public SwitchParameter SeedValue { get; set; }

    /// <summary>Replace files that somebody edited, that FlowSecrets did not make, or that are of another environment.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    protected override void Run() =>
        Execute(
            new ExportTerraformOperation(Context),
            Fill(new TerraformOptions()) with
            {
                PipedFrom = PipedFrom,
                Path = FilePath(Path, nameof(Path)),
                IncludeLabels = IncludeLabels,
                SeedValue = SeedValue,
                Force = Force,
            }
        );
}
