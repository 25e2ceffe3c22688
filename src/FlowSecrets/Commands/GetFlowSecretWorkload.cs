using System.Management.Automation;
using FlowSecrets.Commands.Base;
using FlowSecrets.Operations.Workloads;

namespace FlowSecrets.Commands;

/// <summary>Shows which version of each secret the workloads run with, and how they are.</summary>
/// <remarks>Stale is true where a workload runs with an older version than the store's current one, and empty where its platform does not
/// tell. Nothing is changed.</remarks>
/// <example>
/// <summary>Who still runs with an old version?</summary>
/// <code>Get-FlowSecretWorkload -Environment production | Where-Object Stale</code>
/// </example>
/// <example>
/// <summary>Deploy those anew.</summary>
/// <code>Get-FlowSecretWorkload | Where-Object Stale | Restart-FlowSecretWorkload -Wait</code>
/// </example>
[Cmdlet(VerbsCommon.Get, "FlowSecretWorkload")]
[OutputType(typeof(WorkloadItem))]
public sealed class GetFlowSecretWorkloadCommand : WorkloadCmdlet
{
    private protected override bool TakesAll => true;

    private protected override void RunPlace(string? environment, StoreKind? store, string[] workloads) =>
        Execute(new GetWorkloadsOperation(Context), Fill(new WorkloadOptions(), environment, store, workloads));
}
