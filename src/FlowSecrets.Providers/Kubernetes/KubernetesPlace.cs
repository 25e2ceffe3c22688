using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Text;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Providers.Kubernetes;

/// <summary>Which object of which cluster a workload is.</summary>
/// <param name="Workload">Its name in the catalog.</param>
/// <param name="Kind">deployment, statefulset or daemonset.</param>
/// <param name="Context">Of kubectl; null: the current one.</param>
/// <param name="Container">Null: all of them.</param>
internal sealed record KubernetesPlace(string Workload, string Kind, string Namespace, string Name, string? Context, string? Container)
{
    private static readonly string[] Kinds = ["deployment", "statefulset", "daemonset"];

    private ShellCommand InContext => Context is null ? None : Shell($"--context={Context}");

    /// <summary>Such as: kubectl --namespace='shop' rollout status 'deployment/api'.</summary>
    public ShellCommand Command(ShellCommand verb) => Command(verb, Kind, Name);

    // Kind and name are one word, so that no name is an option.
    public ShellCommand Command(ShellCommand verb, string kind, string name) =>
        Shell($"kubectl {InContext} --namespace={Namespace} {verb} {kind}/{name}");

    public override string ToString() => $"{Kind} {Namespace}/{Name}";

    /// <exception cref="FlowSecretException">BadArgument: the catalog does not say what it is.</exception>
    public static KubernetesPlace Of(CatalogWorkload workload)
    {
        string kind =
            Kinds.FirstOrDefault(workload.Settings.ContainsKey)
            ?? throw new FlowSecretException(
                ErrorIds.BadArgument,
                workload.Name,
                $"The workload '{workload.Name}' does not say what it is in Kubernetes",
                "Add 'deployment', 'statefulset' or 'daemonset' with its name to the catalog's workload."
            );
        return new KubernetesPlace(
            workload.Name,
            kind,
            workload.Settings.GetValueOrDefault("namespace") ?? "default",
            workload.Settings[kind],
            workload.Settings.GetValueOrDefault("context"),
            workload.Settings.GetValueOrDefault("container")
        );
    }
}
