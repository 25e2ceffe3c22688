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
