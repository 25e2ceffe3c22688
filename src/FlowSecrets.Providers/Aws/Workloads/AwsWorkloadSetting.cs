using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Providers.Aws.Connection;
using FlowSecrets.Providers.Aws.SecretsManager;
using FlowSecrets.Providers.Transport;

namespace FlowSecrets.Providers.Aws.Workloads;

/// <summary>
/// What the workloads on AWS have in common: what the catalog says, how calls are made, how long is waited between looks.
/// </summary>
/// <param name="describe">DescribeSecret, one try.</param>
internal sealed class AwsWorkloadSetting(
    CatalogWorkload workload,
    AwsPlace at,
    AwsCaller caller,
    TimeProvider clock,
    Func<string, CancellationToken, Task<AwsSecret>> describe
)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    public string Name => workload.Name;

    /// <summary>How messages name it.</summary>
    public required string Description { get; init; }

    public string Region => at.Region;

    public TimeProvider Clock => clock;

    public string? Text(string key) => workload.Settings.GetValueOrDefault(key);

    /// <summary>A call that changes nothing.</summary>
    /// <param name="resource">What a policy that allows it names; null: all.</param>
    public Task<T> ReadAsync<T>(
        string action,
        string? resource,
        Func<CancellationToken, Task<T>> send,
        CancellationToken cancellationToken
    ) => caller.CallAsync(CallOf(action, resource, changes: false), send, null, cancellationToken);

    /// <param name="settle">After a try of which nobody knows whether it took effect: finds out.</param>
    /// <exception cref="FlowSecretException">WorkloadFailed: AWS refuses it.</exception>
    public async Task<T> ChangeAsync<T>(
        string action,
        string? resource,
        Func<CancellationToken, Task<T>> send,
        Func<CancellationToken, Task<Settled<T>>> settle,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await caller.CallAsync(CallOf(action, resource, changes: true), send, settle, cancellationToken);
        }
        catch (FlowSecretException e) when (e.Id is ErrorIds.BadArgument)
        {
            throw e.With(Name, id: ErrorIds.WorkloadFailed, inner: e);
        }
    }

    public async Task<string> ArnOfAsync(string storeName, CancellationToken cancellationToken) =>
        (await caller.CallAsync(new AwsCall("DescribeSecret", storeName), ct => describe(storeName, ct), null, cancellationToken)).Arn
        ?? storeName;

    public FlowSecretException Failed(string cause, Remedy remedy) => new(ErrorIds.WorkloadFailed, Name, cause, remedy);

    public FlowSecretException TimedOut(string cause, Remedy remedy) => new(ErrorIds.WorkloadTimedOut, Name, cause, remedy);

    public FlowSecretException NotFound(string cause, Remedy remedy) => new(ErrorIds.WorkloadNotFound, Name, cause, remedy);

    /// <summary>Looks again and again.</summary>
    /// <param name="look">Null: not yet.</param>
    /// <param name="late">What is thrown when it takes longer; looked at once in any case.</param>
    public async Task<T> UntilAsync<T>(
        Func<CancellationToken, Task<T?>> look,
        TimeSpan patience,
        Func<FlowSecretException> late,
        CancellationToken cancellationToken
    )
        where T : class
    {
        long start = clock.GetTimestamp();
        for (TimeSpan pause = FirstPause; ; pause = pause * 1.5 < LongestPause ? pause * 1.5 : LongestPause)
        {
            if (await look(cancellationToken) is { } found)
            {
                return found;
            }

            TimeSpan left = patience - clock.GetElapsedTime(start);
            if (left <= TimeSpan.Zero)
            {
                throw late();
            }

            await Task.Delay(left < pause ? left : pause, clock, cancellationToken);
        }
    }

    public static DateTimeOffset? Time(double? seconds) =>
        seconds is { } s ? DateTimeOffset.FromUnixTimeMilliseconds((long)Math.Round(s * 1000)) : null;

    private AwsCall CallOf(string action, string? resource, bool changes) =>
        new(action, Changes: changes) { About = Name, Resource = resource };
}
