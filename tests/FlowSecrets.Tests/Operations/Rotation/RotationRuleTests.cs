using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Operations;
using FlowSecrets.Operations.Rotation;
using FlowSecrets.Ports;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Operations.Rotation;

/// <summary>What lets a rotation go on, and what stops it before anything is changed.</summary>
public sealed class RotationRuleTests : IAsyncLifetime
{
    private readonly RuleTarget _target = new(new ModelTarget(1, alternates: false, "first"));
    private RotationStage _stage = null!;

    public async ValueTask InitializeAsync()
    {
        _stage = await RotationStage.StartAsync(
            "local",
            """
              one:
                fields: { host: { default: h }, user: { default: a }, password: { generate: { kind: password } } }
                rotate: { target: { kind: postgres, host: host, user: user, password: password } }
              aged: { generate: { kind: base64url }, rotate: { every: 90d, overlap: 24h } }
              carried:
                fields: { user: { default: app }, password: { generate: { kind: password } } }
                rotate: { carriers: [ { secret: copy, password: pw } ] }
              copy: { fields: { host: { default: h }, pw: {} } }
              theirs: { owner: external }
              pasted: { rotate: { target: { kind: manual } } }
              key: { usage: encryption, generate: { kind: base64url }, rotate: { every: 90d } }
              still: {}
            """
        );
        _stage.Target = () => _target;
    }

    [Theory]
    [InlineData("theirs", ErrorIds.ExternallyOwned)]
    [InlineData("still", ErrorIds.RotationNotConfigured)]
    [InlineData("key", ErrorIds.RotationWouldLoseData)]
    public async Task WhatIsNotToBeRotatedStaysAsItIs(string name, string id)
    {
        await _stage.CreateAsync(name, "old");
        Assert.Equal(id, (await _stage.RotateAsync(name)).ErrorId);
        Assert.Equal("old", await _stage.CurrentAsync(name));
        Assert.Single(await _stage.Store.ListVersionsAsync(name, default));
    }

    [Fact]
    public async Task DuringTheOverlapOnlyForceRotates()
    {
        await _stage.CreateAsync("aged", "old");
        Assert.Equal(nameof(RotationState.Overlap), (await _stage.RotateAsync("aged")).State);
        string second = await _stage.CurrentAsync("aged");
        Assert.Equal(ErrorIds.RotationInProgress, (await _stage.RotateAsync("aged")).ErrorId);
        Assert.Equal(second, await _stage.CurrentAsync("aged"));
        Assert.Equal(nameof(RotationState.Retired), (await _stage.RotateAsync("aged", force: true)).State);
        Assert.NotEqual(second, await _stage.CurrentAsync("aged"));
        Assert.Equal(
            [VersionState.Enabled, VersionState.Disabled],
            (await _stage.Store.ListVersionsAsync("aged", default)).Take(2).Select(static v => v.State)
        );
    }

    [Fact]
    public async Task WhenTheOverlapIsOverDueTakesTheOldValueOut()
    {
        await _stage.CreateAsync("aged", "old");
        await _stage.RotateAsync("aged");
        string second = await _stage.CurrentAsync("aged");
        Assert.Null((await _stage.RunAsync(new InvokeRotationOptions { Names = ["aged"], Due = true })).FirstOrDefault());
        _stage.Clock.Ahead = TimeSpan.FromHours(25);
        RotationResult retired = Assert.Single(await _stage.RunAsync(new InvokeRotationOptions { Names = ["aged"], Due = true }));
        Assert.Equal((ItemStatus.Retired, nameof(RotationState.Retired)), (retired.Status, retired.State));
        Assert.Equal(second, await _stage.CurrentAsync("aged"));
    }

    [Fact]
    public async Task TheThirdFailureOfAStepWaitsForAPerson()
    {
        await _stage.CreateAsync("one", ModelTarget.Value("a", "first"));
        _target.SetErrors = 3;
        Assert.Equal(ErrorIds.TargetUnavailable, (await _stage.RotateAsync("one")).ErrorId);
        Assert.Equal(ErrorIds.TargetUnavailable, (await _stage.RotateAsync("one")).ErrorId);
        Assert.Equal(ErrorIds.RotationNeedsAttention, (await _stage.RotateAsync("one")).ErrorId);

        // From now on nothing is touched.
        int sets = _target.Sets;
        RotationView before = await _stage.ViewAsync("one");
        Assert.Equal(
            (RotationState.NeedsAttention, RotationState.Applied, 3),
            (before.Record!.State, before.Record.FailedStep, before.Record.Failures)
        );
        Assert.Equal(ErrorIds.RotationNeedsAttention, (await _stage.RotateAsync("one")).ErrorId);
        RotationView after = await _stage.ViewAsync("one");
        Assert.Equal((sets, before.Record.ToText(), before.Pending), (_target.Sets, after.Record!.ToText(), after.Pending));

        RotationResult forced = await _stage.RotateAsync("one", force: true);
        Assert.Equal((ItemStatus.Rotated, nameof(RotationState.Retired)), (forced.Status, forced.State));
        Assert.Null((await _stage.ViewAsync("one")).Pending);
    }

