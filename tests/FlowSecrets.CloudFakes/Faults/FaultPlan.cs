namespace FlowSecrets.CloudFakes.Faults;

/// <summary>What goes wrong, and when. All of it can be changed while the fake runs.</summary>
public sealed class FaultPlan
{
    private readonly Lock _lock = new();
    private readonly Queue<Fault> _next = new();
    private readonly Dictionary<string, Queue<Fault>> _nextOf = new(StringComparer.Ordinal);
    private readonly List<Denial> _denials = [];
    private Random _random = new(0);

    /// <summary>Waited before every reply.</summary>
    public TimeSpan Latency { get; set; }

    /// <summary>The share of requests that are throttled.</summary>
    public double ThrottleRate { get; set; }

    /// <summary>The share of requests that get a 500: half of them before the change, half after it.</summary>
    public double ServerErrorRate { get; set; }

    /// <summary>The share of requests whose connection is aborted: half of them before the change, half after it.</summary>
    public double DropRate { get; set; }

    /// <summary>The Retry-After header of throttled replies.</summary>
    public TimeSpan? RetryAfter { get; set; }

    /// <summary>
    /// Told of each request before (false) and after (true) it takes effect; true breaks the connection off there. For killing the client
    /// at that very moment.
    /// </summary>
    public Func<string, bool, bool>? Watch { get; set; }

    /// <summary>
    /// Asked, and waited for, before each request takes effect; what it answers comes before all that is random or queued. For playing one
    /// client's calls against another's.
    /// </summary>
    public Func<RecordedCall, Task<Fault>>? Gate { get; set; }

    /// <summary>Starts the sequence of random faults anew.</summary>
    public int Seed
    {
        get;
        set
        {
            lock (_lock)
            {
                field = value;
                _random = new Random(value);
            }
        }
    }

    /// <summary>The next requests get these, in order, before anything random.</summary>
    public void Queue(params Fault[] faults)
    {
        lock (_lock)
        {
            Array.ForEach(faults, _next.Enqueue);
        }
    }

    /// <summary>The next requests of one operation get these, before those of <see cref="Queue"/>.</summary>
    public void QueueFor(string operation, params Fault[] faults)
    {
        lock (_lock)
        {
            if (!_nextOf.TryGetValue(operation, out Queue<Fault>? queue))
            {
                _nextOf[operation] = queue = new Queue<Fault>();
            }

            Array.ForEach(faults, queue.Enqueue);
        }
    }

    /// <summary>Refuses an operation ("*": all of them) on a secret (null: any).</summary>
    public void Deny(string operation, string? secret = null, string? message = null)
    {
        lock (_lock)
        {
            _denials.Add(new Denial(operation, secret, message));
        }
    }

    /// <summary>Takes all denials back.</summary>
    public void Allow()
    {
        lock (_lock)
        {
            _denials.Clear();
        }
    }

    /// <summary>No faults, no denials, no latency.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _next.Clear();
            _nextOf.Clear();
            _denials.Clear();
            Latency = TimeSpan.Zero;
            ThrottleRate = ServerErrorRate = DropRate = 0;
            RetryAfter = null;
        }
    }

    internal Fault Next(string operation)
    {
        lock (_lock)
        {
            if (_nextOf.TryGetValue(operation, out Queue<Fault>? queue) && queue.TryDequeue(out Fault fault))
            {
                return fault;
            }

            return _next.TryDequeue(out fault) ? fault : Chance();
        }
    }

    internal Denial? DenialOf(string operation, string? secret)
    {
        lock (_lock)
        {
            return _denials.Find(d => (d.Operation == "*" || d.Operation == operation) && (d.Secret is null || d.Secret == secret));
        }
    }

    /// <summary>One draw a request, so that a seed means the same sequence whatever the rates.</summary>
    private Fault Chance()
    {
        double draw = _random.NextDouble();
        (double Rate, Fault First, Fault Second)[] kinds =
        [
            (ThrottleRate, Fault.Throttle, Fault.Throttle),
            (ServerErrorRate, Fault.ServerError, Fault.ServerErrorAfter),
            (DropRate, Fault.DropBefore, Fault.DropAfter),
        ];
        foreach ((double rate, Fault first, Fault second) in kinds)
        {
            if (draw < rate)
            {
                return draw < rate / 2 ? first : second;
            }

            draw -= rate;
        }

        return Fault.None;
    }
}

/// <summary>An operation that is refused.</summary>
internal sealed record Denial(string Operation, string? Secret, string? Message);
