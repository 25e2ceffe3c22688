using System.Management.Automation;
using FlowSecrets.Operations;

namespace FlowSecrets.Commands;

/// <summary>Base of the cmdlets that inject secrets into workloads.</summary>
public abstract class BindingCmdlet : WorkloadCmdlet
{
    /// <summary>Key of the secret in the catalog.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ArgumentCompleter(typeof(SecretNameCompleter))]
    public string Name { get; set; } = "";

    /// <summary>The environment variable; without it, the one that the catalog names for the secret.</summary>
    [Parameter]
    public string? Variable { get; set; }

    /// <summary>A field of a JSON secret: on ECS, which can take one out.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(FieldCompleter))]
    public string? Field { get; set; }

    /// <summary>The Kubernetes Secret that holds it; without it, the one that the catalog's 'kubernetes.secrets' makes of it.</summary>
    [Parameter]
    public string? KubernetesSecret { get; set; }

    /// <summary>Its key in the Kubernetes Secret; the variable's name unless said otherwise.</summary>
    [Parameter]
    public string? KubernetesKey { get; set; }

    /// <summary>The container, where there are several.</summary>
    [Parameter]
    public string? Container { get; set; }

    /// <summary>With -WhatIf: emit the plan as objects.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected void Change(string? environment, string[] workloads, bool remove, bool pin) =>
        Execute(
            new ChangeBindingOperation(Context),
            Fill(
                new BindingOptions
                {
                    Name = Name,
                    Variable = Variable,
                    Field = Field,
                    KubernetesSecret = KubernetesSecret,
                    KubernetesKey = KubernetesKey,
                    Container = Container,
                    Remove = remove,
                    Pin = pin,
                },
                environment,
                workloads
            )
        );
}

/// <summary>Injects a secret into workloads as an environment variable.</summary>
/// <remarks>Whatever has the variable's name before is replaced in the same change, and the workload is deployed with it. The value itself
/// goes nowhere: the workload's platform reads it from the store, or from a Kubernetes Secret.</remarks>
/// <example><summary>JWT_SECRET, as the catalog names it, into a Cloud Run service, pinned to the present
/// version.</summary><code>Add-FlowSecretWorkloadBinding web jwt-secret -Pin</code></example>
/// <example><summary>From a Kubernetes Secret.</summary><code>Add-FlowSecretWorkloadBinding api jwt-secret -KubernetesSecret
/// app-secrets</code></example>
[Cmdlet(VerbsCommon.Add, "FlowSecretWorkloadBinding", SupportsShouldProcess = true)]
[OutputType(typeof(WorkloadChange))]
public sealed class AddFlowSecretWorkloadBindingCommand : BindingCmdlet
{
    /// <summary>Pin the present version; a rotation moves it on.</summary>
    [Parameter]
    public SwitchParameter Pin { get; set; }

    private protected override void RunPlace(string? environment, string[] workloads) => Change(environment, workloads, remove: false, Pin);
}

/// <summary>Takes an injected secret out of workloads.</summary>
/// <remarks>A variable of that name which carries something else is left as it is, with an error.</remarks>
/// <example><summary>What would be done?</summary><code>Remove-FlowSecretWorkloadBinding web jwt-secret -WhatIf</code></example>
/// <example><summary>The service needs it no longer.</summary><code>Remove-FlowSecretWorkloadBinding web jwt-secret</code></example>
[Cmdlet(VerbsCommon.Remove, "FlowSecretWorkloadBinding", SupportsShouldProcess = true)]
[OutputType(typeof(WorkloadChange))]
public sealed class RemoveFlowSecretWorkloadBindingCommand : BindingCmdlet
{
    private protected override void RunPlace(string? environment, string[] workloads) =>
        Change(environment, workloads, remove: true, pin: false);
}
