using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Operations;
using FlowSecrets.Operations.Rotation;
using FlowSecrets.Ports;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Operations.Rotation;

/// <summary>What runs with a secret, as a rotation deals with it.</summary>
public sealed class RotationWorkloadTests : IAsyncLifetime
{
    private readonly ModelWorkload _api = new("api");
    private readonly ModelWorkload _jobs = new("jobs");
    private readonly ModelTarget _model = new(1, alternates: false, "first");
    private RotationStage _stage = null!;

    public async ValueTask InitializeAsync()
    {
        _stage = await RotationStage.StartAsync(
            "local",
            """
              key:
                env: KEY
                generate: { kind: base64url }
                rotate: { every: 90d, overlap: 24h, previousEnv: KEY_BEFORE }
                workloads: [api, jobs]
              one:
                fields: { host: { default: h }, user: { default: a }, password: { generate: { kind: password } } }
                rotate: { target: { kind: postgres, host: host, user: user, password: password } }
                workloads: [api]
              carried: { generate: { kind: password }, rotate: { carriers: [ { secret: copy } ] }, workloads: [api] }
              copy: { workloads: [jobs] }
            workloads:
              api: { kind: cloudrun, region: r, service: api }
              jobs: { kind: cloudrun, region: r, service: jobs }
            """
        );
        _stage.Workload = w => w.Name == "api" ? _api : _jobs;
        _stage.Target = () => new ModelDoor(_model, null);
        await _stage.CreateAsync("key", "old");
        await _stage.CreateAsync("one", ModelTarget.Value("a", "first"));
        await _stage.CreateAsync("carried", "old");
        await _stage.CreateAsync("copy", "old");
    }

    [Fact]
    public async Task AllRunWithTheNewValueAndTheOneBeforeBesideIt()
    {
        Assert.Equal(nameof(RotationState.Overlap), (await _stage.RotateAsync("key")).State);
        Assert.Equal(
            [
                ["key=2 KEY_BEFORE=1"],
            ],
            _api.Told
        );
        Assert.Equal(
            [
                ["key=2 KEY_BEFORE=1"],
            ],
            _jobs.Told
        );

        // At the end of the overlap the variable goes before the version does.
        _stage.Clock.Ahead = TimeSpan.FromHours(25);
        Assert.Equal(ItemStatus.Retired, (await RetireAsync()).Status);
        Assert.Equal(["key=2 KEY_BEFORE="], _api.Told[^1]);
    }

    [Fact]
    public async Task APausedOneStopsItBeforeAnythingIsChanged()
    {
        _jobs.Health = WorkloadHealth.Paused;
        Assert.Equal(ErrorIds.WorkloadFailed, (await _stage.RotateAsync("key")).ErrorId);
        Assert.Equal(("old", 0), (await _stage.CurrentAsync("key"), _api.Deployments + _jobs.Deployments));
        RotationView view = await _stage.ViewAsync("key");
        Assert.True(view is { Pending: null, Record: null });
    }

    [Fact]
    public async Task OneThatDoesNotBecomeHealthyKeepsTheRotationOpen()
    {
        _jobs.Failures = 1;
        Assert.Equal(ErrorIds.WorkloadFailed, (await _stage.RotateAsync("key")).ErrorId);
        RotationView view = await _stage.ViewAsync("key");
        Assert.Equal(("2", true, RotationState.Healthy), (view.Current, view.Pending!.IsPromoted, view.Record!.FailedStep));
        Assert.Equal(nameof(RotationState.Overlap), (await _stage.RotateAsync("key")).State);
        Assert.Equal("2", (await _stage.ViewAsync("key")).Current);
    }

