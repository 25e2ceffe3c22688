using FlowSecrets.CloudFakes.Faults;
using FlowSecrets.CloudFakes.Hosting;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Soaks;

/// <summary>
/// Plays several actors call by call: each waits before every call that leaves the process, and goes on when a seeded draw picks it. A call
/// may fail before or
/// after it takes effect, and its actor may die there. The same seed plays the same game, but for the values that are made.
/// </summary>
internal sealed class Interleaver(int seed)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Random _random = new(seed);
    private readonly Lock _lock = new();
    private readonly List<InterleavedActor> _actors = [];
    private TaskCompletionSource _quiet = Fresh();
    private int _running;

    /// <summary>What happened, call by call.</summary>
    public List<string> Log { get; } = [];

    /// <summary>The share of calls that fail.</summary>
    public double Failures { get; init; }

    /// <summary>The share of failures that end the actor.</summary>
    public double Deaths { get; init; }

    /// <summary>How much an actor that goes on is preferred to the others.</summary>
    public double Stickiness { get; init; }

    /// <summary>Done now and then between two calls.</summary>
    public Action? Between { get; init; }

    /// <param name="play">Begins when it is first picked; ends quietly when the actor is dead.</param>
    public InterleavedActor Add(string name, Func<InterleavedActor, Task> play)
    {
        InterleavedActor actor = new(this, name);
        actor.Play = play;
        _actors.Add(actor);
        return actor;
    }

    /// <summary>Plays to the end.</summary>
    /// <param name="verify">Asked whenever a call may have changed something.</param>
    public async Task RunAsync(Func<Task> verify)
    {
        _running = _actors.Count;
        List<Task> plays = [.. _actors.Select(a => Task.Run(() => PlayAsync(a)))];
        InterleavedActor? last = null;
        bool hasChanged = false;
        while (true)
        {
            await _quiet.Task.WaitAsync(Patience);
            if (hasChanged)
            {
                hasChanged = false;
                await verify();
            }

            InterleavedActor[] waiting = [.. _actors.Where(static a => a.IsWaiting)];
            if (waiting.Length == 0)
            {
                break;
            }

            if (_random.NextDouble() < 0.03)
            {
                Between?.Invoke();
            }

            last = last is { IsWaiting: true } && _random.NextDouble() < Stickiness ? last : waiting[_random.Next(waiting.Length)];
            Fate fate = Draw(last);
            Log.Add($"{last.Name}: {last.Call}{(fate == Fate.Goes ? "" : $" ({fate})")}");
            lock (_lock)
            {
                _quiet = Fresh();
                _running = 1;
            }

            hasChanged = last.Changes;
            last.Go(fate);
        }

        await Task.WhenAll(plays);
        _actors.ForEach(static a => a.Dispose());
    }

    /// <summary>An actor stands still.</summary>
    internal void Stop()
    {
        lock (_lock)
        {
            if (--_running == 0)
            {
                _quiet.SetResult();
            }
        }
    }

    private static TaskCompletionSource Fresh() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task PlayAsync(InterleavedActor actor)
    {
        try
        {
            await actor.TurnAsync("begins", changes: false);
            await actor.Play!(actor);
        }
        catch (OperationCanceledException) when (actor.IsDead)
        {
            // It is as if its machine had been switched off.
        }
        finally
        {
            Stop();
        }
    }

    private Fate Draw(InterleavedActor actor)
    {
        if (actor.Call == "begins")
        {
            return Fate.Goes;
        }

        if (actor.Outage > 0)
        {
            actor.Outage--;
            return _random.Next(2) == 0 ? Fate.FailsBefore : Fate.FailsAfter;
        }

        if (_random.NextDouble() >= Failures)
        {
            return Fate.Goes;
        }

        if (_random.NextDouble() < Deaths)
        {
            return _random.Next(2) == 0 ? Fate.DiesBefore : Fate.DiesAfter;
        }

        // Clients try again: some failures last.
        actor.Outage = _random.Next(4);
        return _random.Next(2) == 0 ? Fate.FailsBefore : Fate.FailsAfter;
    }
}

internal enum Fate
{
    Goes,
    FailsBefore,
    FailsAfter,
    DiesBefore,
    DiesAfter,
}

/// <summary>Somebody at a machine of his own.</summary>
internal sealed class InterleavedActor(Interleaver game, string name) : IDisposable
{
    private readonly CancellationTokenSource _life = new();
    private TaskCompletionSource<Fate>? _turn;
    private bool _isDying;

    public string Name => name;

    /// <summary>What it waits for.</summary>
    public string Call { get; private set; } = "";

    public bool IsWaiting => _turn is not null;

    public bool IsDead => _life.IsCancellationRequested;

    /// <summary>Whether what it waits for may change something.</summary>
    public bool Changes { get; private set; }

    public CancellationToken Life => _life.Token;

    internal int Outage { get; set; }

    internal Func<InterleavedActor, Task>? Play { get; set; }

    public Task<Fate> TurnAsync(string call, bool changes)
    {
        if (_isDying)
        {
            _life.Cancel();
        }

        _life.Token.ThrowIfCancellationRequested();
        (Call, Changes) = (call, changes);
        TaskCompletionSource<Fate> turn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _turn = turn;
        game.Stop();
        return turn.Task;
    }

    /// <summary>A call through a port.</summary>
    public async Task<T> CallAsync<T>(string call, string error, bool changes, Func<Task<T>> inner)
    {
        switch (await TurnAsync(call, changes))
        {
            case Fate.DiesBefore:
                throw Death();
            case Fate.FailsBefore:
                throw Failure(call, error);
            case Fate.FailsAfter:
                await inner();
                throw Failure(call, error);
            case Fate.DiesAfter:
                await inner();
                throw Death();
            default:
                return await inner();
        }
    }

