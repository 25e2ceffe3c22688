using System.Text.Json;
using FlowSecrets.Catalogs;

namespace FlowSecrets.Providers.Kubernetes;

/// <summary>A Deployment, StatefulSet or DaemonSet. It runs as its service account, which annotations bind to a cloud's identity.</summary>
internal sealed class KubernetesWorkload(CatalogWorkload workload, StoreKind store, Func<string, string?> environment) : IWorkload
{
    public string Description => throw new NotSupportedException();

    public Task<WorkloadState> StateAsync(IReadOnlyList<WorkloadSecret> secrets, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<string> RedeployAsync(IReadOnlyList<WorkloadSecret> secrets, bool always, Action<string> say, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task WaitAsync(string deployment, TimeSpan timeout, Action<string> say, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<bool> BindAsync(WorkloadBinding binding, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<bool> UnbindAsync(WorkloadBinding binding, CancellationToken cancellationToken) => throw new NotSupportedException();

    private const string GkeAnnotation = "iam.gke.io/gcp-service-account";
    private const string EksAnnotation = "eks.amazonaws.com/role-arn";

    private static readonly string[] Kinds = ["deployment", "statefulset", "daemonset"];

    public async Task<WorkloadIdentity> IdentityAsync(CancellationToken cancellationToken)
    {
        string kind = Kinds.FirstOrDefault(workload.Settings.ContainsKey) ?? throw new FlowSecretException(
            ErrorIds.BadArgument,
            FlowErrorCategory.InvalidArgument,
            workload.Name,
            $"The workload '{workload.Name}' does not say what it is in Kubernetes",
            "Add 'deployment', 'statefulset' or 'daemonset' with its name to the catalog's workload.");
        string name = workload.Settings[kind];
        string space = workload.Settings.GetValueOrDefault("namespace") ?? "default";
        Kubectl kubectl = new(workload.Settings.GetValueOrDefault("context"), environment);
        using JsonDocument running = JsonDocument.Parse(await GetAsync(kubectl, kind, space, name, cancellationToken));
        string account = Text(running.RootElement, "spec", "template", "spec", "serviceAccountName") ?? "default";
        using JsonDocument found = JsonDocument.Parse(await GetAsync(kubectl, "serviceaccount", space, account, cancellationToken));
        string source = $"{kind} {space}/{name} runs as the service account {space}/{account}";
        string annotation = store == StoreKind.Aws ? EksAnnotation : GkeAnnotation;
        return Text(found.RootElement, "metadata", "annotations", annotation) is { } bound
            ? new WorkloadIdentity(store == StoreKind.Aws ? bound : "serviceAccount:" + bound, $"{source}, whose annotation {annotation} names {bound}")
            : throw new FlowSecretException(
                ErrorIds.WorkloadNotFound,
                FlowErrorCategory.ObjectNotFound,
                workload.Name,
                $"{source}, which no annotation {annotation} binds to an identity of {(store == StoreKind.Aws ? "AWS" : "Google Cloud")}",
                store == StoreKind.Aws
                    ? $"If it has one by EKS Pod Identity, name it: -Principal ROLE_ARN (aws eks list-pod-identity-associations --cluster-name CLUSTER --namespace {space} --service-account {account})"
                    : $"If it is let in directly, name it: -Principal 'principal://iam.googleapis.com/projects/PROJECT_NUMBER/locations/global/workloadIdentityPools/PROJECT_ID.svc.id.goog/subject/ns/{space}/sa/{account}'");
    }

    // After '--' a name is a name, whatever a stranger's catalog says: '--kubeconfig=FILE' can start programs.
    private static Task<string> GetAsync(Kubectl kubectl, string kind, string space, string name, CancellationToken cancellationToken) =>
        kubectl.RunAsync($"{kind} {space}/{name}", ["get", "--namespace", space, "--output", "json", "--", kind, name], cancellationToken);

    private static string? Text(JsonElement element, params string[] path)
    {
        foreach (string name in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
            {
                return null;
            }
        }

        return element.ValueKind == JsonValueKind.String ? element.GetString() : null;
    }
}