    [Fact]
    public async Task AFailedWayBackStillWaitsForAPerson()
    {
        await _stage.CreateAsync("one", ModelTarget.Value("a", "first"));
        _target.SetErrors = 9;
        for (int i = 0; i < 3; i++)
        {
            await _stage.RotateAsync("one");
        }

        Assert.Equal(ErrorIds.TargetUnavailable, (await _stage.UndoAsync("one")).ErrorId);
        Assert.Equal(RotationState.NeedsAttention, (await _stage.ViewAsync("one")).Record!.State);
        Assert.Equal(ErrorIds.RotationNeedsAttention, (await _stage.RotateAsync("one")).ErrorId);
        _target.SetErrors = 0;
        Assert.Equal(ItemStatus.Undone, (await _stage.UndoAsync("one")).Status);
        using SecretValue now = SecretValue.FromText(await _stage.CurrentAsync("one"));
        Assert.True(await _target.TestAsync(now, default));
    }

    [Fact]
    public async Task AGivenValueIsNotPassedOverForAnotherThatWasUnderWay()
    {
        await _stage.CreateAsync("pasted", "first");
        using SecretValue one = SecretValue.FromText("from-the-provider-1");
        using SecretValue two = SecretValue.FromText("from-the-provider-2");
        await _stage.Store.Rotation.StageAsync(await _stage.ViewAsync("pasted"), one, default);
        Assert.Equal(
            ErrorIds.RotationInProgress,
            Assert.Single(await _stage.RunAsync(new InvokeRotationOptions { Names = ["pasted"], Value = two })).ErrorId
        );
        Assert.Equal(
            ItemStatus.Rotated,
            Assert.Single(await _stage.RunAsync(new InvokeRotationOptions { Names = ["pasted"], Value = one })).Status
        );
        Assert.Equal("from-the-provider-1", await _stage.CurrentAsync("pasted"));
    }

    [Fact]
    public async Task APromotedValueThatTheTargetLostIsSetAgain()
    {
        await _stage.CreateAsync("one", ModelTarget.Value("a", "first"));
        RotationView view = await _stage.ViewAsync("one");
        using SecretValue value = SecretValue.FromText(ModelTarget.Value("a", "second"));
        await _stage.Store.Rotation.PromoteAsync(await _stage.Store.Rotation.StageAsync(view, value, default), default);
        Assert.False(await _target.TestAsync(value, default));
        Assert.Equal(ItemStatus.Rotated, (await _stage.RotateAsync("one")).Status);
        Assert.True(await _target.TestAsync(value, default));
    }

    [Fact]
    public async Task AForcedRotationAfterOneThatOnlyItsMarkIsLeftOfRotatesAnew()
    {
        await _stage.CreateAsync("aged", "old");
        RotationView view = await _stage.ViewAsync("aged");
        using SecretValue value = SecretValue.FromText("leaked");
        view = await _stage.Store.Rotation.PromoteAsync(await _stage.Store.Rotation.StageAsync(view, value, default), default);
        DateTimeOffset now = _stage.Clock.GetUtcNow();
        await _stage.Store.Rotation.RecordAsync(
            view,
            new RotationRecord(RotationState.Overlap)
            {
                From = "1",
                To = "2",
                Started = now,
                Promoted = now,
                Ended = now,
                RetireAt = now.AddHours(24),
            },
            default
        );
        Assert.Equal(nameof(RotationState.Retired), (await _stage.RotateAsync("aged", force: true)).State);
        Assert.NotEqual("leaked", await _stage.CurrentAsync("aged"));
        Assert.Equal(
            [VersionState.Enabled, VersionState.Disabled, VersionState.Disabled],
            (await _stage.Store.ListVersionsAsync("aged", default)).Select(static v => v.State)
        );
    }

