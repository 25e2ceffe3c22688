using System.Globalization;
using System.Text.Json.Nodes;
using FlowSecrets.Model;
using FlowSecrets.Text;
using FlowSecrets.Values;

namespace FlowSecrets.Providers.Kubernetes.Workloads;

/// <summary>
/// Sees to it that the Kubernetes Secrets of a workload have the current values, before it is deployed. What an operator says of its last
/// refresh proves
/// nothing: Google's 'latest' may be an older version for some time, so the values themselves are compared, and the operator is told to
/// read again.
/// </summary>
internal sealed class SecretFeed(KubernetesPlace place, KubernetesCluster cluster, TimeProvider clock, TimeSpan timeout)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(10);

    /// <summary>When each ExternalSecret was told to read anew.</summary>
    private readonly Dictionary<string, long> _forced = new(StringComparer.Ordinal);

    private string _mark = "";

    /// <exception cref="FlowSecretException">WorkloadFailed: a value does not arrive.</exception>
    public async Task FillAsync(
        IReadOnlyList<WorkloadSecret> secrets,
        PodTemplate template,
        Action<string> say,
        CancellationToken cancellationToken
    )
    {
        for (long start = clock.GetTimestamp(); ; await Task.Delay(Pause, clock, cancellationToken))
        {
            List<(SecretShortfall Shortfall, string ExternalSecret)> missing = [];
            using (KubernetesSecrets found = await KubernetesSecrets.ReadAsync(cluster, template, cancellationToken))
            {
                foreach (SecretShortfall shortfall in secrets.SelectMany(s => SecretShortfall.Of(s, template, found.ByName)))
                {
                    missing.Add(
                        shortfall.KubernetesSecret is { } name
                            ? (shortfall, found.ByName[name].ExternalSecret ?? throw KubernetesErrors.NotFed(place, shortfall))
                            : throw KubernetesErrors.Plain(place, shortfall)
                    );
                }

                if (missing.Count == 0)
                {
                    SayUndelivered(secrets, template, found, say);
                    return;
                }
            }

            if (clock.GetElapsedTime(start) >= timeout)
            {
                (SecretShortfall shortfall, string name) = missing[0];
                throw KubernetesErrors.NotSynced(
                    place,
                    shortfall,
                    name,
                    await cluster.ReadAsync(KubernetesCluster.ExternalSecret, name, cancellationToken),
                    timeout
                );
            }

            foreach ((SecretShortfall shortfall, string name) in missing.DistinctBy(static m => m.ExternalSecret, StringComparer.Ordinal))
            {
                await ForceAsync(shortfall, name, say, cancellationToken);
            }
        }
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

    private async Task ForceAsync(SecretShortfall shortfall, string externalSecret, Action<string> say, CancellationToken cancellationToken)
    {
        if (!_forced.TryGetValue(externalSecret, out long last))
        {
            await RequireRefreshAsync(shortfall, externalSecret, cancellationToken);
            say($"waiting until the ExternalSecret {place.Namespace}/{externalSecret} brings the current value of '{shortfall.StoreName}'");
        }
        else if (clock.GetElapsedTime(last) < Between)
        {
            return;
        }

        await cluster.ForceSyncAsync(externalSecret, Mark(), cancellationToken);
        _forced[externalSecret] = clock.GetTimestamp();
    }

    private async Task RequireRefreshAsync(SecretShortfall shortfall, string externalSecret, CancellationToken cancellationToken)
    {
        JsonObject resource = await cluster.ReadAsync(KubernetesCluster.ExternalSecret, externalSecret, cancellationToken);
        string policy = resource.Text("spec", "refreshPolicy") is { Length: > 0 } set ? set : "Periodic";
        string interval = resource.Text("spec", "refreshInterval") ?? "1h";
        if (policy == "CreatedOnce")
        {
            throw KubernetesErrors.NeverRefreshed(place, shortfall, externalSecret, "refreshPolicy CreatedOnce");
        }

        if (policy == "Periodic" && !interval.Any(static c => c is >= '1' and <= '9'))
        {
            throw KubernetesErrors.NeverRefreshed(place, shortfall, externalSecret, "refreshInterval 0");
        }
    }

    /// <summary>The time, but never twice the same: only a change is noticed.</summary>
    private string Mark()
    {
        long now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        return _mark = Math.Max(now, long.TryParse(_mark, out long last) ? last + 1 : now).ToString(CultureInfo.InvariantCulture);
    }
}
