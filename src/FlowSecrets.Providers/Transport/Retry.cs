namespace FlowSecrets.Providers.Transport;

/// <summary>What a failed call means.</summary>
/// <param name="Error">What is reported when it is not tried again.</param>
/// <param name="IsTransient">Whether the next try may succeed.</param>
/// <param name="MayHaveApplied">Whether a change may have taken effect all the same: no answer came, or a broken one.</param>
/// <param name="RetryAfter">How long the service asks to wait.</param>
/// <param name="Tries">How often it is tried at most, where more is of no use: what cannot be reached now is seldom there in ten
/// seconds.</param>
/// <param name="IsThrottled">Whether a quota is used up, perhaps by others: that says nothing of the call, and counts as no try.</param>
internal sealed record CallFailure(
    FlowSecretException Error,
    bool IsTransient,
    bool MayHaveApplied = false,
    TimeSpan? RetryAfter = null,
    int Tries = int.MaxValue,
    bool IsThrottled = false
);

/// <summary>Limits of one call with its retries.</summary>
internal sealed record RetryLimits
{
    public int Attempts { get; init; } = 8;

    /// <summary>For one try.</summary>
    public TimeSpan Try { get; init; } = TimeSpan.FromSeconds(12);

    /// <summary>For all tries and the waits between them.</summary>
    public TimeSpan Overall { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>Mean of the first wait, doubled each time.</summary>
    public TimeSpan FirstWait { get; init; } = TimeSpan.FromMilliseconds(200);

    public TimeSpan LongestWait { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the service may refuse every call for its quotas: five of Google's minutes.</summary>
    public TimeSpan Throttled { get; init; } = TimeSpan.FromMinutes(5);
}

/// <summary>What was found out about a change of which no answer came.</summary>
internal readonly record struct Settled<T>(bool Applied, T? Result)
{
    public static Settled<T> No => default;

    public static Settled<T> Yes(T result) => new(true, result);
}

/// <summary>
/// Tries a call again where that may help: with jitter, after what the service asks for, within limits. The vendors' own retries are off,
/// since neither looks at a reply that was cut off, nor asks first whether a change has taken effect.
/// </summary>
/// <param name="explain">What a failure means; null for what is none of the service's, which is thrown as it is.</param>
/// <param name="quotas">What each try waits for first, one at least; that counts towards no limit.</param>
internal sealed class Retry(
    RetryLimits limits,
    TimeProvider clock,
    Func<Exception, CallFailure?> explain,
    IReadOnlyList<QuotaWindow> quotas
)
{
    /// <summary>A call that may be made any number of times.</summary>
    public Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken) =>
        RunAsync(call, null, cancellationToken);

    /// <summary>A change that must not be made twice.</summary>
    /// <param name="settle">After a try of which nobody knows whether it took effect: finds out.</param>
    public async Task<T> RunAsync<T>(
        Func<CancellationToken, Task<T>> call,
        Func<CancellationToken, Task<Settled<T>>>? settle,
        CancellationToken cancellationToken
    )
    {
        TimeSpan spent = TimeSpan.Zero;
        int attempt = 0;
        while (true)
        {
            long start = 0;
            (T? result, CallFailure? failed) = await TryAsync(call, () => start = clock.GetTimestamp(), cancellationToken);
            if (failed is not { } failure)
            {
                return result!;
            }

            if (failure.IsThrottled)
            {
                // The window waits, for all calls together.
                continue;
            }

            attempt++;
            bool unsettled = failure.MayHaveApplied && settle is not null;
            TimeSpan wait = WaitAfter(failure, attempt);
            spent += clock.GetElapsedTime(start) + wait;
            bool isLast = !failure.IsTransient || attempt >= Math.Min(limits.Attempts, failure.Tries) || spent > limits.Overall;
            if (isLast && !unsettled)
            {
                throw failure.Error;
            }

            await Task.Delay(isLast ? limits.FirstWait : wait, clock, cancellationToken);
            if (unsettled && await settle!(cancellationToken) is { Applied: true } settled)
            {
                return settled.Result!;
            }

            if (isLast)
            {
                throw failure.Error;
            }
        }
    }

    /// <summary>One try, within the quotas.</summary>
    /// <returns>What it failed of, unless it is given up.</returns>
    private async Task<(T? Result, CallFailure? Failure)> TryAsync<T>(
        Func<CancellationToken, Task<T>> call,
        Action begins,
        CancellationToken cancellationToken
    )
    {
        cancellationToken.ThrowIfCancellationRequested();
        List<QuotaPlace> places = await EnterAsync(cancellationToken);
        begins();
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(limits.Try);
        try
        {
            // Credentials may come from a service that hangs and heeds no token.
            T result = await call(limit.Token).WaitAsync(limit.Token);
            places.ForEach(static p => p.Accept());
            return (result, null);
        }
        catch (Exception e)
            when (!cancellationToken.IsCancellationRequested && explain(IsTimeout(e, limit) ? new TimeoutException() : e) is { } explained)
        {
            if (explained.IsThrottled)
            {
                Refuse(explained, places);
            }
            else
            {
                places.ForEach(static p => p.Accept());
            }

            return (default, explained);
        }
    }

    /// <exception cref="FlowSecretException">Throttled: the service refuses every call for too long.</exception>
    private async Task<List<QuotaPlace>> EnterAsync(CancellationToken cancellationToken)
    {
        List<QuotaPlace> places = new(quotas.Count);
        try
        {
            foreach (QuotaWindow window in quotas)
            {
                places.Add(await window.TakeAsync(limits.Throttled, cancellationToken));
            }

            return places;
        }
        catch (QuotaClosedException e)
        {
            throw explain(e)!.Error;
        }
    }

    /// <summary>Tells the windows, which then wait for all.</summary>
    private void Refuse(CallFailure failure, List<QuotaPlace> places)
    {
        int refusals = 1 + places.Select(static p => p.Window.Refusals).DefaultIfEmpty(0).Max();
        TimeSpan wait = WaitAfter(failure, refusals);
        places.ForEach(p => p.Refuse(wait));
        if (places.Exists(p => p.Window.IsGivenUp(limits.Throttled)))
        {
            throw failure.Error;
        }
    }

    private TimeSpan WaitAfter(CallFailure failure, int attempt) =>
        failure.RetryAfter is { } told ? (told < TimeSpan.Zero ? TimeSpan.Zero : told) : Jitter(attempt);

    private static bool IsTimeout(Exception error, CancellationTokenSource limit) =>
        error is OperationCanceledException && limit.IsCancellationRequested;

    private TimeSpan Jitter(int attempt)
    {
        TimeSpan longest = limits.FirstWait * 2 * Math.Pow(2, Math.Min(attempt, 30) - 1);
        return Random.Shared.NextDouble() * (longest < limits.LongestWait ? longest : limits.LongestWait);
    }
}
