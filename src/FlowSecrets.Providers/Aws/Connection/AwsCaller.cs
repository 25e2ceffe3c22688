using System.Collections.Concurrent;
using FlowSecrets.Providers.Transport;

namespace FlowSecrets.Providers.Aws.Connection;

/// <summary>Makes calls to AWS as a store wants them: tried again where that helps, inside the quotas, failures in our ids.</summary>
internal sealed class AwsCaller(AwsErrors errors, AwsStoreOptions options)
{
    private readonly AwsQuotas _quotas = options.Quotas ?? new AwsQuotas(options.Clock);

    public Task<T> CallAsync<T>(
        AwsCall call,
        Func<CancellationToken, Task<T>> send,
        Func<CancellationToken, Task<Settled<T>>>? settle,
        CancellationToken cancellationToken
    ) => new Retry(options.Limits, options.Clock, e => errors.Explain(e, call), _quotas.Of(call)).RunAsync(send, settle, cancellationToken);

    /// <summary>The pages of a list.</summary>
    /// <exception cref="FlowSecretException">BadReply: the list does not end.</exception>
    public IAsyncEnumerable<TPage> PagesAsync<TPage>(
        AwsCall call,
        Func<string?, CancellationToken, Task<TPage>> read,
        Func<TPage, string?> next,
        CancellationToken cancellationToken
    ) => Pages.ReadAsync(read, next, e => errors.Explain(e, call)!.Error, cancellationToken);

    public string ResourceOf(AwsCall call) => errors.ResourceOf(call);

    /// <summary>A call that is of use where it is allowed.</summary>
    /// <returns>Nothing with the error where it is not.</returns>
    public async Task<(T? Reply, FlowSecretException? Refusal)> TryAsync<T>(
        AwsCall call,
        Func<CancellationToken, Task<T>> send,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return (await CallAsync(call, send, null, cancellationToken), null);
        }
        catch (FlowSecretException e)
        {
            return (default, e);
        }
    }
}

/// <summary>
/// The documented quotas of an account in a region, kept before AWS has to enforce them. Calls of one group share a quota. IAM publishes no
/// rate for its simulation.
/// </summary>
internal sealed class AwsQuotas(TimeProvider clock)
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private static readonly Dictionary<string, string> Groups = new(StringComparer.Ordinal)
    {
        ["PutSecretValue"] = "change",
        ["UpdateSecretVersionStage"] = "change",
        ["TagResource"] = "tag",
        ["UntagResource"] = "tag",
        ["GetResourcePolicy"] = "policy",
        ["PutResourcePolicy"] = "policy",
        ["DeleteResourcePolicy"] = "policy",
    };

    /// <summary>Calls in a period; what has no rate here is as good as unlimited.</summary>
    private static readonly Dictionary<string, (int Limit, TimeSpan Period)> Rates = new(StringComparer.Ordinal)
    {
        ["BatchGetSecretValue"] = (100, Second),
        ["ListSecrets"] = (100, Second),
        ["ListSecretVersionIds"] = (50, Second),
        ["CreateSecret"] = (50, Second),
        ["DeleteSecret"] = (50, Second),
        ["RestoreSecret"] = (50, Second),
        ["RotateSecret"] = (50, Second),
        ["change"] = (50, Second),
        ["tag"] = (50, Second),
        ["policy"] = (50, Second),

        // Nothing is published: 20 a second in the long run, and 100 at once.
        ["iam:SimulatePrincipalPolicy"] = (100, TimeSpan.FromSeconds(5)),
    };

    private readonly ConcurrentDictionary<string, QuotaWindow> _windows = new(StringComparer.Ordinal);

    /// <summary>What a call waits for.</summary>
    public IReadOnlyList<QuotaWindow> Of(AwsCall call) => [_windows.GetOrAdd(Groups.GetValueOrDefault(call.Action, call.Action), Window)];

    private QuotaWindow Window(string group) =>
        Rates.TryGetValue(group, out (int Limit, TimeSpan Period) rate)
            ? new QuotaWindow(rate.Limit, rate.Period, clock)
            : new QuotaWindow(int.MaxValue, Second, clock);
}
