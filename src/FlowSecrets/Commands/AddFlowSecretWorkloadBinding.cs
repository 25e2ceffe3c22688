using System.Management.Automation;
using FlowSecrets.Commands.Base;

namespace FlowSecrets.Commands;

/// <summary>Injects a secret into workloads as an environment variable.</summary>
/// <remarks>Whatever has the variable's name before is replaced in the same change, and the workload is deployed with it. The value itself
/// goes nowhere: the workload's platform reads it from the store, or from a Kubernetes Secret.</remarks>
/// <example>
/// <summary>JWT_SECRET, as the catalog names it, into a Cloud Run service, pinned to the present version.</summary>
/// <code>Add-FlowSecretWorkloadBinding web jwt-secret -Pin</code>
/// </example>
/// <example>
/// <summary>From a Kubernetes Secret.</summary>
/// <code>Add-FlowSecretWorkloadBinding api jwt-secret -KubernetesSecret app-secrets</code>
/// </example>
[Cmdlet(VerbsCommon.Add, "FlowSecretWorkloadBinding", SupportsShouldProcess = true)]
[OutputType(typeof(WorkloadChange))]
public sealed class AddFlowSecretWorkloadBindingCommand : BindingCmdlet
{
    /// <summary>Pin the present version; a rotation moves it on.</summary>
    [Parameter]
    public SwitchParameter Pin { get; set; }

    private protected override void RunPlace(string? environment, StoreKind? store, string[] workloads) =>
        Change(environment, store, workloads, remove: false, Pin);
}
