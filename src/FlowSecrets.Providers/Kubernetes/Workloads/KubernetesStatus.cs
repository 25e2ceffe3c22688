using System.Text.Json.Nodes;
using FlowSecrets.Model;
using FlowSecrets.Text;

namespace FlowSecrets.Providers.Kubernetes.Workloads;

/// <summary>How far a Deployment, StatefulSet or DaemonSet has come: what its controller says beside what is wanted.</summary>
internal sealed class KubernetesStatus(JsonObject workload, string kind)
{
    private const string TooLate = "ProgressDeadlineExceeded";

    /// <summary>A new one for each change.</summary>
    public long Generation => workload.Number("metadata", "generation");

    /// <summary>Which of them its controller has seen.</summary>
    public long Observed => workload.Number("status", "observedGeneration");

    public bool IsPaused => kind == "deployment" && workload.Flag("spec", "paused");

    public bool HasFailed => kind == "deployment" && Observed >= Generation && Progressing.Text("reason") == TooLate;

    /// <summary>All pods are the newest's, and serve.</summary>
    public bool IsComplete =>
        Observed >= Generation
        && kind switch
        {
            "deployment" => Updated >= Wanted && Has("replicas") <= Updated && Has("availableReplicas") >= Updated,
            "statefulset" => Has("readyReplicas") >= Wanted
                && (workload.Text("status", "currentRevision") == workload.Text("status", "updateRevision") || Updated >= Wanted),
            _ => Updated >= Wanted && Has("numberAvailable") >= Wanted,
        };

    public WorkloadHealth Health =>
        IsPaused || Barrier is not null ? WorkloadHealth.Paused
        : HasFailed ? WorkloadHealth.Failed
        : IsComplete ? WorkloadHealth.Healthy
        : WorkloadHealth.Deploying;

    /// <summary>Empty: all is well.</summary>
    public string Detail =>
        Health switch
        {
            WorkloadHealth.Failed => RemoteText.Clean(Progressing.Text("message") ?? ""),
            WorkloadHealth.Deploying => Progress,
            WorkloadHealth.Paused => Barrier ?? "",
            _ => "",
        };

    /// <summary>Such as: 1 of 3 pods updated, 2 available.</summary>
    public string Progress =>
        Observed < Generation
            ? "its controller has not seen the change yet"
            : $"{Updated} of {Wanted} pods updated, {Available} available{(Old > 0 ? $", {Old} old" : "")}";

    /// <summary>A reason why a new template would not reach all of its pods; null: it does.</summary>
    public string? Barrier =>
        kind != "deployment" && workload.Text("spec", "updateStrategy", "type") == "OnDelete"
            ? "its updateStrategy is OnDelete, so its pods stay as they are until somebody deletes them"
        : kind == "statefulset" && workload.Number("spec", "updateStrategy", "rollingUpdate", "partition") is > 0 and var partition
            ? $"its updateStrategy has the partition {partition}, so the pods below that number stay as they are"
        : null;

    /// <summary>When the newest pods were made available at the latest: they were not started later than that.</summary>
    public DateTimeOffset? LastProgress => Progressing.Time("lastUpdateTime");

    /// <summary>A condition of a resource's status.</summary>
    public static JsonObject? Condition(JsonObject resource, string type) =>
        resource.Objects("status", "conditions").FirstOrDefault(c => c.Text("type") == type);

    private JsonObject? Progressing => Condition(workload, "Progressing");

    private long Wanted =>
        kind == "daemonset" ? Has("desiredNumberScheduled")
        : workload.At("spec", "replicas") is null ? 1
        : workload.Number("spec", "replicas");

    private long Updated => kind == "daemonset" ? Has("updatedNumberScheduled") : Has("updatedReplicas");

    private long Available =>
        Has(
            kind switch
            {
                "deployment" => "availableReplicas",
                "statefulset" => "readyReplicas",
                _ => "numberAvailable",
            }
        );

    private long Old => kind == "deployment" ? Math.Max(0, Has("replicas") - Updated) : 0;

    private long Has(string name) => workload.Number("status", name);
}
