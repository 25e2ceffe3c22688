using System.Text.Json.Nodes;
using FlowSecrets.Processes;
using FlowSecrets.Text;

namespace FlowSecrets.Providers.Kubernetes;

/// <summary>A workload and the objects around it, in its namespace, by kubectl.</summary>
internal sealed class KubernetesCluster(KubernetesPlace place, Kubectl kubectl) : KubernetesNamespace(place.Namespace, kubectl)
{
    private readonly Kubectl _kubectl = kubectl;

    public Task<JsonObject> ReadAsync(CancellationToken cancellationToken) => ReadAsync(place.Kind, place.Name, cancellationToken);

    /// <param name="selector">Of labels, as kubectl takes it.</param>
    public async Task<IReadOnlyList<JsonObject>> ReadPodsAsync(string selector, CancellationToken cancellationToken)
    {
        string target = $"the pods of {place}";
        using ErasedBuffer output = await _kubectl.RunAsync(
            target,
            ["get", "--namespace", place.Namespace, "--output", "json", "--selector", selector, "--", "pods"],
            cancellationToken
        );
        return [.. Parse(output, target).Objects("items")];
    }

    /// <summary>Changes the workload's pod template.</summary>
    /// <param name="type">merge or strategic.</param>
    /// <param name="template">Without values of secrets: other processes can see a program's arguments.</param>
    /// <param name="read">The workload as it must still be; null: whatever it is.</param>
    /// <returns>The workload afterwards.</returns>
    /// <exception cref="FlowSecretException">Conflict: it has been changed.</exception>
    public async Task<JsonObject> PatchTemplateAsync(
        string type,
        JsonObject template,
        JsonObject? read,
        CancellationToken cancellationToken
    )
    {
        JsonObject patch = new() { ["spec"] = new JsonObject { ["template"] = template } };
        if (read.Text("metadata", "resourceVersion") is { } version)
        {
            patch["metadata"] = new JsonObject { ["resourceVersion"] = version };
        }

        string target = TargetOf(place.Kind, place.Name);
        using ErasedBuffer output = await _kubectl.RunAsync(
            target,
            [
                "patch",
                "--namespace",
                place.Namespace,
                "--output",
                "json",
                "--type",
                type,
                "--patch",
                patch.ToJsonString(),
                "--",
                place.Kind,
                place.Name,
            ],
            cancellationToken
        );
        return Parse(output, target);
    }
}
