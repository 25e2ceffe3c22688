using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Operations;
using FlowSecrets.Operations.Rotation;
using FlowSecrets.Operations.Secrets;
using FlowSecrets.Operations.Versions;
using FlowSecrets.Ports;
using FlowSecrets.Tests.Support;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Operations.Rotation;

/// <summary>Which versions and labels a hand does not change without a further word, and what a rotation does after it did.</summary>
public sealed class VersionsInUseTests : IAsyncLifetime
{
    /// <summary>A target that accepts the previous value until it is revoked.</summary>
    private const string Checked = """
          root: {}
          s:
            fields: { host: { default: h }, user: { default: a }, password: { generate: { kind: password } } }
            rotate: { overlap: 24h, target: { kind: postgres, host: host, user: user, password: password, users: [a, b], admin: root } }
        """;

    private RotationStage _stage = null!;

    public async ValueTask InitializeAsync() =>
        _stage = await RotationStage.StartAsync(
            "local",
            """
              s: { generate: { kind: base64url }, rotate: { every: 90d, overlap: 24h } }
              key: { usage: encryption }
            """
        );

    [Theory]
    [InlineData(nameof(VersionState.Disabled))]
    [InlineData(nameof(VersionState.Destroyed))]
    public async Task TheVersionsOfARotationNeedASwitch(string word)
    {
        VersionState state = Enum.Parse<VersionState>(word);
        await _stage.CreateAsync("s", "old");
        await _stage.RotateAsync("s");
        Assert.Equal(ErrorIds.VersionInUse, (await ChangeAsync("previous", state)).ErrorId);
        Assert.Equal(VersionState.Enabled, await StateAsync("1"));
        Assert.Null((await ChangeAsync("previous", state, allowLoss: true)).ErrorId);
        Assert.Equal(state, await StateAsync("1"));
    }

