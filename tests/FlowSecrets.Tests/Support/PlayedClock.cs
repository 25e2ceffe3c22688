namespace FlowSecrets.Tests.Support;

/// <summary>
/// A clock that stands still while anything happens, and then goes to where the next wait is over. Waits of minutes take milliseconds, and
/// those that run side by side end side by side.
/// </summary>
internal sealed class PlayedClock : TimeProvider, IDisposable
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(8);
    private static readonly DateTimeOffset Start = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly Lock _gate = new();
    private readonly List<Wait> _waits = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<int> _happened;
    private long _now;

    /// <param name="happened">Changes with whatever happens.</param>
    public PlayedClock(Func<int> happened)
    {
        _happened = happened;
        _ = PlayAsync();
    }

    public TimeSpan Passed => TimeSpan.FromTicks(Volatile.Read(ref _now));

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => Start + Passed;

    public override long GetTimestamp() => Volatile.Read(ref _now);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Wait wait = new(this, callback, state);
        wait.Change(dueTime, period);
        return wait;
    }

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    private async Task PlayAsync()
    {
        CancellationToken stopped = _stop.Token;
        while (!stopped.IsCancellationRequested)
        {
            int before = _happened();
            await Task.Delay(Quiet, stopped).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (before != _happened())
            {
                continue;
            }

            Wait[] over;
            lock (_gate)
            {
                if (_waits.Count == 0)
                {
                    continue;
                }

                Volatile.Write(ref _now, Math.Max(_now, _waits.Min(static w => w.Due)));
                over = [.. _waits.Where(w => w.Due <= _now)];
                _waits.RemoveAll(w => w.Due <= _now);
            }

            Array.ForEach(over, static w => w.End());
        }
    }

    private sealed class Wait(PlayedClock clock, TimerCallback callback, object? state) : ITimer
    {
        public long Due { get; private set; }

        public void End() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._gate)
            {
                clock._waits.Remove(this);
                if (dueTime >= TimeSpan.Zero)
                {
                    Due = clock._now + dueTime.Ticks;
                    clock._waits.Add(this);
                }
            }

            return true;
        }

        public void Dispose()
        {
            lock (clock._gate)
            {
                clock._waits.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