    /// <summary>A call on its way to a cloud.</summary>
    public async Task<Fault> PassAsync(string call, bool changes)
    {
        try
        {
            switch (await TurnAsync(call, changes))
            {
                case Fate.DiesBefore:
                    await _life.CancelAsync();
                    return Fault.DropBefore;
                case Fate.DiesAfter:
                    // The effect first: it ends with its next call.
                    _isDying = true;
                    return Fault.DropAfter;
                case Fate.FailsBefore:
                    return Fault.DropBefore;
                case Fate.FailsAfter:
                    return Fault.DropAfter;
                default:
                    return Fault.None;
            }
        }
        catch (OperationCanceledException)
        {
            return Fault.DropBefore;
        }
    }

    public void Dispose() => _life.Dispose();

    internal void Go(Fate fate)
    {
        TaskCompletionSource<Fate> turn = _turn!;
        _turn = null;
        turn.SetResult(fate);
    }

    private OperationCanceledException Death()
    {
        _life.Cancel();
        return new OperationCanceledException(_life.Token);
    }

    private static FlowSecretException Failure(string call, string error) => new(error, "s", $"The call '{call}' failed", "Try again.");
}

/// <summary>The real door, but for the store, the target and, where wanted, the workloads.</summary>
internal sealed class InterleavedProviders(IProviders inner, Func<StoreSelection, ISecretStore> open, Func<IRotationTarget> target)
    : IProviders
{
    /// <summary>Null: the real ones.</summary>
    public Func<CatalogWorkload, IWorkload>? Workload { get; init; }

    public IDocumentFormat Documents => inner.Documents;

    public void Prepare(StoreKind store) => inner.Prepare(store);

    public ISecretStore OpenStore(StoreSelection selection, Func<string, string?> environment) => open(selection);

    public IWorkload OpenWorkload(CatalogWorkload workload, StoreSelection store, Func<string, string?> environment) =>
        Workload?.Invoke(workload) ?? inner.OpenWorkload(workload, store, environment);

    public IExternalSecrets OpenExternalSecrets(ClusterSpace space, Func<string, string?> environment) =>
        inner.OpenExternalSecrets(space, environment);

    public string ServerOf(CatalogTarget target, string key, SecretValue value, bool isAdmin) => "postgresql://model";

    public IRotationTarget OpenTarget(RotationTargetSettings settings) => target();
}

/// <summary>A rotation whose calls wait for their turn.</summary>
internal sealed class InterleavedRotation(IRotationStore inner, InterleavedActor actor) : IRotationStore
{
    public RotationFinding RoomIn(RotationView view) => inner.RoomIn(view);

    public Task SetStateAsync(RotationView view, string version, VersionState state, CancellationToken cancellationToken) =>
        inner.SetStateAsync(view, version, state, cancellationToken);

    public Task<IReadOnlyList<string>> LeftAsync(RotationView view, CancellationToken cancellationToken) =>
        inner.LeftAsync(view, cancellationToken);

    public Task<RotationView> ViewAsync(RotationSubject subject, CancellationToken cancellationToken) =>
        LookAsync("view", () => inner.ViewAsync(subject, cancellationToken));

    public Task<RotationView> StageAsync(RotationView view, SecretValue value, CancellationToken cancellationToken) =>
        ChangeAsync("stage", () => inner.StageAsync(view, value, cancellationToken));

    public Task<RotationView> StageAgainAsync(RotationView view, string version, CancellationToken cancellationToken) =>
        ChangeAsync($"stage {version} again", () => inner.StageAgainAsync(view, version, cancellationToken));

    public Task<ReadSecret> ReadAsync(RotationView view, string version, CancellationToken cancellationToken) =>
        LookAsync($"read {version}", () => inner.ReadAsync(view, version, cancellationToken));

    public Task<RotationView> PromoteAsync(RotationView view, CancellationToken cancellationToken) =>
        ChangeAsync("promote", () => inner.PromoteAsync(view, cancellationToken));

    public Task<RotationView> DiscardAsync(RotationView view, CancellationToken cancellationToken) =>
        ChangeAsync("discard", () => inner.DiscardAsync(view, cancellationToken));

    public Task<RotationView> RecordAsync(RotationView view, RotationRecord record, CancellationToken cancellationToken) =>
        ChangeAsync($"record {record.State}", () => inner.RecordAsync(view, record, cancellationToken));

    public Task<RotationView> CloseAsync(RotationView view, RotationRecord record, CancellationToken cancellationToken) =>
        ChangeAsync($"close {record.State}", () => inner.CloseAsync(view, record, cancellationToken));

    public Task<RotationView> RetireAsync(RotationView view, string version, RotationRecord record, CancellationToken cancellationToken) =>
        ChangeAsync($"retire {version}", () => inner.RetireAsync(view, version, record, cancellationToken));

    public Task<RotationView> RunNativeAsync(RotationSubject subject, CancellationToken cancellationToken) =>
        inner.RunNativeAsync(subject, cancellationToken);

    private Task<T> LookAsync<T>(string call, Func<Task<T>> look) => actor.CallAsync(call, ErrorIds.StoreUnavailable, changes: false, look);

    private Task<T> ChangeAsync<T>(string call, Func<Task<T>> change) =>
        actor.CallAsync(call, ErrorIds.StoreUnavailable, changes: true, change);
}
