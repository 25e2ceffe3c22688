namespace FlowSecrets.Providers.Transport;

/// <summary>Keeps calls within a quota: never more than so many in any window of time. Whoever comes too early waits.</summary>
/// <param name="period">The window; a twentieth is added for what the network delays.</param>
internal sealed class QuotaWindow(int limit, TimeSpan period, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly long _period = (long)(period.TotalSeconds * 1.05 * clock.TimestampFrequency);

    /// <summary>When each of the last calls was, or is to be; the oldest at the next place.</summary>
    private readonly long[] _calls = [.. Enumerable.Repeat(long.MinValue / 2, limit)];
    private int _next;

    public async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        TimeSpan wait = Take();
        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, clock, cancellationToken);
        }
    }

    /// <summary>Takes the next place, and says how long to wait for it.</summary>
    private TimeSpan Take()
    {
        lock (_gate)
        {
            long now = clock.GetTimestamp();
            long at = Math.Max(now, _calls[_next] + _period);
            _calls[_next] = at;
            _next = (_next + 1) % _calls.Length;
            return clock.GetElapsedTime(now, at);
        }
    }
}
