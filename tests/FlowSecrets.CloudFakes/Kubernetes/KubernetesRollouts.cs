using System.Text.Json.Nodes;

namespace FlowSecrets.CloudFakes.Kubernetes;

/// <summary>The controllers of workloads. A rollout goes on whenever somebody looks.</summary>
internal sealed class KubernetesRollouts(Func<DateTimeOffset> now)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Plural, string Space, string Name), Rollout> _rollouts = [];

    public int Reads { get; set; }

    public int Lingering { get; set; }

    public string? Failure { get; set; }

    public string? Waiting { get; set; }

    /// <summary>Fills the status in, in place, as it is at this read.</summary>
    public void Step(KubernetesKind kind, JsonObject workload)
    {
        lock (_lock)
        {
            Rollout rollout = Of(kind, workload);
            int generation = (int)workload["metadata"]!["generation"]!;
            JsonObject status = workload["status"] as JsonObject ?? [];
            workload["status"] = status;
            if (generation != rollout.Generation)
            {
                rollout.Generation = generation;
                if (!JsonNode.DeepEquals(rollout.Template, workload["spec"]!["template"]))
                {
                    (rollout.Old, rollout.Template, rollout.Started) = (
                        rollout.Template,
                        workload["spec"]!["template"]!.DeepClone(),
                        now()
                    );
                    (rollout.Left, rollout.Lingering, rollout.IsOver) = (Reads, Lingering, false);
                    if (Reads > 0)
                    {
                        // Its controller has not looked yet.
                        return;
                    }
                }
            }

            bool isPaused = (bool?)workload["spec"]!["paused"] == true;
            if (!rollout.IsOver && !isPaused && rollout.Left-- <= 0 && Failure is null)
            {
                (rollout.IsOver, rollout.Ended) = (true, now());
            }

            bool isLate = !rollout.IsOver && rollout.Left < 0 && Failure is not null;
            workload["status"] = Status(kind, workload, rollout, isLate);
        }
    }

    /// <summary>The pods of a workload.</summary>
    public IReadOnlyList<JsonObject> Pods(KubernetesKind kind, JsonObject workload)
    {
        lock (_lock)
        {
            Rollout rollout = Of(kind, workload);
            string name = (string)workload["metadata"]!["name"]!;
            List<JsonObject> pods = [];
            for (int i = 0; i < (int)workload["spec"]!["replicas"]!; i++)
            {
                bool isOld = !rollout.IsOver && i > 0;
                pods.Add(
                    Pod(
                        kind,
                        name,
                        $"{name}-{i}",
                        isOld ? rollout.Old ?? rollout.Template : rollout.Template,
                        rollout.Started,
                        rollout.IsOver || isOld ? null : Waiting
                    )
                );
            }

            if (rollout is { IsOver: true, Old: { } old } && rollout.Lingering-- > 0)
            {
                JsonObject pod = Pod(kind, name, $"{name}-old", old, rollout.Started, null);
                pod["metadata"]!["deletionTimestamp"] = KubernetesObjects.Time(now());
                pods.Add(pod);
            }

            return pods;
        }
    }

    private Rollout Of(KubernetesKind kind, JsonObject workload)
    {
        (string Plural, string, string) key = (
            kind.Plural,
            (string)workload["metadata"]!["namespace"]!,
            (string)workload["metadata"]!["name"]!
        );
        if (!_rollouts.TryGetValue(key, out Rollout? rollout))
        {
            _rollouts[key] = rollout = new Rollout
            {
                Template = workload["spec"]!["template"]!.DeepClone(),
                Generation = 1,
                IsOver = true,
                Started = now(),
                Ended = now(),
            };
        }

        return rollout;
    }

    private JsonObject Status(KubernetesKind kind, JsonObject workload, Rollout rollout, bool isLate)
    {
        int all = (int?)workload["spec"]!["replicas"] ?? 1;
        int updated = rollout.IsOver ? all : 1;
        JsonObject status = new() { ["observedGeneration"] = (int)workload["metadata"]!["generation"]! };
        if (kind == KubernetesKind.Deployment)
        {
            (status["replicas"], status["updatedReplicas"], status["availableReplicas"], status["readyReplicas"]) = (
                all,
                updated,
                all,
                all
            );
            status["conditions"] = new JsonArray(
                new JsonObject
                {
                    ["type"] = "Progressing",
                    ["status"] = isLate ? "False" : "True",
                    ["reason"] =
                        isLate ? "ProgressDeadlineExceeded"
                        : rollout.IsOver ? "NewReplicaSetAvailable"
                        : "ReplicaSetUpdated",
                    ["message"] = isLate ? Failure : "ReplicaSet is progressing.",
                    ["lastUpdateTime"] = KubernetesObjects.Time(rollout.IsOver ? rollout.Ended : now()),
                }
            );
        }
        else if (kind == KubernetesKind.StatefulSet)
        {
            (status["replicas"], status["updatedReplicas"], status["readyReplicas"]) = (all, updated, all);
            (status["currentRevision"], status["updateRevision"]) = (
                rollout.IsOver ? $"rev-{rollout.Generation}" : "rev-before",
                $"rev-{rollout.Generation}"
            );
        }
        else
        {
            (status["desiredNumberScheduled"], status["updatedNumberScheduled"], status["numberAvailable"]) = (all, updated, all);
        }

        return status;
    }

    private static JsonObject Pod(
        KubernetesKind kind,
        string owner,
        string name,
        JsonNode template,
        DateTimeOffset started,
        string? waiting
    )
    {
        JsonObject pod = new()
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Pod",
            ["metadata"] = template["metadata"]?.DeepClone() ?? new JsonObject(),
            ["spec"] = template["spec"]?.DeepClone(),
            ["status"] = new JsonObject
            {
                ["phase"] = waiting is null ? "Running" : "Pending",
                ["startTime"] = KubernetesObjects.Time(started),
            },
        };
        JsonNode metadata = pod["metadata"]!;
        metadata["name"] = name;
        if (kind == KubernetesKind.Deployment)
        {
            // In the real cluster a hash of the template.
            metadata["labels"]!["pod-template-hash"] = "5d8c7f9b6";
        }

        metadata["ownerReferences"] = new JsonArray(
            new JsonObject
            {
                ["kind"] = kind == KubernetesKind.Deployment ? "ReplicaSet" : kind.Kind,
                ["name"] = kind == KubernetesKind.Deployment ? owner + "-5d8c7f9b6" : owner,
            }
        );
        if (waiting is not null)
        {
            pod["status"]!["containerStatuses"] = new JsonArray(
                new JsonObject
                {
                    ["name"] = (string?)template["spec"]?["containers"]?[0]?["name"],
                    ["state"] = new JsonObject { ["waiting"] = new JsonObject { ["reason"] = waiting } },
                }
            );
        }

        return pod;
    }

    private sealed class Rollout
    {
        public required JsonNode Template { get; set; }

        /// <summary>Of the pods before; null: there were none.</summary>
        public JsonNode? Old { get; set; }

        public int Generation { get; set; }

        public int Left { get; set; }

        public int Lingering { get; set; }

        public bool IsOver { get; set; }

        public DateTimeOffset Started { get; set; }

        public DateTimeOffset Ended { get; set; }
    }
}
