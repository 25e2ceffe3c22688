using System.Management.Automation;
using FlowSecrets.Commands.Base;
using FlowSecrets.Operations.ExternalSecrets;

namespace FlowSecrets.Commands;

/// <summary>Writes the Kubernetes manifests by which a cluster gets the catalog's secrets.</summary>
/// <remarks>One folder for each environment in a cloud: the operator's store, an ExternalSecret for each Kubernetes Secret, the service
/// account, and a kustomization. No value is read, and the files hold none. The same catalog gives the same files. A file that somebody
/// edited is not overwritten without -Force. If the store lacks a secret, a warning names it before the manifests are applied.</remarks>
/// <example>
/// <summary>Writes ./external-secrets/ENVIRONMENT/ for each environment in a cloud.</summary>
/// <code>Export-FlowExternalSecret</code>
/// </example>
/// <example>
/// <summary>For one environment, beside the manifests of the application.</summary>
/// <code>Export-FlowExternalSecret -Path ./infra/k8s/external-secrets -Environment production</code>
/// </example>
/// <example>
/// <summary>With annotations by which Reloader restarts the workloads, for a cluster that Argo CD manages.</summary>
/// <code>Export-FlowExternalSecret -Reloader -Argo</code>
/// </example>
[Cmdlet(VerbsData.Export, "FlowExternalSecret", SupportsShouldProcess = true)]
[OutputType(typeof(ExternalSecretFile))]
public sealed class ExportFlowExternalSecretCommand : StoreCmdlet
{
    /// <summary>The folder that gets a folder for each environment.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "./external-secrets";

    /// <summary>ExternalSecrets for the External Secrets Operator, or CsiDriver for the Secrets Store CSI driver.</summary>
    [Parameter]
    public ExternalSecretFormat Format { get; set; }

    /// <summary>Write a kustomize component that tells Stakater's Reloader which Kubernetes Secrets restart which workload.</summary>
    [Parameter]
    public SwitchParameter Reloader { get; set; }

    /// <summary>Argo CD manages the workloads: with -Reloader, write the Helm value that keeps them in sync.</summary>
    [Parameter]
    public SwitchParameter Argo { get; set; }

    /// <summary>Do not ask the store which secrets exist.</summary>
    [Parameter]
    public SwitchParameter Offline { get; set; }

    /// <summary>Overwrite files that somebody edited, and files that this command did not write.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    protected override void Run() =>
        Execute(
            new ExportExternalSecretsOperation(Context),
            Fill(new ExportExternalSecretsOptions { Path = FilePath(Path, nameof(Path))! }) with
            {
                Format = Format,
                Reloader = Reloader,
                Argo = Argo,
                Offline = Offline,
                Force = Force,
            }
        );
}