    [Fact]
    public async Task ARemedyNamesTheEnvironment()
    {
        await _stage.CreateAsync("aged", "old");
        await _stage.RotateAsync("aged");
        Assert.Contains(
            "Invoke-FlowSecretRotation 'aged' -Environment 'local' -Force",
            (await _stage.RotateAsync("aged")).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task ARejectedValueIsReplaced()
    {
        await _stage.CreateAsync("one", ModelTarget.Value("a", "first"));
        _target.Rejections = 2;
        Assert.Equal(ItemStatus.Rotated, (await _stage.RotateAsync("one")).Status);
        Assert.Equal(3, _target.Sets);
    }

    [Fact]
    public async Task ARejectedValueIsKeptWhileNoOtherIsAccepted()
    {
        await _stage.CreateAsync("one", ModelTarget.Value("a", "unknown"));
        _target.Rejections = 1;
        Assert.Equal(ErrorIds.RotationNeedsAttention, (await _stage.RotateAsync("one")).ErrorId);
        Assert.Equal((1, false), (_target.Sets, (await _stage.ViewAsync("one")).Pending is null));
    }

    [Fact]
    public async Task AForeignNewerVersionStopsIt()
    {
        await _stage.CreateAsync("one", ModelTarget.Value("a", "first"));
        _target.SetErrors = 1;
        await _stage.RotateAsync("one");
        await _stage.AddAsync("one", ModelTarget.Value("a", "first"));
        Assert.Equal(ErrorIds.Conflict, (await _stage.RotateAsync("one")).ErrorId);
        Assert.True((await _stage.ViewAsync("one")).Pending is { IsSuperseded: true });
        Assert.Equal(ItemStatus.Rotated, (await _stage.RotateAsync("one", force: true)).Status);
    }

    [Fact]
    public async Task AForeignVersionThatIsNotAcceptedGivesWayToThePendingOneThatIs()
    {
        await _stage.CreateAsync("one", ModelTarget.Value("a", "first"));
        _target.FailsAfterSet = true;
        await _stage.RotateAsync("one");
        await _stage.AddAsync("one", ModelTarget.Value("a", "guessed"));
        Assert.Equal(ItemStatus.Rotated, (await _stage.RotateAsync("one")).Status);
        using SecretValue now = SecretValue.FromText(await _stage.CurrentAsync("one"));
        Assert.True(await _target.TestAsync(now, default));
    }

    [Fact]
    public async Task ACarrierKeepsItsOtherFields()
    {
        await _stage.CreateAsync("carried", """{"user":"app","password":"old"}""");
        await _stage.CreateAsync("copy", """{"host":"db","pw":"old","more":[1]}""");
        Assert.Equal(ItemStatus.Rotated, (await _stage.RotateAsync("carried")).Status);
        System.Text.Json.Nodes.JsonNode copy = System.Text.Json.Nodes.JsonNode.Parse(await _stage.CurrentAsync("copy"))!;
        System.Text.Json.Nodes.JsonNode carried = System.Text.Json.Nodes.JsonNode.Parse(await _stage.CurrentAsync("carried"))!;
        Assert.Equal(("db", "[1]"), (copy["host"]!.GetValue<string>(), copy["more"]!.ToJsonString()));
        Assert.Equal(carried["password"]!.GetValue<string>(), copy["pw"]!.GetValue<string>());
        Assert.NotEqual("old", copy["pw"]!.GetValue<string>());
    }

    public ValueTask DisposeAsync() => _stage.DisposeAsync();

    /// <summary>The model, with failures as they are ordered.</summary>
    private sealed class RuleTarget(ModelTarget model) : IRotationTarget
    {
        public int SetErrors { get; set; }

        public int Rejections { get; set; }

        public bool FailsAfterSet { get; set; }

        public int Sets { get; private set; }

        public string Description => "the model";

        public Task<bool> TestAsync(SecretValue value, CancellationToken cancellationToken) => Task.FromResult(model.Accepts(value));

        public Task SetAsync(SecretValue wanted, IReadOnlyList<SecretValue> accepted, CancellationToken cancellationToken)
        {
            Sets++;
            if (SetErrors-- > 0)
            {
                throw Unavailable();
            }

            if (Rejections-- > 0)
            {
                throw new FlowSecretException(ErrorIds.CredentialRejected, "one", "The model does not take it", "Make another one.");
            }

            model.Set(wanted, accepted);
            if (FailsAfterSet)
            {
                FailsAfterSet = false;
                throw Unavailable();
            }

            return Task.CompletedTask;
        }

        public Task<string?> RevokeAsync(SecretValue old, SecretValue current, CancellationToken cancellationToken) =>
            Task.FromResult<string?>(null);

        public Task<IReadOnlyList<RotationFinding>> RehearseAsync(SecretValue current, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<RotationFinding>>([]);

        private static FlowSecretException Unavailable() =>
            new(ErrorIds.TargetUnavailable, "one", "The model does not answer", "Try again.");
    }
}
