using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Faults;
using FlowSecrets.CloudFakes.Hosting;

namespace FlowSecrets.CloudFakes.Kubernetes;

/// <summary>What the server does, by the verb and the kind. A further verb is a line here.</summary>
internal sealed class KubernetesOperations(
    KubernetesCluster cluster,
    KubernetesRollouts rollouts,
    KubernetesOperator externalSecrets,
    Func<string, string?, Denial?> denial
)
{
    private int _conflicts;

    /// <summary>So many patches come too late.</summary>
    public int Conflicts
    {
        get => Volatile.Read(ref _conflicts);
        set => Volatile.Write(ref _conflicts, value);
    }

    /// <summary>A group that is not installed; null: all are.</summary>
    public string? Hidden { get; set; }

    /// <summary>What is wrong in an object that is created; null: nothing is checked.</summary>
    public Func<JsonObject, IReadOnlyList<string>>? Schema { get; set; }

    public Reply Run(KubernetesCall call)
    {
        if (call is { Operation: KubernetesCall.GetNamespace, Space: { } asked })
        {
            return denial(call.Operation, asked) is not null ? throw KubernetesError.Forbidden("get", KubernetesKind.Namespace, "", asked)
                : cluster.Find(KubernetesKind.Namespace, "", asked) is { } made ? KubernetesReply.Of(made)
                : cluster.HasSpace(asked) ? KubernetesReply.Of(KubernetesObjects.Namespace(asked))
                : throw KubernetesError.NoNamespace(asked);
        }

        if (call is not { Kind: { } kind, Space: { } space })
        {
            return KubernetesDiscovery.Answer(call.Request, Hidden) ?? throw KubernetesError.NoSuchPath();
        }

        string verb = call.Operation.Split(' ')[0];
        if (denial(call.Operation, call.Name) is not null)
        {
            throw call.Name is null
                ? KubernetesError.Forbidden(verb, kind, space)
                : KubernetesError.Forbidden(verb, kind, space, call.Name);
        }

        return (verb, call.Name) switch
        {
            ("get", { } name) => KubernetesReply.Of(Get(kind, space, name)),
            ("create", null) => KubernetesReply.Of(Create(kind, space, call.Request), applied: true),
            ("patch", { } name) => KubernetesReply.Of(Patch(kind, space, name, call.Request), applied: true),
            ("list", null) when kind == KubernetesKind.Pod => KubernetesReply.Of(
                Pods(space, call.Request.Query.GetValueOrDefault("labelSelector") ?? "")
            ),
            ("list", null) => KubernetesReply.Of(List(kind, space, call.Request)),
            _ => throw KubernetesError.NoSuchVerb(),
        };
    }

    private JsonObject Get(KubernetesKind kind, string space, string name) =>
        kind.IsWorkload
            ? cluster.Change(kind, space, name, w => rollouts.Step(kind, w)).After
            : cluster.Find(kind, space, name) ?? throw KubernetesError.NotFound(kind, name);

    private JsonObject Create(KubernetesKind kind, string space, ApiRequest request)
    {
        JsonObject given = request.Json() ?? throw KubernetesError.NoSuchPatch();
        string name = (string?)given["metadata"]?["name"] ?? "";
        if (Schema?.Invoke(given) is { Count: > 0 } faults)
        {
            throw KubernetesError.Invalid(kind, name, faults);
        }

        if (request.Query.GetValueOrDefault("dryRun") != "All")
        {
            cluster.Put(kind, space, name, given);
        }

        return given;
    }

    /// <summary>With selectors of labels and fields: equalities only.</summary>
    private JsonObject List(KubernetesKind kind, string space, ApiRequest request)
    {
        static string[][] Terms(string? selector) =>
            [.. (selector ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries).Select(static l => l.Split('='))];

        string[][] labels = Terms(request.Query.GetValueOrDefault("labelSelector"));
        string[][] fields = Terms(request.Query.GetValueOrDefault("fieldSelector"));
        return KubernetesObjects.List(
            cluster
                .List(kind, space)
                .Where(o => Array.TrueForAll(labels, l => (string?)o["metadata"]?["labels"]?[l[0]] == l[^1]))
                .Where(o =>
                    Array.TrueForAll(fields, f => (string?)f[0].Split('.').Aggregate((JsonNode?)o, static (n, p) => n?[p]) == f[^1])
                )
        );
    }

    private JsonObject Patch(KubernetesKind kind, string space, string name, ApiRequest request)
    {
        JsonObject patch = request.Json() ?? throw KubernetesError.NoSuchPatch();
        string? expected = (string?)patch["metadata"]?["resourceVersion"];
        if (expected is not null && Interlocked.Decrement(ref _conflicts) >= 0)
        {
            throw KubernetesError.Conflict(kind, name);
        }

        (patch["metadata"] as JsonObject)?.Remove("resourceVersion");
        (JsonObject before, JsonObject after) = cluster.Change(
            kind,
            space,
            name,
            o => KubernetesPatch.Apply(o, patch, request.Headers.GetValueOrDefault("Content-Type") ?? ""),
            expected
        );
        if (kind == KubernetesKind.ExternalSecret && !JsonNode.DeepEquals(before, after))
        {
            externalSecrets.Sync(space, name);
        }

        return after;
    }

    /// <param name="selector">Equalities only.</param>
    private JsonObject Pods(string space, string selector)
    {
        string[][] labels = [.. selector.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(static l => l.Split('='))];
        return KubernetesObjects.List(
            cluster
                .Workloads(space)
                .Where(w => labels.All(l => (string?)w.Object["spec"]?["template"]?["metadata"]?["labels"]?[l[0]] == l[^1]))
                .SelectMany(w => rollouts.Pods(w.Kind, w.Object))
        );
    }
}
