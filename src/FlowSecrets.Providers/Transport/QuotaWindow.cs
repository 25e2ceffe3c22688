using System.Diagnostics.CodeAnalysis;

namespace FlowSecrets.Providers.Transport;

/// <summary>
/// A quota that others may use too: never more than so many calls of ours in any window of time, and fewer while the service refuses some.
/// A refusal closes the window for all calls of the process, which then wait together.
/// </summary>
/// <param name="limit">Calls in a window; int.MaxValue: as many as the service takes.</param>
/// <param name="period">The window; a twentieth is added for what the network delays.</param>
[SuppressMessage("Design", "CA1001", Justification = "It lives as long as the process, and its turn holds no handle.")]
internal sealed class QuotaWindow(int limit, TimeSpan period, TimeProvider clock)
{
    /// <summary>Calls that are let in for each one that the service takes, while it is found out what is left for us.</summary>
    private const int Growth = 2;

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _turn = new(1);
    private readonly long _period = (long)(period.TotalSeconds * 1.05 * clock.TimestampFrequency);

    /// <summary>When each call of the window was let in, the oldest first. Refused ones are taken out, as they do not count.</summary>
    private readonly LinkedList<long> _calls = [];
    private TaskCompletionSource _changed = NewSignal();

    private readonly int _limit = limit;

    /// <summary>How many calls there is room for: the limit, or what was left for us when one was refused.</summary>
    private int _room = limit;
    private long _opens = long.MinValue;
    private long _closed = long.MinValue;

    /// <summary>The first refusal since the service took a call, and how many there were; 0: it takes them.</summary>
    private long _refusedSince;
    private int _refusals;

    /// <summary>Refusals since the service last took a call.</summary>
    public int Refusals
    {
        get
        {
            lock (_gate)
            {
                return _refusals;
            }
        }
    }

    /// <summary>Waits for a place in the window, each caller in turn.</summary>
    /// <param name="patience">How long the service may refuse every call before nobody waits any more.</param>
    /// <exception cref="QuotaClosedException">It refused every call for longer than that.</exception>
    public async ValueTask<QuotaPlace> TakeAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            while (true)
            {
                (LinkedListNode<long>? call, TimeSpan wait, Task changed) = Take(patience);
                if (call is not null)
                {
                    return new QuotaPlace(this, call);
                }

                using CancellationTokenSource awake = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                // A timer counts whole milliseconds.
                await Task.WhenAny(Task.Delay(wait + TimeSpan.FromMilliseconds(1), clock, awake.Token), changed);
                await awake.CancelAsync();
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Whether the service has refused every call for so long: from the first refusal to the last.</summary>
    public bool IsGivenUp(TimeSpan patience)
    {
        lock (_gate)
        {
            return _refusals > 0 && clock.GetElapsedTime(_refusedSince, _closed) >= patience;
        }
    }

    /// <summary>The service took a call, whatever it answered.</summary>
    internal void Accept(LinkedListNode<long> call)
    {
        lock (_gate)
        {
            _refusals = 0;
            if (_room < _limit && call.Value >= _closed && _calls.Count >= _room)
            {
                _room = Math.Min(_limit, _room + Growth);
                Signal();
            }
        }
    }

    /// <summary>The service refused a call.</summary>
    /// <param name="wait">How long no other call is made.</param>
    internal void Refuse(LinkedListNode<long> call, TimeSpan wait)
    {
        lock (_gate)
        {
            long now = clock.GetTimestamp();
            if (call.List is not null)
            {
                _calls.Remove(call);
            }

            Leave(now);
            if (call.Value >= _closed)
            {
                // An old refusal says nothing of this one.
                bool isNew = _refusals == 0 || now - _closed > 2 * _period + Ticks(TimeSpan.FromMinutes(1));
                _refusedSince = isNew ? now : _refusedSince;
                _refusals = isNew ? 1 : _refusals + 1;
                _closed = now;
                _opens = now + Ticks(wait);
            }

            // What the service took of ours is our share; one more is tried when the window opens.
            _room = Math.Min(_room, _calls.Count + 1);
            Signal();
        }
    }

    private (LinkedListNode<long>? Call, TimeSpan Wait, Task Changed) Take(TimeSpan patience)
    {
        lock (_gate)
        {
            long now = clock.GetTimestamp();
            Leave(now);
            if (now < _opens)
            {
                return _refusals > 0 && clock.GetElapsedTime(_refusedSince, _closed) >= patience
                    ? throw new QuotaClosedException()
                    : (null, clock.GetElapsedTime(now, _opens), _changed.Task);
            }

            return _calls.Count < _room
                ? (_calls.AddLast(now), TimeSpan.Zero, Task.CompletedTask)
                : (null, clock.GetElapsedTime(now, _calls.First!.Value + _period), _changed.Task);
        }
    }

    /// <summary>Calls that are over for long leave the window, and so does what an old refusal taught.</summary>
    private void Leave(long now)
    {
        while (_calls.First is { } first && first.Value <= now - _period)
        {
            _calls.RemoveFirst();
        }

        if (_room < _limit && _refusals == 0 && now - _closed > 2 * _period)
        {
            _room = _limit;
        }
    }

    private void Signal()
    {
        TaskCompletionSource changed = _changed;
        _changed = NewSignal();
        changed.SetResult();
    }

    private long Ticks(TimeSpan time) => (long)(time.TotalSeconds * clock.TimestampFrequency);

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>A call's place in a window. What became of the call is said once.</summary>
internal readonly record struct QuotaPlace(QuotaWindow Window, LinkedListNode<long> Call)
{
    public void Accept() => Window.Accept(Call);

    public void Refuse(TimeSpan wait) => Window.Refuse(Call, wait);
}

/// <summary>The service refuses every call for longer than anybody waits.</summary>
[SuppressMessage("Design", "CA1064", Justification = "It does not leave this assembly.")]
internal sealed class QuotaClosedException() : Exception("The quota is used up.");