    [Theory]
    [InlineData(nameof(VersionState.Disabled))]
    [InlineData(nameof(VersionState.Destroyed))]
    public async Task APendingVersionNeedsASwitch(string word)
    {
        VersionState state = Enum.Parse<VersionState>(word);
        await _stage.CreateAsync("s", "old");
        using SecretValue value = SecretValue.FromText("new");
        await _stage.Store.Rotation.StageAsync(await _stage.ViewAsync("s"), value, default);
        Assert.Equal(ErrorIds.VersionInUse, (await ChangeAsync("pending", state)).ErrorId);
        Assert.Null((await ChangeAsync("pending", state, allowLoss: true)).ErrorId);

        // A plain rotation says what leads out, and both commands do.
        RotationResult stopped = await _stage.RotateAsync("s");
        Assert.Equal(ErrorIds.RotationNeedsAttention, stopped.ErrorId);
        Assert.Contains("Invoke-FlowSecretRotation 's' -Environment 'local' -Force", stopped.Message, StringComparison.Ordinal);
        Assert.Contains("Undo-FlowSecretRotation 's'", stopped.Message, StringComparison.Ordinal);
        Assert.Equal(ItemStatus.Undone, (await _stage.UndoAsync("s")).Status);
        Assert.Contains(_stage.Host.Warnings, static w => w.Contains("discarded", StringComparison.Ordinal));
        Assert.Null((await _stage.ViewAsync("s")).Pending);
        Assert.Equal("old", await _stage.CurrentAsync("s"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ASecretIsDeletedForGoodOnlyWithASwitchWhileARotationNeedsIt(bool isPending)
    {
        await _stage.CreateAsync("s", "old");
        using SecretValue value = SecretValue.FromText("new");
        if (isPending)
        {
            await _stage.Store.Rotation.StageAsync(await _stage.ViewAsync("s"), value, default);
        }
        else
        {
            await _stage.RotateAsync("s");
        }

        RemoveSecretsOptions options = new() { Names = ["s"], Environment = "local" };
        async Task<SecretChange> RemoveAsync(RemoveSecretsOptions o) =>
            (await new RemoveSecretsOperation(_stage.Context).RunAsync(o, new TestHost())).Single();
        Assert.Equal(ErrorIds.VersionInUse, (await RemoveAsync(options)).ErrorId);
        Assert.Null((await RemoveAsync(options with { RecoveryWindow = TimeSpan.FromDays(7) })).ErrorId);
        await _stage.Store.RestoreAsync("s", default);
        Assert.Null((await RemoveAsync(options with { AllowRotationLoss = true })).ErrorId);
    }

    [Fact]
    public async Task TheCurrentVersionIsDestroyedOnlyWithASwitch()
    {
        await _stage.CreateAsync("s", "old");
        Assert.Equal(ErrorIds.VersionInUse, (await ChangeAsync("current", VersionState.Destroyed)).ErrorId);
        Assert.Equal("old", await _stage.CurrentAsync("s"));
        Assert.Null((await ChangeAsync("current", VersionState.Disabled)).ErrorId);
        Assert.Null((await ChangeAsync("current", VersionState.Destroyed, allowCurrent: true)).ErrorId);
    }

    [Fact]
    public async Task ADisabledCurrentVersionIsRotated()
    {
        await _stage.CreateAsync("s", "leaked");
        await ChangeAsync("current", VersionState.Disabled);
        RotationResult result = await _stage.RotateAsync("s", force: true);
        Assert.Equal((ItemStatus.Rotated, nameof(RotationState.Retired)), (result.Status, result.State));
        Assert.NotEqual("leaked", await _stage.CurrentAsync("s"));
        Assert.Equal(VersionState.Disabled, await StateAsync("1"));
    }

    [Theory]
    [InlineData("local")]
    [InlineData("gcp")]
    public async Task ADisabledPreviousVersionIsRevokedNotForgotten(string store)
    {
        await using RotationStage stage = await RotationStage.StartAsync(store, Checked);
        Soaks.HandTarget target = await StartCheckedAsync(stage);
        await stage.Store.SetVersionStateAsync("s", "1", VersionState.Disabled, default);
        RotationResult result = await stage.RotateAsync("s", force: true);
        Assert.Equal((null, nameof(RotationState.Retired)), (result.ErrorId, result.State));
        Assert.Equal([await stage.CurrentAsync("s")], target.Accepted);
        Assert.All((await stage.Store.ListVersionsAsync("s", default)).Skip(1), static v => Assert.Equal(VersionState.Disabled, v.State));
    }

    [Theory]
    [InlineData("local", true)]
    [InlineData("local", false)]
    [InlineData("gcp", true)]
    [InlineData("gcp", false)]
    public async Task ADestroyedPreviousVersionIsNotCalledRetired(string store, bool isForced)
    {
        await using RotationStage stage = await RotationStage.StartAsync(store, Checked);
        Soaks.HandTarget target = await StartCheckedAsync(stage);
        await stage.Store.SetVersionStateAsync("s", "1", VersionState.Destroyed, default);
        stage.Clock.Ahead = TimeSpan.FromHours(isForced ? 0 : 25);
        RotationResult result = Assert.Single(
            await stage.RunAsync(
                new InvokeRotationOptions
                {
                    Names = ["s"],
                    Force = isForced,
                    Due = !isForced,
                }
            )
        );
        Assert.Equal((ErrorIds.RotationNeedsAttention, nameof(RotationState.NeedsAttention)), (result.ErrorId, result.State));
        Assert.Equal(ErrorIds.RotationNeedsAttention, (await stage.RotateAsync("s")).ErrorId);
        Assert.Equal(ErrorIds.NothingToUndo, (await stage.UndoAsync("s")).ErrorId);

        // Somebody revokes it, as the message says.
        target.KeepOnly(await stage.CurrentAsync("s"));
        Assert.Equal(nameof(RotationState.Retired), (await stage.RotateAsync("s", force: true)).State);
        Assert.Equal([await stage.CurrentAsync("s")], target.Accepted);
    }

    [Fact]
    public async Task AVersionThatWasEnabledToBeReadIsDisabledAgainAfterAFailure()
    {
        await using RotationStage stage = await RotationStage.StartAsync(
            "local",
            """
              s:
                fields: { host: { default: h }, user: { default: a }, password: { generate: { kind: password } } }
                rotate: { target: { kind: postgres, host: host, user: user, password: password } }
            """
        );
        stage.Target = static () => throw new InvalidOperationException("not reached");
        await stage.CreateAsync("s", ModelTarget.Value("a", "first"));
        await stage.Store.SetVersionStateAsync("s", "1", VersionState.Disabled, default);
        Soaks.HandTarget target = new(keepsOld: false, "nobody knows it");
        stage.Target = () => target;
        Assert.Equal(ErrorIds.AccessDenied, (await stage.RotateAsync("s")).ErrorId);
        Assert.Equal(VersionState.Disabled, (await stage.Store.ListVersionsAsync("s", default))[^1].State);
    }

    [Theory]
    [InlineData("flowsecrets-rotation", "")]
    [InlineData("flowsecrets-rotation", "v1 Retired")]
    [InlineData("Flowsecrets-Pending", "basis=1")]
    [InlineData("flowsecrets", "pending")]
    public async Task LabelsOfARotationAreNotSetByHand(string key, string value)
    {
        await _stage.CreateAsync("s", "old");
        await _stage.RotateAsync("s");
        string? before = (await _stage.ViewAsync("s")).Record?.ToText();
        FlowSecretException error = await Assert.ThrowsAsync<FlowSecretException>(() =>
            new SetSecretsOperation(_stage.Sandbox.Context).RunAsync(
                new WriteSecretsOptions
                {
                    Names = ["s"],
                    NoValue = true,
                    Labels = new Dictionary<string, string>(StringComparer.Ordinal) { [key] = value },
                },
                new TestHost()
            )
        );
        Assert.Equal(ErrorIds.BadArgument, error.Id);
        Assert.Equal(before, (await _stage.ViewAsync("s")).Record?.ToText());
    }

    [Fact]
    public async Task AnEncryptionKeyIsDeletedForGoodOnlyWithASwitch()
    {
        await _stage.CreateAsync("key", "k");
        Assert.Equal(ErrorIds.EncryptionKeyProtected, (await RemoveAsync(null)).ErrorId);
        Assert.Null((await RemoveAsync(TimeSpan.FromDays(7))).ErrorId);
        Assert.Equal(ErrorIds.EncryptionKeyProtected, (await RemoveAsync(null)).ErrorId);
        Assert.Null((await RemoveAsync(null, removesKey: true)).ErrorId);
    }

    public ValueTask DisposeAsync() => _stage.DisposeAsync();

    /// <summary>In its overlap: version 1 is still valid.</summary>
    private static async Task<Soaks.HandTarget> StartCheckedAsync(RotationStage stage)
    {
        Soaks.HandTarget target = new(keepsOld: true, ModelTarget.Value("a", "first"));
        stage.Target = () => target;
        await stage.CreateAsync("root", "root");
        await stage.CreateAsync("s", ModelTarget.Value("a", "first"));
        Assert.Equal(nameof(RotationState.Overlap), (await stage.RotateAsync("s")).State);
        Assert.Equal(2, target.Accepted.Count);
        return target;
    }

    private async Task<VersionState> StateAsync(string version) =>
        (await _stage.Store.ListVersionsAsync("s", default)).Single(v => v.Version == version).State;

    private async Task<SecretChange> ChangeAsync(string version, VersionState state, bool allowLoss = false, bool allowCurrent = false) =>
        Assert.Single(
            await new ChangeVersionOperation(_stage.Sandbox.Context).RunAsync(
                new VersionOptions
                {
                    Names = ["s"],
                    Version = version,
                    State = state,
                    AllowRotationLoss = allowLoss,
                    AllowCurrent = allowCurrent,
                },
                new TestHost()
            )
        );

    private async Task<SecretChange> RemoveAsync(TimeSpan? window, bool removesKey = false) =>
        Assert.Single(
            await new RemoveSecretsOperation(_stage.Sandbox.Context).RunAsync(
                new RemoveSecretsOptions
                {
                    Names = ["key"],
                    RecoveryWindow = window,
                    RemoveEncryptionKey = removesKey,
                },
                new TestHost()
            )
        );
}
