using System.Globalization;
using System.Text.Json.Nodes;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Text;

namespace FlowSecrets.Providers.Kubernetes.Workloads;

/// <summary>
/// A Deployment, StatefulSet or DaemonSet. Its pods have what its Kubernetes Secrets had when they were started; an annotation of ours on
/// the pod template
/// says which versions that were.
/// </summary>
internal sealed class KubernetesWorkload(CatalogWorkload workload, StoreKind store, Func<string, string?> environment) : IWorkload
{
    private const int Attempts = 5;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>How long an ExternalSecret may take to bring the current value.</summary>
    public TimeSpan SyncTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Without a kind in the catalog there is a name all the same: it is asked for before anything is done.</summary>
    public string Description
    {
        get
        {
            try
            {
                return KubernetesPlace.Of(workload).ToString();
            }
            catch (FlowSecretException)
            {
                return $"Kubernetes workload '{workload.Name}'";
            }
        }
    }

    public Task<WorkloadIdentity> IdentityAsync(CancellationToken cancellationToken)
    {
        (KubernetesPlace place, KubernetesCluster cluster) = Open();
        return KubernetesIdentity.FindAsync(place, cluster, store, cancellationToken);
    }

    public async Task<WorkloadState> StateAsync(IReadOnlyList<WorkloadSecret> secrets, CancellationToken cancellationToken)
    {
        (KubernetesPlace place, KubernetesCluster cluster) = Open();
        JsonObject found = await cluster.ReadAsync(cancellationToken);
        PodTemplate template = new(place, found);
        KubernetesStatus status = new(found, place.Kind);
        return new WorkloadState(
            status.Health,
            await new RunningVersions(cluster, found, template, status).OfAsync(secrets, cancellationToken)
        )
        {
            Detail = status.Detail,
            HoldsValues = template.HoldsValues,
        };
    }

    public async Task<string> RedeployAsync(
        IReadOnlyList<WorkloadSecret> secrets,
        bool always,
        Action<string> say,
        CancellationToken cancellationToken
    )
    {
        (KubernetesPlace place, KubernetesCluster cluster) = Open();
        SecretFeed feed = new(place, cluster, Clock, SyncTimeout);
        for (int attempt = 1; ; attempt++)
        {
            JsonObject found = await ReadyAsync(place, cluster, cancellationToken);
            await feed.FillAsync(secrets, new PodTemplate(place, found), say, cancellationToken);

            // The wait may have been long.
            found = await ReadyAsync(place, cluster, cancellationToken);
            KubernetesStatus status = new(found, place.Kind);
            DeployedVersions deployed = new(new PodTemplate(place, found).Annotation(PodTemplate.Versions));
            if (!always && status.Health != WorkloadHealth.Failed && deployed.Have(secrets))
            {
                return Mark(found);
            }

            JsonObject annotations = new()
            {
                [PodTemplate.Restarted] = Clock.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
            };
            if (secrets.Count > 0)
            {
                annotations[PodTemplate.Versions] = deployed.With(secrets);
            }

            try
            {
                // What others have in our annotation must not be lost. But a controller at work changes the workload all the time, and what
                // is lost
                // leads to one deployment too many, so in the end it is written anyway.
                JsonObject template = new() { ["metadata"] = new JsonObject { ["annotations"] = annotations } };
                return Mark(await cluster.PatchTemplateAsync("merge", template, attempt < Attempts ? found : null, cancellationToken));
            }
            catch (FlowSecretException e) when (e.Id == ErrorIds.Conflict && attempt < Attempts)
            {
                await Task.Delay(Pause * attempt, Clock, cancellationToken);
            }
        }
    }

    public Task WaitAsync(string deployment, TimeSpan timeout, Action<string> say, CancellationToken cancellationToken)
    {
        (KubernetesPlace place, KubernetesCluster cluster) = Open();
        return long.TryParse(deployment, NumberStyles.None, CultureInfo.InvariantCulture, out long generation)
            ? new KubernetesRollout(place, cluster, Clock).WaitAsync(generation, timeout, say, cancellationToken)
            : throw KubernetesErrors.NoMark(place, deployment);
    }

    public Task<bool> BindAsync(WorkloadBinding binding, CancellationToken cancellationToken) =>
        Variables().BindAsync(binding, cancellationToken);

    public Task<bool> UnbindAsync(WorkloadBinding binding, CancellationToken cancellationToken) =>
        Variables().UnbindAsync(binding, cancellationToken);

    /// <summary>The workload, if a change of its template would reach all of its pods.</summary>
    private static async Task<JsonObject> ReadyAsync(KubernetesPlace place, KubernetesCluster cluster, CancellationToken cancellationToken)
    {
        JsonObject found = await cluster.ReadAsync(cancellationToken);
        KubernetesStatus status = new(found, place.Kind);
        return status.IsPaused ? throw KubernetesErrors.Paused(place)
            : status.Barrier is { } barrier ? throw KubernetesErrors.Barred(place, barrier)
            : found;
    }

    private static string Mark(JsonObject found) => found.Number("metadata", "generation").ToString(CultureInfo.InvariantCulture);

    private KubernetesVariables Variables()
    {
        (KubernetesPlace place, KubernetesCluster cluster) = Open();
        return new KubernetesVariables(place, cluster, Clock);
    }

    private (KubernetesPlace Place, KubernetesCluster Cluster) Open()
    {
        KubernetesPlace place = KubernetesPlace.Of(workload);
        return (place, new KubernetesCluster(place, new Kubectl(place.Context, environment)));
    }
}
