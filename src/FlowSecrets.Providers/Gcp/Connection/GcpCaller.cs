using FlowSecrets.Providers.Transport;

namespace FlowSecrets.Providers.Gcp.Connection;

/// <summary>Makes calls to Google as a store wants them: tried again where that helps, inside the quotas, failures in our ids.</summary>
internal sealed class GcpCaller(GcpErrors errors, GcpStoreOptions options)
{
    private readonly GcpQuotas _quotas = options.Quotas ?? new GcpQuotas(options.Clock, regional: false, isKept: false);

    public Task<T> CallAsync<T>(GcpCall call, Func<CancellationToken, Task<T>> send, CancellationToken cancellationToken) =>
        CallAsync(call, send, null, cancellationToken);

    public Task<T> CallAsync<T>(
        GcpCall call,
        Func<CancellationToken, Task<T>> send,
        Func<CancellationToken, Task<Settled<T>>>? settle,
        CancellationToken cancellationToken
    )
    {
        Retry retry = new(options.Limits, options.Clock, e => errors.Explain(e, call), _quotas.Of(call));
        return retry.RunAsync(send, settle, cancellationToken);
    }

    /// <summary>The pages of a list.</summary>
    /// <exception cref="FlowSecretException">BadReply: the list does not end.</exception>
    public IAsyncEnumerable<TPage> PagesAsync<TPage>(
        GcpCall call,
        Func<string?, CancellationToken, Task<TPage>> read,
        Func<TPage, string?> next,
        CancellationToken cancellationToken
    ) => Pages.ReadAsync(read, next, e => errors.Explain(e, call)!.Error, cancellationToken);

    /// <summary>A call that is of use where it is allowed.</summary>
    /// <returns>Null with the error where it is not.</returns>
    public async Task<(T? Reply, FlowSecretException? Refusal)> TryAsync<T>(
        GcpCall call,
        Func<CancellationToken, Task<T>> send,
        CancellationToken cancellationToken
    )
        where T : class
    {
        try
        {
            return (await CallAsync(call, send, cancellationToken), null);
        }
        catch (FlowSecretException e)
        {
            return (null, e);
        }
    }
}
