using System.Text.Json.Nodes;
using FlowSecrets.Errors;
using FlowSecrets.Ports;
using FlowSecrets.Text;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Providers.Kubernetes.Workloads;

/// <summary>Whom a workload runs as: its service account, which an annotation binds to a cloud's identity.</summary>
internal static class KubernetesIdentity
{
    private const string GkeAnnotation = "iam.gke.io/gcp-service-account";
    private const string Pool =
        "principal://iam.googleapis.com/projects/PROJECT_NUMBER/locations/global/workloadIdentityPools/PROJECT_ID.svc.id.goog";

    private const string EksAnnotation = "eks.amazonaws.com/role-arn";

    public static async Task<WorkloadIdentity> FindAsync(
        KubernetesPlace place,
        KubernetesCluster cluster,
        StoreKind store,
        CancellationToken cancellationToken
    )
    {
        JsonObject running = await cluster.ReadAsync(cancellationToken);
        string space = place.Namespace;
        string account = running.Text("spec", "template", "spec", "serviceAccountName") ?? "default";
        JsonObject found = await cluster.ReadAsync("serviceaccount", account, cancellationToken);
        string source = $"{place} runs as the service account {space}/{account}";
        ShellCommand identity = Shell($"--namespace {space:bare} --service-account {account:bare}");
        string annotation = store == StoreKind.Aws ? EksAnnotation : GkeAnnotation;
        return found.Text("metadata", "annotations", annotation) is { } bound
            ? new WorkloadIdentity(
                store == StoreKind.Aws ? bound : "serviceAccount:" + bound,
                $"{source}, whose annotation {annotation} names {bound}"
            )
            : throw new FlowSecretException(
                ErrorIds.WorkloadNotFound,
                place.Workload,
                $"{source}, which no annotation {annotation} binds to an identity of {(store == StoreKind.Aws ? "AWS" : "Google Cloud")}",
                store == StoreKind.Aws
                    ? Remedy.Of(
                        $"If it has one by EKS Pod Identity, name it: -Principal ROLE_ARN ("
                            + $"{Shell($"aws eks list-pod-identity-associations --cluster-name CLUSTER {identity}")})"
                    )
                    : $"If it is let in directly, name it: {Shell($"-Principal {Pool}/subject/ns/{space}/sa/{account}")}"
            );
    }
}
