using System.Text.Json.Nodes;
using FlowSecrets.Model;
using FlowSecrets.Text;

namespace FlowSecrets.Providers.Kubernetes.Workloads;

/// <summary>Which versions of secrets a workload's pods run with.</summary>
internal sealed class RunningVersions(KubernetesCluster cluster, JsonObject workload, PodTemplate template, KubernetesStatus status)
{
    private KubernetesPods? _pods;
    private bool _asked;

    public async Task<IReadOnlyList<WorkloadVersion>> OfAsync(IReadOnlyList<WorkloadSecret> secrets, CancellationToken cancellationToken)
    {
        if (secrets.Count == 0)
        {
            return [];
        }

        using KubernetesSecrets feeds = await KubernetesSecrets.ReadAsync(cluster, template, cancellationToken);
        DeployedVersions deployed = new(template.Annotation(PodTemplate.Versions));
        List<WorkloadVersion> versions = [];
        foreach (WorkloadSecret secret in secrets)
        {
            SecretShortfall? shortfall = SecretShortfall.Of(secret, template, feeds.ByName) is [{ } first, ..] ? first : null;
            versions.Add(
                (deployed.Of(secret.StoreName), shortfall) switch
                {
                    ({ } version, null) => new WorkloadVersion(secret.StoreName, version, version != secret.Version, "annotation"),
                    ({ } version, { } s) => new WorkloadVersion(
                        secret.StoreName,
                        version,
                        true,
                        version == secret.Version ? $"annotation, but {s.What}" : "annotation"
                    ),
                    (null, { } s) => new WorkloadVersion(secret.StoreName, null, true, s.What),
                    _ => await ByTimeAsync(secret, feeds, cancellationToken),
                }
            );
        }

        return versions;
    }

    /// <summary>Nothing says what it was deployed with, so it is what its Kubernetes Secrets had when it was started.</summary>
    private async Task<WorkloadVersion> ByTimeAsync(WorkloadSecret secret, KubernetesSecrets feeds, CancellationToken cancellationToken)
    {
        string source =
            template.Uses.Count == 0 ? "fetched by itself"
            : SecretShortfall.IsFed(secret, template, feeds.ByName) ? "Kubernetes Secret"
            : "not found in its pod template";
        if (secret.Since is not { } since || await StartAsync(since, cancellationToken) is not { } start)
        {
            return new WorkloadVersion(secret.StoreName, null, null, $"{source}, whichever that was when it was started");
        }

        if (start < since)
        {
            return new WorkloadVersion(secret.StoreName, null, true, $"{source}, started before the version was current");
        }

        // The store had it, but the Kubernetes Secret may have got it later.
        return start < feeds.Changed
            ? new WorkloadVersion(secret.StoreName, null, null, $"{source}, which was changed after the start")
            : new WorkloadVersion(secret.StoreName, secret.Version, false, $"{source}, started since the version is current");
    }

    /// <summary>When the pods were started at the earliest, or at the latest where that is too early; null: not known.</summary>
    private async Task<DateTimeOffset?> StartAsync(DateTimeOffset since, CancellationToken cancellationToken)
    {
        if (JsonNavigation.TimeOf(template.Annotation(PodTemplate.Restarted)) is { } restarted)
        {
            return restarted;
        }

        // The condition is of the end of a rollout, or of a pod that came back: pods may be older, none is younger.
        if (status.LastProgress is { } progress && progress < since)
        {
            return progress;
        }

        if (!_asked)
        {
            _pods = await KubernetesPods.TryReadAsync(cluster, workload, cancellationToken);
            _asked = true;
        }

        return _pods?.OldestStart;
    }
}
