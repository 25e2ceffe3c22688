namespace FlowSecrets.CloudFakes.Hosting;

/// <summary>The calls in the order of their arrival, also those that are not answered yet.</summary>
internal sealed class CallLog
{
    private readonly Lock _lock = new();
    private readonly List<RecordedCall> _calls = [];
    private int _cleared;

    public IReadOnlyList<RecordedCall> Snapshot()
    {
        lock (_lock)
        {
            return [.. _calls];
        }
    }

    public void Clear()
    {
        lock (_lock)
        {
            _cleared += _calls.Count;
            _calls.Clear();
        }
    }

    /// <returns>The call's place, for <see cref="Finish"/>.</returns>
    public int Add(RecordedCall call)
    {
        lock (_lock)
        {
            _calls.Add(call);
            return _cleared + _calls.Count - 1;
        }
    }

    public void Finish(int place, int status, bool applied)
    {
        lock (_lock)
        {
            int index = place - _cleared;
            if (index >= 0)
            {
                _calls[index] = _calls[index] with { Status = status, Applied = applied };
            }
        }
    }
}
