using FlowSecrets.Model;
using FlowSecrets.Values;

namespace FlowSecrets.Providers.Kubernetes.Workloads;

/// <summary>Sees to it that the Kubernetes Secrets of a workload have the current values, before it is deployed.</summary>
internal sealed class SecretFeed(KubernetesPlace place, KubernetesCluster cluster, TimeProvider clock, TimeSpan timeout)
{
    private readonly SecretRefresh _refresh = new(
        cluster,
        clock,
        timeout,
        new RefreshErrors(
            (need, why) => KubernetesErrors.NeverRefreshed(place, need, why),
            (need, says) => KubernetesErrors.NotSynced(place, need, says, timeout)
        )
    );

    /// <exception cref="FlowSecretException">WorkloadFailed: a value does not arrive.</exception>
    public Task FillAsync(
        IReadOnlyList<WorkloadSecret> secrets,
        PodTemplate template,
        Action<string> say,
        CancellationToken cancellationToken
    ) =>
        _refresh.RunAsync(
            ct => LookAsync(secrets, template, say, ct),
            n => say($"waiting until the ExternalSecret {place.Namespace}/{n.ExternalSecret} brings the current value of '{n.StoreName}'"),
            cancellationToken
        );

    private async Task<IReadOnlyList<RefreshNeed>> LookAsync(
        IReadOnlyList<WorkloadSecret> secrets,
        PodTemplate template,
        Action<string> say,
        CancellationToken cancellationToken
    )
    {
        using KubernetesSecrets found = await KubernetesSecrets.ReadAsync(cluster, template, cancellationToken);
        List<RefreshNeed> missing = [];
        foreach (SecretShortfall shortfall in secrets.SelectMany(s => SecretShortfall.Of(s, template, found.ByName)))
        {
            missing.Add(
                shortfall.KubernetesSecret is not { } name ? throw KubernetesErrors.Plain(place, shortfall)
                : found.ByName[name].ExternalSecret is { } feeds ? new RefreshNeed(feeds, shortfall.StoreName, shortfall.What)
                : throw KubernetesErrors.NotFed(place, shortfall)
            );
        }

        if (missing.Count == 0)
        {
            SayUndelivered(secrets, template, found, say);
        }

        return missing;
    }

    /// <summary>
    /// A Kubernetes Secret has one version, so the value before is there only if an operator puts it under a key of its own, which on
    /// Google it cannot follow: nothing waits for it.
    /// </summary>
    private static void SayUndelivered(
        IReadOnlyList<WorkloadSecret> secrets,
        PodTemplate template,
        KubernetesSecrets found,
        Action<string> say
    )
    {
        foreach (WorkloadSecret secret in secrets.Where(static s => s is { PreviousVersion: not null, PreviousVariable: not null }))
        {
            string variable = secret.PreviousVariable!;
            IReadOnlyList<(string Secret, string Key)> sources = template.SourcesOf(variable, found.ByName);
            if (sources.Count == 0)
            {
                say($"the value before of '{secret.StoreName}' is not delivered: no Kubernetes Secret of the pod template has {variable}");
            }
            else if (
                secret.Variables.TryGetValue(variable, out SecretValue? wanted)
                && !sources.Any(s => found.ByName[s.Secret].Data.TryGetValue(s.Key, out SecretValue? there) && there.Equals(wanted))
            )
            {
                say(
                    $"the value before of '{secret.StoreName}' is not delivered: the key '{sources[0].Key}' of the Kubernetes Secret "
                        + $"'{sources[0].Secret}', which {variable} is taken from, does not have it"
                );
            }
        }
    }
}
