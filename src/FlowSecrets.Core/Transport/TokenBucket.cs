namespace FlowSecrets.Transport;

/// <summary>Keeps calls within a quota: so many at once, so many a second after that. Whoever comes too early waits.</summary>
internal sealed class TokenBucket(double capacity, double perSecond, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly double _capacity = capacity;
    private double _tokens = capacity;
    private long _last = clock.GetTimestamp();

    public async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        TimeSpan wait = Take();
        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, clock, cancellationToken);
        }
    }

    /// <summary>Takes one, in advance if need be, and says how long to wait for it.</summary>
    private TimeSpan Take()
    {
        lock (_gate)
        {
            long now = clock.GetTimestamp();
            _tokens = Math.Min(_capacity, _tokens + (clock.GetElapsedTime(_last, now).TotalSeconds * perSecond)) - 1;
            _last = now;
            return _tokens >= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(-_tokens / perSecond);
        }
    }
}
