using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Operations;
using FlowSecrets.Operations.Access;
using FlowSecrets.Ports;
using FlowSecrets.Tests.Support;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Tests.Operations.Access;

/// <summary>Waiting until grants work, with a clock that goes forward by what is waited.</summary>
public sealed class AccessWaitTests : IDisposable
{
    private static readonly ChangeAccessOptions Grant = new()
    {
        Grant = true,
        Names = ["jwt"],
        Principals = [AccessSetting.Dev],
        Wait = true,
    };

    private readonly LeapingClock _clock = new();
    private readonly AccessSetting _setting;

    public AccessWaitTests() => _setting = new AccessSetting { Clock = _clock };

    public void Dispose() => _setting.Dispose();

    [Fact]
    public async Task ItEndsAsSoonAsItWorks()
    {
        int asked = 0;
        _setting.Access.OnTry = _ =>
            ++asked < 4
                ? AccessAnswer.Denied("jwt", AccessCauses.GrantTooYoung, "too young", "wait")
                : AccessAnswer.Allowed("jwt", "granted");
        TestHost host = new();
        Assert.Equal(ItemStatus.Granted, Assert.Single(await _setting.ChangeAsync(Grant, host)).Status);
        Assert.Equal((4, TimeSpan.FromSeconds(2 + 4 + 8)), (asked, _clock.Waited));
        ProgressUpdate[] waiting = [.. host.ProgressUpdates.Where(static p => p.Activity == "Waiting until the grants work")];
        Assert.Equal(
            ["1 grant to go, 7:00 at most", "1 grant to go, 6:58 at most", "1 grant to go, 6:54 at most"],
            waiting.Select(static p => p.Status)
        );
        Assert.Equal([0, 2, 6], waiting.Select(static p => p.Done));
        Assert.All(waiting, static p => Assert.Equal(420, p.Total));
    }

    [Fact]
    public async Task WhatNeverWorksFailsWithItsCauseAfterTheLongestTime()
    {
        _setting.Access.OnTry = static _ =>
            AccessAnswer.Denied(
                "jwt",
                AccessCauses.ExplicitDeny,
                "a policy forbids it",
                $"Ask: {Shell($"Get-FlowSecretAccess {Stored("jwt")}")}"
            );
        List<SecretAccessChange> changes = await _setting.ChangeAsync(Grant);
        Assert.Equal([ItemStatus.Granted, ItemStatus.Failed], changes.Select(static c => c.Status));
        Assert.Equal(
            (
                ErrorIds.AccessDenied,
                AccessCauses.ExplicitDeny,
                $"After 7 minutes {AccessSetting.Dev} still may not use 'jwt': a policy forbids it. Ask: Get-FlowSecretAccess 'jwt' "
                    + $"-Environment 'prod'"
            ),
            (changes[1].ErrorId, changes[1].Error!.AccessCause, changes[1].Message)
        );
        Assert.Equal(TimeSpan.FromMinutes(7), _clock.Waited);
    }

    [Fact]
    public async Task WhatNobodyElseCanSeeIsWaitedOut()
    {
        TestHost host = new();
        Assert.Equal(ItemStatus.Granted, Assert.Single(await _setting.ChangeAsync(Grant, host)).Status);
        Assert.Equal(TimeSpan.FromMinutes(7), _clock.Waited);
        Assert.Contains(
            $"Nobody but {AccessSetting.Dev} can see whether it works; the 7 minutes that it may take are over.",
            host.Verboses
        );
    }

    [Theory]
    [InlineData(AccessCauses.SecretHasNoVersion)]
    [InlineData(AccessCauses.VersionDisabled)]
    [InlineData(AccessCauses.VersionDestroyed)]
    public async Task WhatIsLackingBeyondTheGrantIsNotWaitedFor(string cause)
    {
        _setting.Access.OnTry = _ => AccessAnswer.Denied("jwt", cause, "none", "add one");
        Assert.Equal(ItemStatus.Granted, Assert.Single(await _setting.ChangeAsync(Grant)).Status);
        Assert.Equal(TimeSpan.Zero, _clock.Waited);
    }

    [Fact]
    public async Task EachIsWaitedForByItself()
    {
        _setting.Access.OnTry = q =>
            q.Principal == AccessSetting.Dev
                ? AccessAnswer.Allowed("jwt", "granted")
                : AccessAnswer.Denied("jwt", AccessCauses.NoGrant, "none", "");
        List<SecretAccessChange> changes = await _setting.ChangeAsync(Grant with { Principals = [AccessSetting.Dev, AccessSetting.Ops] });
        Assert.Equal([AccessSetting.Ops], Assert.Single(changes, static c => c.Status == ItemStatus.Failed).Principal);
    }

    [Fact]
    public async Task ADryRunAndAFailureAreNotWaitedFor()
    {
        await _setting.ChangeAsync(Grant, new TestHost { IsWhatIf = true });
        _setting.Access.Failing["jwt"] = new FlowSecretException(ErrorIds.AccessDenied, "jwt", "denied", "");
        await _setting.ChangeAsync(Grant);
        Assert.Equal(TimeSpan.Zero, _clock.Waited);
    }

    [Fact]
    public async Task ACancellationEndsIt()
    {
        using CancellationTokenSource cancel = new();
        _setting.Access.OnTry = _ =>
        {
            cancel.Cancel();
            return null;
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _setting.ChangeAsync(Grant, null, cancel.Token));
    }

    /// <summary>Every timer is due at once, and the time it was set to is over then.</summary>
    private sealed class LeapingClock : TimeProvider
    {
        private static readonly DateTimeOffset Start = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

        public TimeSpan Waited { get; private set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => Start + Waited;

        public override long GetTimestamp() => Waited.Ticks;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Waited += dueTime;
            return TimeProvider.System.CreateTimer(callback, state, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }
}