    [Fact]
    public async Task TheThirdFailureWaitsForAPersonWhoMayGoBack()
    {
        _api.Failures = 3;
        Assert.Equal(ErrorIds.WorkloadFailed, (await _stage.RotateAsync("key")).ErrorId);
        Assert.Equal(ErrorIds.WorkloadFailed, (await _stage.RotateAsync("key")).ErrorId);
        RotationResult third = await _stage.RotateAsync("key");
        Assert.Equal(ErrorIds.RotationNeedsAttention, third.ErrorId);
        Assert.Contains("model api", third.Message, StringComparison.Ordinal);
        Assert.Contains("model jobs", third.Message, StringComparison.Ordinal);
        int deployments = _api.Deployments;
        Assert.Equal(ErrorIds.RotationNeedsAttention, (await _stage.RotateAsync("key")).ErrorId);
        Assert.Equal(deployments, _api.Deployments);
        Assert.Equal(ItemStatus.Undone, (await _stage.UndoAsync("key")).Status);
        Assert.Equal("old", await _stage.CurrentAsync("key"));
        Assert.StartsWith("key=1 ", Assert.Single(_api.Told[^1]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TheValueBeforeIsKeptWhileOneRunsWithItOrIsNotHealthy(bool isStale)
    {
        // Without previousEnv nothing is deployed at the end of the overlap.
        Assert.Equal(nameof(RotationState.Overlap), (await _stage.RotateAsync("carried")).State);
        _stage.Clock.Ahead = TimeSpan.FromHours(25);
        if (isStale)
        {
            _jobs.FallBack();
        }
        else
        {
            _jobs.Health = WorkloadHealth.Failed;
        }

        RotationResult kept = await RetireAsync("carried");
        Assert.Equal((ErrorIds.WorkloadFailed, RotationState.Overlap), (kept.ErrorId, (await _stage.ViewAsync("carried")).Record!.State));
        Assert.All(await _stage.Store.ListVersionsAsync("carried", default), static v => Assert.Equal(VersionState.Enabled, v.State));
        Assert.All(await _stage.Store.ListVersionsAsync("copy", default), static v => Assert.Equal(VersionState.Enabled, v.State));
        _jobs.Health = WorkloadHealth.Healthy;
        await _jobs.RedeployAsync([new WorkloadSecret("copy", "2")], always: true, static _ => { }, default);
        Assert.Equal(ItemStatus.Retired, (await RetireAsync("carried")).Status);
    }

    [Fact]
    public async Task ACarriersWorkloadRunsWithTheCarrier()
    {
        Assert.Equal(ItemStatus.Rotated, (await _stage.RotateAsync("carried")).Status);
        Assert.Equal(
            [
                ["carried=2 ="],
                ["copy=2 ="],
            ],
            [_api.Told.Single(), _jobs.Told.Single()]
        );
    }

    [Fact]
    public async Task OneUserInterruptsOnlyWhatHoldsItsPasswordAndOnlyWhenAllowed()
    {
        Assert.Equal(ErrorIds.InterruptionNotAllowed, (await _stage.RotateAsync("one")).ErrorId);
        Assert.Equal((ModelTarget.Value("a", "first"), 0), (await _stage.CurrentAsync("one"), _api.Deployments));
        Assert.Null((await _stage.ViewAsync("one")).Record);
        Assert.Equal(
            ItemStatus.Rotated,
            Assert.Single(await _stage.RunAsync(new InvokeRotationOptions { Names = ["one"], AllowInterruption = true })).Status
        );

        // What reads the value itself each time is not cut off.
        _api.HoldsValues = false;
        Assert.Equal(ItemStatus.Rotated, (await _stage.RotateAsync("one")).Status);
    }

    [Fact]
    public async Task WhatComesBackMeanwhileIsNotRevoked()
    {
        ModelTarget users = new(1, alternates: true, "first");
        await using RotationStage stage = await RotationStage.StartAsync(
            "local",
            """
              two:
                fields: { host: { default: h }, user: { default: a }, password: { generate: { kind: password } } }
                rotate:
                  overlap: 1h
                  target: { kind: postgres, host: host, user: user, password: password, users: [a, b], admin: root }
                workloads: [api]
              root: {}
            workloads:
              api: { kind: cloudrun, region: r, service: api }
            """
        );
        HookedWorkload slow = new(_api);
        (stage.Target, stage.Workload) = (() => new ModelDoor(users, null), _ => slow);
        await stage.CreateAsync("root", "root");
        await stage.CreateAsync("two", ModelTarget.Value("a", "first"));
        Assert.Equal(nameof(RotationState.Overlap), (await stage.RotateAsync("two")).State);
        stage.Clock.Ahead = TimeSpan.FromHours(2);

        // While the retirement looks at the workloads, somebody makes the old version current again.
        slow.OnState = () => stage.Store.MoveStageAsync("two", Stages.Current, "1", null, default);
        Assert.Equal(
            ErrorIds.Conflict,
            Assert.Single(await stage.RunAsync(new InvokeRotationOptions { Names = ["two"], Due = true })).ErrorId
        );
        using SecretValue current = SecretValue.FromText(await stage.CurrentAsync("two"));
        Assert.True(users.Accepts(current));
    }

    [Fact]
    public async Task ARotationWhoseLoginHasMovedIsFinishedWithoutBeingAllowedAgain()
    {
        _api.HoldsValues = true;
        bool fails = true;
        _stage.Target = () => new LosingDoor(new ModelDoor(_model, null), () => fails);
        Assert.Equal(
            ErrorIds.TargetUnavailable,
            Assert.Single(await _stage.RunAsync(new InvokeRotationOptions { Names = ["one"], AllowInterruption = true })).ErrorId
        );
        fails = false;
        Assert.Equal(ItemStatus.Rotated, (await _stage.RotateAsync("one")).Status);
        using SecretValue current = SecretValue.FromText(await _stage.CurrentAsync("one"));
        Assert.True(_model.Accepts(current));
    }

    /// <summary>A target whose answer to a change is lost.</summary>
    private sealed class LosingDoor(ModelDoor inner, Func<bool> loses) : IRotationTarget
    {
        public string Description => inner.Description;

        public Task<bool> TestAsync(SecretValue value, CancellationToken cancellationToken) => inner.TestAsync(value, cancellationToken);

        public async Task SetAsync(SecretValue wanted, IReadOnlyList<SecretValue> accepted, CancellationToken cancellationToken)
        {
            await inner.SetAsync(wanted, accepted, cancellationToken);
            if (loses())
            {
                throw new FlowSecretException(ErrorIds.TargetUnavailable, "one", "The model does not answer", "Try again.");
            }
        }

        public Task<string?> RevokeAsync(SecretValue old, SecretValue current, CancellationToken cancellationToken) =>
            inner.RevokeAsync(old, current, cancellationToken);

        public Task<IReadOnlyList<RotationFinding>> RehearseAsync(SecretValue current, CancellationToken cancellationToken) =>
            inner.RehearseAsync(current, cancellationToken);
    }

    /// <summary>Something happens while its state is asked for.</summary>
    private sealed class HookedWorkload(ModelWorkload inner) : IWorkload
    {
        public Func<Task>? OnState { get; set; }

        public string Description => inner.Description;

        public Task<WorkloadIdentity> IdentityAsync(CancellationToken cancellationToken) => inner.IdentityAsync(cancellationToken);

        public async Task<WorkloadState> StateAsync(IReadOnlyList<WorkloadSecret> secrets, CancellationToken cancellationToken)
        {
            WorkloadState state = await inner.StateAsync(secrets, cancellationToken);
            await (OnState?.Invoke() ?? Task.CompletedTask);
            return state;
        }

        public Task<string> RedeployAsync(
            IReadOnlyList<WorkloadSecret> secrets,
            bool always,
            Action<string> say,
            CancellationToken cancellationToken
        ) => inner.RedeployAsync(secrets, always, say, cancellationToken);

        public Task WaitAsync(string deployment, TimeSpan timeout, Action<string> say, CancellationToken cancellationToken) =>
            inner.WaitAsync(deployment, timeout, say, cancellationToken);

        public Task<bool> BindAsync(WorkloadBinding binding, CancellationToken cancellationToken) =>
            inner.BindAsync(binding, cancellationToken);

        public Task<bool> UnbindAsync(WorkloadBinding binding, CancellationToken cancellationToken) =>
            inner.UnbindAsync(binding, cancellationToken);
    }

    public ValueTask DisposeAsync() => _stage.DisposeAsync();

    private async Task<RotationResult> RetireAsync(string name = "key") =>
        Assert.Single(await _stage.RunAsync(new InvokeRotationOptions { Names = [name], Due = true }));
}
