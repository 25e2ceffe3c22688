using System.Globalization;
using System.Text.Json.Nodes;
using FlowSecrets.Text;

namespace FlowSecrets.Providers.Kubernetes;

/// <summary>What a Kubernetes Secret lacks. Names only, no values.</summary>
/// <param name="ExternalSecret">What makes that Kubernetes Secret.</param>
/// <param name="StoreName">The secret that does not arrive.</param>
/// <param name="What">A sentence without its full stop.</param>
internal sealed record RefreshNeed(string ExternalSecret, string StoreName, string What);

/// <summary>How a wait for the operator ends badly, in the words of the command that waits.</summary>
/// <param name="Never">The operator reads its store only once; why, in the words of the manifest.</param>
/// <param name="Late">The time is over; what its condition and its last warning say.</param>
internal sealed record RefreshErrors(
    Func<RefreshNeed, string, FlowSecretException> Never,
    Func<RefreshNeed, string, FlowSecretException> Late
);

/// <summary>
/// The one wait for the operator, for rotations, restarts and Sync-FlowExternalSecret. What it says of its last refresh proves nothing:
/// Google's 'latest' may be an older version for some time. So the values themselves are compared, and the operator is told to read again.
/// </summary>
internal sealed class SecretRefresh(KubernetesNamespace cluster, TimeProvider clock, TimeSpan timeout, RefreshErrors errors)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(10);

    /// <summary>When each ExternalSecret was told to read again.</summary>
    private readonly Dictionary<string, long> _forced = new(StringComparer.Ordinal);

    private string _mark = "";

    /// <summary>Waits until nothing is lacking.</summary>
    /// <param name="look">What is lacking now.</param>
    /// <param name="say">Told about an ExternalSecret before it is told to read.</param>
    /// <exception cref="FlowSecretException">What <paramref name="look"/> and the errors throw.</exception>
    public async Task RunAsync(
        Func<CancellationToken, Task<IReadOnlyList<RefreshNeed>>> look,
        Action<RefreshNeed> say,
        CancellationToken cancellationToken
    )
    {
        for (long start = clock.GetTimestamp(); ; await Task.Delay(Pause, clock, cancellationToken))
        {
            IReadOnlyList<RefreshNeed> missing = await look(cancellationToken);
            if (missing.Count == 0)
            {
                return;
            }

            if (clock.GetElapsedTime(start) >= timeout)
            {
                throw errors.Late(missing[0], await SaysAsync(missing[0].ExternalSecret, cancellationToken));
            }

            foreach (RefreshNeed need in missing.DistinctBy(static m => m.ExternalSecret, StringComparer.Ordinal))
            {
                await ForceAsync(need, say, cancellationToken);
            }
        }
    }

    /// <summary>Tells the operator to read again, unless it was told a moment ago.</summary>
    public async Task ForceAsync(RefreshNeed need, Action<RefreshNeed> say, CancellationToken cancellationToken)
    {
        if (!_forced.TryGetValue(need.ExternalSecret, out long last))
        {
            JsonObject resource = await cluster.ReadAsync(KubernetesNamespace.ExternalSecret, need.ExternalSecret, cancellationToken);
            if (WhyNever(resource) is { } why)
            {
                throw errors.Never(need, why);
            }

            say(need);
        }
        else if (clock.GetElapsedTime(last) < Between)
        {
            return;
        }

        await cluster.ForceSyncAsync(need.ExternalSecret, Mark(), cancellationToken);
        _forced[need.ExternalSecret] = clock.GetTimestamp();
    }

    /// <summary>Why the operator reads its store only once, in the words of the manifest; null: it reads again.</summary>
    public static string? WhyNever(JsonObject resource)
    {
        string policy = resource.Text("spec", "refreshPolicy") is { Length: > 0 } set ? set : "Periodic";
        string interval = resource.Text("spec", "refreshInterval") ?? "1h";
        return policy == "CreatedOnce" ? "refreshPolicy CreatedOnce"
            : policy == "Periodic" && !interval.Any(static c => c is >= '1' and <= '9') ? "refreshInterval 0"
            : null;
    }

    /// <summary>The condition and the last warning, for the end of a sentence; empty: nothing is known.</summary>
    private async Task<string> SaysAsync(string externalSecret, CancellationToken cancellationToken)
    {
        JsonObject resource = await cluster.ReadAsync(KubernetesNamespace.ExternalSecret, externalSecret, cancellationToken);
        JsonObject? ready = resource.Objects("status", "conditions").FirstOrDefault(static c => c.Text("type") == "Ready");
        string condition = ready is null
            ? ""
            : $"; its Ready condition is {RemoteText.Code(ready.Text("status"))} "
                + $"({RemoteText.Code(ready.Text("reason"))}){RemoteText.Quote(ready.Text("message"))}";
        string? warning = await cluster.LastWarningAsync("ExternalSecret", externalSecret, cancellationToken);
        return warning is null ? condition : $"{condition}; its last warning{RemoteText.Quote(warning)}";
    }

    /// <summary>The time, but never twice the same: only a change is noticed.</summary>
    private string Mark()
    {
        long now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        return _mark = Math.Max(now, long.TryParse(_mark, out long last) ? last + 1 : now).ToString(CultureInfo.InvariantCulture);
    }
}
