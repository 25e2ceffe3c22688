using System.Text.Json.Nodes;
using FlowSecrets.Errors;
using FlowSecrets.Text;

namespace FlowSecrets.Providers.Kubernetes.Workloads;

/// <summary>A workload's pods. A pod has the annotations of the template that it was made from.</summary>
internal sealed class KubernetesPods(IReadOnlyList<JsonObject> pods)
{
    /// <returns>Null: they may not be listed, or nothing says which they are.</returns>
    public static async Task<KubernetesPods?> TryReadAsync(
        KubernetesCluster cluster,
        JsonObject workload,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return SelectorOf(workload) is { } selector
                ? new KubernetesPods([.. (await cluster.ReadPodsAsync(selector, cancellationToken)).Where(p => IsOf(workload, p))])
                : null;
        }
        catch (FlowSecretException e) when (e.Id is ErrorIds.AccessDenied or ErrorIds.BadArgument)
        {
            return null;
        }
    }

    /// <summary>When the oldest of those that run was started; null: none runs.</summary>
    public DateTimeOffset? OldestStart => Running.Min(static p => p.Time("status", "startTime") ?? p.Time("metadata", "creationTimestamp"));

    /// <summary>How many still run that were started from another template, also those that are told to end.</summary>
    public int OlderThan(PodTemplate template) =>
        Running.Count(p =>
            new[] { PodTemplate.Restarted, PodTemplate.Versions }.Any(a =>
                template.Annotation(a) is { } text && p.Text("metadata", "annotations", a) != text
            )
        );

    /// <summary>What its containers wait for, such as: container main of pod api-1: CrashLoopBackOff. Empty: nothing.</summary>
    public string Waiting => string.Join(", ", Reasons().Distinct(StringComparer.Ordinal).Take(3));

    private IEnumerable<JsonObject> Running => pods.Where(static p => p.Text("status", "phase") is not ("Succeeded" or "Failed"));

    private IEnumerable<string> Reasons() =>
        from pod in pods
        from container in pod.Objects("status", "initContainerStatuses").Concat(pod.Objects("status", "containerStatuses"))
        let reason = RemoteText.Code(container.Text("state", "waiting", "reason"))
        where reason is not null and not ("ContainerCreating" or "PodInitializing")
        select $"container {RemoteText.Clean(container.Text("name") ?? "")} of pod "
            + $"{RemoteText.Clean(pod.Text("metadata", "name") ?? "")}: {reason}";

    /// <summary>
    /// Jobs and others may have the same labels. A Deployment's pods belong to its ReplicaSets, which have its name and the hash of a
    /// template.
    /// </summary>
    private static bool IsOf(JsonObject workload, JsonObject pod)
    {
        string? name = workload.Text("metadata", "name");
        (string? kind, string? owner) =
            workload.Text("kind") == "Deployment"
                ? ("ReplicaSet", $"{name}-{pod.Text("metadata", "labels", "pod-template-hash")}")
                : (workload.Text("kind"), name);
        return pod.Objects("metadata", "ownerReferences").Any(o => o.Text("kind") == kind && o.Text("name") == owner);
    }

    private static string? SelectorOf(JsonObject workload)
    {
        IEnumerable<string?> equal = (workload.Object("spec", "selector", "matchLabels") ?? []).Select(static l => $"{l.Key}={l.Value}");
        IEnumerable<string?> more = workload
            .Objects("spec", "selector", "matchExpressions")
            .Select(static e =>
                (e.Text("operator"), string.Join(',', (e["values"] as JsonArray ?? []).Select(static v => v?.ToString()))) switch
                {
                    ("In", { } values) => $"{e.Text("key")} in ({values})",
                    ("NotIn", { } values) => $"{e.Text("key")} notin ({values})",
                    ("Exists", _) => e.Text("key"),
                    _ => "!" + e.Text("key"),
                }
            );
        return string.Join(',', equal.Concat(more)) is { Length: > 0 } selector ? selector : null;
    }
}
