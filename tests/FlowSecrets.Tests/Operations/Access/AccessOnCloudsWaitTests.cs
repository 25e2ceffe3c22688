using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Operations;
using FlowSecrets.Operations.Access;
using FlowSecrets.Tests.Gcp.Iam;
using FlowSecrets.Tests.Support;
using static FlowSecrets.Tests.Gcp.Iam.GcpAccessWorld;

namespace FlowSecrets.Tests.Operations.Access;

/// <summary>Grant-FlowSecretAccess -Wait: until it works, as far as that can be seen, or until the seven minutes are over.</summary>
public sealed class AccessOnCloudsWaitTests : IAsyncLifetime
{
    private readonly Sandbox _sandbox = new();
    private readonly HurriedClock _clock = new();
    private GcpAccessWorld _world = null!;

    public async ValueTask InitializeAsync()
    {
        _world = await StartAsync();
        _sandbox.Set("CLOUDSDK_API_ENDPOINT_OVERRIDES_SECRETMANAGER", _world.Fake.Endpoint.AbsoluteUri);
        _sandbox.Set("GOOGLE_OAUTH_ACCESS_TOKEN", "owner");
        _sandbox.Set("CLOUDSDK_CONFIG", _sandbox.File("gcloud"));
        File.WriteAllText(
            _sandbox.File("flowsecrets.yaml"),
            "application: shop\nenvironments: { here: { store: gcp, project: flow-test } }\nsecrets: { db: { env: DB } }\n"
        );
    }

    public ValueTask DisposeAsync()
    {
        _sandbox.Dispose();
        return _world.DisposeAsync();
    }

    [Fact]
    public async Task AServiceAccountThatMayBeActedAsIsTriedUntilItWorks()
    {
        _world.Iam.PropagationDelay = TimeSpan.FromSeconds(1);
        (List<SecretAccessChange> changes, TestHost host) = await GrantAsync(Api);
        Assert.Equal([ItemStatus.Granted], changes.Select(static c => c.Status));
        Assert.NotEmpty(host.ProgressUpdates);
        Assert.True(_clock.Passed < TimeSpan.FromMinutes(7), _clock.Passed.ToString());
        Assert.True(_world.Iam.Allows(Api, AccessVersions, Db));
    }

    [Fact]
    public async Task WhatStillDoesNotWorkAfterSevenMinutesIsAFailure()
    {
        _world.Iam.PropagationDelay = TimeSpan.FromHours(1);
        (List<SecretAccessChange> changes, _) = await GrantAsync(Api);
        Assert.Equal([ItemStatus.Granted, ItemStatus.Failed], changes.Select(static c => c.Status));
        Assert.Equal(ErrorIds.AccessDenied, changes[1].ErrorId);
        Assert.StartsWith($"After 7 minutes {Api} still may not use 'db': ", changes[1].Message, StringComparison.Ordinal);
        Assert.True(_clock.Passed >= TimeSpan.FromMinutes(7), _clock.Passed.ToString());
    }

    [Fact]
    public async Task OfAPersonNothingCanBeSeenSoTheTimeIsWaitedOut()
    {
        (List<SecretAccessChange> changes, TestHost host) = await GrantAsync(Dev);
        Assert.Equal([ItemStatus.Granted], changes.Select(static c => c.Status));
        Assert.True(_clock.Passed >= TimeSpan.FromMinutes(7), _clock.Passed.ToString());
        Assert.Contains(host.Verboses, static v => v.StartsWith($"Nobody but {Dev} can see", StringComparison.Ordinal));
    }

    private async Task<(List<SecretAccessChange> Changes, TestHost Host)> GrantAsync(string principal)
    {
        TestHost host = new();
        OperationContext context = _sandbox.Context with { Clock = _clock };
        return (
            await new ChangeAccessOperation(context).RunAsync(
                new ChangeAccessOptions
                {
                    Grant = true,
                    Wait = true,
                    Names = ["db"],
                    Principals = [principal],
                },
                host
            ),
            host
        );
    }

    /// <summary>Whoever waits by it waits a little, and much time has passed.</summary>
    private sealed class HurriedClock : TimeProvider
    {
        private long _passed;

        public TimeSpan Passed => TimeSpan.FromTicks(Volatile.Read(ref _passed));

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Volatile.Read(ref _passed);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            System.CreateTimer(
                s =>
                {
                    Interlocked.Add(ref _passed, Math.Max(0, dueTime.Ticks));
                    callback(s);
                },
                state,
                dueTime > TimeSpan.Zero ? TimeSpan.FromMilliseconds(100) : dueTime,
                Timeout.InfiniteTimeSpan
            );
    }
}
