using System.Management.Automation;
using FlowSecrets.Commands.Base;

namespace FlowSecrets.Commands;

/// <summary>Takes an injected secret out of workloads.</summary>
/// <remarks>A variable of that name which carries something else is left as it is, with an error.</remarks>
/// <example>
/// <summary>What would be done?</summary>
/// <code>Remove-FlowSecretWorkloadBinding web jwt-secret -WhatIf</code>
/// </example>
/// <example>
/// <summary>The service needs it no longer.</summary>
/// <code>Remove-FlowSecretWorkloadBinding web jwt-secret</code>
/// </example>
[Cmdlet(VerbsCommon.Remove, "FlowSecretWorkloadBinding", SupportsShouldProcess = true)]
[OutputType(typeof(WorkloadChange))]
public sealed class RemoveFlowSecretWorkloadBindingCommand : BindingCmdlet
{
    private protected override void RunPlace(string? environment, StoreKind? store, string[] workloads) =>
        Change(environment, store, workloads, remove: true, pin: false);
}
