using System.Management.Automation;
using FlowSecrets.Commands.Base;
using FlowSecrets.Completion;
using FlowSecrets.Operations.Transfer;

namespace FlowSecrets.Commands;

/// <summary>Brings secrets to another program in its own format: a CI job, a .env file, Terraform, Kubernetes and others.</summary>
/// <remarks>The variables are those of the catalog, of one workload, or of the secrets that you name, with the values of the store. In
/// a job of GitHub Actions, Azure Pipelines or GitLab nothing else has to be said: the log hides the sensitive values before they can
/// appear, and later steps have the variables. A value that the format cannot carry is refused by name, with the formats that can.
/// Everything is written, or nothing.</remarks>
/// <example>
/// <summary>In a step of a CI job: the later steps have the variables of the workload 'api'.</summary>
/// <code>Export-FlowSecret -Workload api</code>
/// </example>
/// <example>
/// <summary>A file for docker run --env-file, which only its owner can read.</summary>
/// <code>Export-FlowSecret -Workload api -Format Docker -Path ./api.env</code>
/// </example>
/// <example>
/// <summary>Variables of two secrets in this session.</summary>
/// <code>Export-FlowSecret jwt-secret, db-config -Format PowerShell -AsPlainText | Invoke-Expression</code>
/// </example>
[Cmdlet(VerbsData.Export, "FlowSecret", SupportsShouldProcess = true)]
[OutputType(typeof(ExportedVariable), typeof(string))]
public sealed class ExportFlowSecretCommand : WildcardCmdlet
{
    /// <summary>Export the variables of this workload: of the secrets that name it, and of those that name none.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(WorkloadCompleter))]
    public string? Workload { get; set; }

    /// <summary>The format. Auto is what the CI system that runs this job reads, or with -Path what the file's name says.</summary>
    [Parameter]
    public ExportFormat Format { get; set; }

    /// <summary>The file, written for its owner alone. For UserSecrets it can be the project.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>Emit the document as plain text.</summary>
    [Parameter]
    public SwitchParameter AsPlainText { get; set; }

    /// <summary>Replace a file that is there. For GitLabDotenv: accept that others can read the values. With -AsPlainText: let a coding
    /// agent that runs this session see them.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>In Azure Pipelines: write a value that no log command carries to a file, and set the variable to its path.</summary>
    [Parameter]
    public SwitchParameter MultilineAsFile { get; set; }

    /// <summary>Name of the Kubernetes Secret; the workload's or the application's without it.</summary>
    [Parameter]
    public string? KubernetesSecret { get; set; }

    /// <summary>Namespace of the Kubernetes Secret.</summary>
    [Parameter]
    public string? Namespace { get; set; }

    private protected override bool TakesAll => true;

    private protected override bool TakesOnePlace => true;

    private protected override void RunPlace(Targets targets) =>
        Execute(
            new ExportSecretsOperation(Context),
            Fill(new ExportOptions(), targets) with
            {
                Workload = string.IsNullOrEmpty(Workload) ? null : Workload,
                Format = Format,
                Path = FilePath(Path, nameof(Path)),
                AsPlainText = AsPlainText,
                Force = Force,
                MultilineAsFile = MultilineAsFile,
                KubernetesSecret = KubernetesSecret,
                Namespace = Namespace,
            },
            Emit
        );

    private static object? Emit(ExportOutput output)
    {
        using (output)
        {
            return output.Document is { } document ? document.RevealText(nameof(Format)).TrimEnd('\n') : output.Variable;
        }
    }
}
