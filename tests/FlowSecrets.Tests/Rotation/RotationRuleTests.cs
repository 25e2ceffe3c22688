using FlowSecrets.Operations;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Rotation;

/// <summary>What lets a rotation go on, and what stops it before anything is changed.</summary>
public sealed class RotationRuleTests : IDisposable
{
    private readonly Sandbox _sandbox = new();
    private readonly ImpatientClock _clock = new();
    private readonly RuleTarget _target = new(new ModelTarget(1, alternates: false, "first"));

    public RotationRuleTests() => _sandbox.Write("flowsecrets.yaml", """
        application: rules
        default: local
        environments: { local: { store: local } }
        secrets:
          one: { fields: { host: { default: h }, user: { default: a }, password: { generate: { kind: password } } }, rotate: { target: { kind: postgres, host: host, user: user, password: password } } }
          aged: { generate: { kind: base64url }, rotate: { every: 90d, overlap: 24h } }
          carried: { fields: { user: { default: app }, password: { generate: { kind: password } } }, rotate: { carriers: [ { secret: copy, password: pw } ] } }
          copy: { fields: { host: { default: h }, pw: {} } }
          theirs: { owner: external }
          key: { usage: encryption, generate: { kind: base64url }, rotate: { every: 90d } }
          still: {}
        """);

    [Theory]
    [InlineData("theirs", ErrorIds.ExternallyOwned)]
    [InlineData("still", ErrorIds.RotationNotConfigured)]
    [InlineData("key", ErrorIds.RotationWouldLoseData)]
    public async Task WhatIsNotToBeRotatedStaysAsItIs(string name, string id)
    {
        await CreateAsync(name, "old");
        Assert.Equal(id, (await RotateAsync(name)).ErrorId);
        Assert.Equal("old", await CurrentAsync(name));
        Assert.Single(await _sandbox.Store().ListVersionsAsync(name, default));
    }

    [Fact]
    public async Task DuringTheOverlapOnlyForceRotates()
    {
        await CreateAsync("aged", "old");
        Assert.Equal(RotationState.Overlap, (await RotateAsync("aged")).State);
        string second = await CurrentAsync("aged");
        Assert.Equal(ErrorIds.RotationInProgress, (await RotateAsync("aged")).ErrorId);
        Assert.Equal(second, await CurrentAsync("aged"));
        Assert.Equal(RotationState.Retired, (await RotateAsync("aged", force: true)).State);
        Assert.NotEqual(second, await CurrentAsync("aged"));
        Assert.Equal([VersionState.Enabled, VersionState.Disabled], (await _sandbox.Store().ListVersionsAsync("aged", default)).Take(2).Select(static v => v.State));
    }

    [Fact]
    public async Task WhenTheOverlapIsOverDueTakesTheOldValueOut()
    {
        await CreateAsync("aged", "old");
        await RotateAsync("aged");
        string second = await CurrentAsync("aged");
        Assert.Null((await RunAsync(new InvokeRotationOptions { Names = ["aged"], Due = true })).FirstOrDefault());
        _clock.Ahead = TimeSpan.FromHours(25);
        RotationResult retired = Assert.Single(await RunAsync(new InvokeRotationOptions { Names = ["aged"], Due = true }));
        Assert.Equal((ItemStatus.Retired, RotationState.Retired), (retired.Status, retired.State));
        Assert.Equal(second, await CurrentAsync("aged"));
    }

    [Fact]
    public async Task TheThirdFailureOfAStepWaitsForAPerson()
    {
        await CreateAsync("one", ModelTarget.Value("a", "first"));
        _target.SetErrors = 3;
        Assert.Equal(ErrorIds.TargetUnavailable, (await RotateAsync("one")).ErrorId);
        Assert.Equal(ErrorIds.TargetUnavailable, (await RotateAsync("one")).ErrorId);
        Assert.Equal(ErrorIds.RotationNeedsAttention, (await RotateAsync("one")).ErrorId);

        // From now on nothing is touched.
        int sets = _target.Sets;
        RotationView before = await ViewAsync("one");
        Assert.Equal((RotationState.NeedsAttention, RotationState.Applied, 3), (before.Record!.State, before.Record.FailedStep, before.Record.Failures));
        Assert.Equal(ErrorIds.RotationNeedsAttention, (await RotateAsync("one")).ErrorId);
        RotationView after = await ViewAsync("one");
        Assert.Equal((sets, before.Record.ToText(), before.Pending), (_target.Sets, after.Record!.ToText(), after.Pending));

        RotationResult forced = await RotateAsync("one", force: true);
        Assert.Equal((ItemStatus.Rotated, RotationState.Retired), (forced.Status, forced.State));
        Assert.Null((await ViewAsync("one")).Pending);
    }

    [Fact]
    public async Task ARejectedValueIsReplaced()
    {
        await CreateAsync("one", ModelTarget.Value("a", "first"));
        _target.Rejections = 2;
        Assert.Equal(ItemStatus.Rotated, (await RotateAsync("one")).Status);
        Assert.Equal(3, _target.Sets);
    }

