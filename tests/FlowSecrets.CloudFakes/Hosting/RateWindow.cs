namespace FlowSecrets.CloudFakes.Hosting;

/// <summary>So many in any span of this length. Not thread-safe: its owner locks.</summary>
internal sealed class RateWindow(int limit, TimeSpan span)
{
    private readonly Queue<DateTimeOffset> _taken = new();

    public bool TryTake(DateTimeOffset now)
    {
        while (_taken.TryPeek(out DateTimeOffset first) && first <= now - span)
        {
            _taken.Dequeue();
        }

        if (_taken.Count >= limit)
        {
            return false;
        }

        _taken.Enqueue(now);
        return true;
    }
}
