using System.Management.Automation;
using FlowSecrets.Commands.Base;
using FlowSecrets.Operations.Workloads;

namespace FlowSecrets.Commands;

/// <summary>Deploys workloads anew, so that they run with the current versions of their secrets.</summary>
/// <remarks>A Kubernetes workload is restarted only once its Kubernetes Secret holds the current values; a Cloud Run service is moved to
/// the current version's number; App Runner and ECS get a new deployment.</remarks>
/// <example>
/// <summary>Restart it, and wait until it is healthy.</summary>
/// <code>Restart-FlowSecretWorkload api -Wait</code>
/// </example>
/// <example>
/// <summary>All that are stale.</summary>
/// <code>Get-FlowSecretWorkload | Where-Object Stale | Restart-FlowSecretWorkload -Wait</code>
/// </example>
[Cmdlet(VerbsLifecycle.Restart, "FlowSecretWorkload", SupportsShouldProcess = true)]
[OutputType(typeof(WorkloadChange))]
public sealed class RestartFlowSecretWorkloadCommand : WorkloadCmdlet
{
    /// <summary>Wait until it is healthy, and fail if it is not.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <summary>How long that may take, in seconds; 600 unless said otherwise.</summary>
    [Parameter]
    [ValidateRange(1, 86_400)]
    public int TimeoutSec { get; set; } = 600;

    private protected override void RunPlace(string? environment, StoreKind? store, string[] workloads) =>
        Execute(
            new RestartWorkloadsOperation(Context),
            Fill(new RestartWorkloadOptions { Wait = Wait, Timeout = TimeSpan.FromSeconds(TimeoutSec) }, environment, store, workloads)
        );
}