    [Fact]
    public async Task ARejectedValueIsKeptWhileNoOtherIsAccepted()
    {
        await CreateAsync("one", ModelTarget.Value("a", "unknown"));
        _target.Rejections = 1;
        Assert.Equal(ErrorIds.RotationNeedsAttention, (await RotateAsync("one")).ErrorId);
        Assert.Equal((1, false), (_target.Sets, (await ViewAsync("one")).Pending is null));
    }

    [Fact]
    public async Task AForeignNewerVersionStopsIt()
    {
        await CreateAsync("one", ModelTarget.Value("a", "first"));
        _target.SetErrors = 1;
        await RotateAsync("one");
        using SecretValue foreign = SecretValue.FromText(ModelTarget.Value("a", "first"));
        await _sandbox.Store().AddVersionAsync("one", foreign, null, null, default);
        Assert.Equal(ErrorIds.Conflict, (await RotateAsync("one")).ErrorId);
        Assert.True((await ViewAsync("one")).Pending is { IsSuperseded: true });
        Assert.Equal(ItemStatus.Rotated, (await RotateAsync("one", force: true)).Status);
    }

    [Fact]
    public async Task AForeignVersionThatIsNotAcceptedGivesWayToThePendingOneThatIs()
    {
        await CreateAsync("one", ModelTarget.Value("a", "first"));
        _target.FailsAfterSet = true;
        await RotateAsync("one");
        using SecretValue foreign = SecretValue.FromText(ModelTarget.Value("a", "guessed"));
        await _sandbox.Store().AddVersionAsync("one", foreign, null, null, default);
        Assert.Equal(ItemStatus.Rotated, (await RotateAsync("one")).Status);
        using SecretValue now = SecretValue.FromText(await CurrentAsync("one"));
        Assert.True(await _target.TestAsync(now, default));
    }

    [Fact]
    public async Task ACarrierKeepsItsOtherFields()
    {
        await CreateAsync("carried", """{"user":"app","password":"old"}""");
        await CreateAsync("copy", """{"host":"db","pw":"old","more":[1]}""");
        Assert.Equal(ItemStatus.Rotated, (await RotateAsync("carried")).Status);
        System.Text.Json.Nodes.JsonNode copy = System.Text.Json.Nodes.JsonNode.Parse(await CurrentAsync("copy"))!;
        System.Text.Json.Nodes.JsonNode carried = System.Text.Json.Nodes.JsonNode.Parse(await CurrentAsync("carried"))!;
        Assert.Equal(("db", "[1]"), (copy["host"]!.GetValue<string>(), copy["more"]!.ToJsonString()));
        Assert.Equal(carried["password"]!.GetValue<string>(), copy["pw"]!.GetValue<string>());
        Assert.NotEqual("old", copy["pw"]!.GetValue<string>());
    }

    public void Dispose() => _sandbox.Dispose();

    private async Task CreateAsync(string name, string text)
    {
        using SecretValue value = SecretValue.FromText(text);
        await _sandbox.Store().CreateAsync(name, new Dictionary<string, string>(StringComparer.Ordinal), value, default);
    }

    private async Task<string> CurrentAsync(string name)
    {
        using ReadSecret read = await _sandbox.Store().ReadAsync(name, VersionSelector.Current, default);
        return read.Value.RevealText(name);
    }

    private Task<RotationView> ViewAsync(string name) => _sandbox.Store().Rotation.ViewAsync(new RotationSubject(name), default);

    private async Task<RotationResult> RotateAsync(string name, bool force = false) => Assert.Single(await RunAsync(new InvokeRotationOptions { Names = [name], Force = force }));

    private async Task<List<RotationResult>> RunAsync(InvokeRotationOptions options)
    {
        InterleavedProviders providers = new(_sandbox.Providers, s => _sandbox.Providers.OpenStore(s, _sandbox.Variable), () => _target);
        return await new InvokeRotationOperation(_sandbox.Context with { Providers = () => providers, Clock = _clock }).RunAsync(options, new TestHost());
    }

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
                throw new FlowSecretException(ErrorIds.CredentialRejected, FlowErrorCategory.InvalidData, "one", "The model does not take it", "Make another one.");
            }

            model.Set(wanted, accepted);
            if (FailsAfterSet)
            {
                FailsAfterSet = false;
                throw Unavailable();
            }

            return Task.CompletedTask;
        }

        public Task<string?> RevokeAsync(SecretValue old, SecretValue current, CancellationToken cancellationToken) => Task.FromResult<string?>(null);

        public Task<IReadOnlyList<RotationFinding>> RehearseAsync(SecretValue current, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<RotationFinding>>([]);

        private static FlowSecretException Unavailable() => new(ErrorIds.TargetUnavailable, FlowErrorCategory.ResourceUnavailable, "one", "The model does not answer", "Try again.");
    }
}
