using System.Management.Automation;
using FlowSecrets.Completion;
using FlowSecrets.Operations.Workloads;

namespace FlowSecrets.Commands.Base;

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

    private protected void Change(string? environment, StoreKind? store, string[] workloads, bool remove, bool pin) =>
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
                store,
                workloads
            )
        );
}
