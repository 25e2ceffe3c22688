using System.Text.Json.Nodes;

namespace FlowSecrets.Providers.Kubernetes.Workloads;

/// <summary>Waits until all pods of a workload are made from its newest template, and serve.</summary>
internal sealed class KubernetesRollout(KubernetesPlace place, KubernetesCluster cluster, TimeProvider clock)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    /// <param name="generation">The workload's after the change.</param>
    /// <exception cref="FlowSecretException">WorkloadFailed.</exception>
    public async Task WaitAsync(long generation, TimeSpan timeout, Action<string> say, CancellationToken cancellationToken)
    {
        long start = clock.GetTimestamp();
        string? told = null;
        for (TimeSpan pause = First; ; pause = pause * 1.5 < Longest ? pause * 1.5 : Longest)
        {
            JsonObject workload = await cluster.ReadAsync(cancellationToken);
            if (await RestAsync(workload, generation, cancellationToken) is not { } rest)
            {
                return;
            }

            TimeSpan left = timeout - clock.GetElapsedTime(start);
            if (left <= TimeSpan.Zero)
            {
                throw KubernetesErrors.TimedOut(place, rest, await WaitingAsync(workload, cancellationToken), timeout);
            }

            if (rest != told)
            {
                say("waiting for its rollout: " + (told = rest));
            }

            await Task.Delay(pause < left ? pause : left, clock, cancellationToken);
        }
    }

    /// <returns>What is missing still; null: it is over.</returns>
    private async Task<string?> RestAsync(JsonObject workload, long generation, CancellationToken cancellationToken)
    {
        KubernetesStatus status = new(workload, place.Kind);
        if (status.IsPaused)
        {
            throw KubernetesErrors.Paused(place);
        }

        if (status.Generation >= generation && status.HasFailed)
        {
            throw KubernetesErrors.NotProgressing(place, status, await WaitingAsync(workload, cancellationToken));
        }

        if (status.Generation < generation || !status.IsComplete)
        {
            return status.Progress;
        }

        // A pod that is told to end is no longer counted, but still works with what it has until it has ended.
        int old =
            (await KubernetesPods.TryReadAsync(cluster, workload, cancellationToken))?.OlderThan(
                new PodTemplate(place with { Container = null }, workload)
            ) ?? 0;
        return old == 0 ? null : $"{old} old {(old == 1 ? "pod has" : "pods have")} not ended yet";
    }

    private async Task<string> WaitingAsync(JsonObject workload, CancellationToken cancellationToken) =>
        (await KubernetesPods.TryReadAsync(cluster, workload, cancellationToken))?.Waiting ?? "";
}
