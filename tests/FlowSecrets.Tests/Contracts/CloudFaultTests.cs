using System.Diagnostics;
using FlowSecrets.CloudFakes.Faults;
using FlowSecrets.CloudFakes.Gcp;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Providers.Transport;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Contracts;

/// <summary>Lost answers, refusals for a while and hanging services: what was asked for happens once, or is reported.</summary>
public sealed class CloudFaultTests
{
    public static TheoryData<StoreKind, Fault> LostAnswers()
    {
        TheoryData<StoreKind, Fault> data = [];
        foreach (StoreKind kind in new[] { StoreKind.Gcp, StoreKind.Aws })
        {
            foreach (
                Fault fault in new[]
                {
                    Fault.DropBefore,
                    Fault.DropAfter,
                    Fault.ServerError,
                    Fault.ServerErrorAfter,
                    Fault.CutReply,
                    Fault.EmptyReply,
                    Fault.BadJson,
                    Fault.HtmlError,
                    Fault.BadGateway,
                    Fault.Unavailable,
                    Fault.Throttle,
                }
            )
            {
                data.Add(kind, fault);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(LostAnswers))]
    public async Task AVersionIsAddedOnceWhateverHappensToTheAnswer(StoreKind kind, Fault fault)
    {
        await using CloudUnderTest cloud = await CloudUnderTest.StartAsync(kind);
        await cloud.CreateAsync("s", "one");
        cloud.Fake.Faults.QueueFor(cloud.AddOperation, fault);
        string version = await cloud.AddAsync("s", "two");
        Assert.Equal(["one", "two"], await cloud.AllValuesAsync("s"));
        Assert.Equal("two", await cloud.ReadAsync("s", version));
    }

    [Theory]
    [MemberData(nameof(LostAnswers))]
    public async Task AnOlderVersionWithTheSameValueIsNotTakenForTheNewOne(StoreKind kind, Fault fault)
    {
        await using CloudUnderTest cloud = await CloudUnderTest.StartAsync(kind);
        await cloud.CreateAsync("s", "one");
        await cloud.AddAsync("s", "two");
        cloud.Fake.Faults.QueueFor(cloud.AddOperation, fault);
        await cloud.AddAsync("s", "one");
        Assert.Equal("one", await cloud.ReadAsync("s"));
        Assert.Equal(["one", "two", "one"], await cloud.AllValuesAsync("s"));
    }

    [Fact]
    public async Task AClockThatIsWrongAddsNothingTwice()
    {
        await using CloudUnderTest cloud = await CloudUnderTest.StartAsync(StoreKind.Gcp);
        cloud.Fake.Skew = TimeSpan.FromHours(-1);
        await cloud.CreateAsync("s", "one");
        cloud.Fake.Faults.QueueFor(cloud.AddOperation, Fault.DropAfter);
        await cloud.AddAsync("s", "two");
        Assert.Equal(["one", "two"], await cloud.AllValuesAsync("s"));
    }

    [Theory]
    [MemberData(nameof(CloudUnderTest.Both), MemberType = typeof(CloudUnderTest))]
    public async Task ASecretIsMadeAnewAfterADeletionWhoseAnswerWasLost(StoreKind kind)
    {
        await using CloudUnderTest cloud = await CloudUnderTest.StartAsync(kind);
        await cloud.CreateAsync("s", "one");
        await cloud.AddAsync("s", "two");
        cloud.Fake.Faults.QueueFor("DeleteSecret", Fault.DropAfter);
        await cloud.Store.DeleteAsync("s", null, default);
        await cloud.CreateAsync("s", "anew");
        Assert.Equal("anew", await cloud.ReadAsync("s"));
    }

    [Theory]
    [MemberData(nameof(LostAnswers))]
    public async Task ASecretIsCreatedOnceWhateverHappensToTheAnswer(StoreKind kind, Fault fault)
    {
        await using CloudUnderTest cloud = await CloudUnderTest.StartAsync(kind);
        cloud.Fake.Faults.QueueFor("CreateSecret", fault);
        await cloud.CreateAsync("s", "one");
        Assert.Equal(["one"], await cloud.AllValuesAsync("s"));
    }

    [Theory]
    [MemberData(nameof(LostAnswers))]
    public async Task ADeletionIsDoneWhateverHappensToTheAnswer(StoreKind kind, Fault fault)
    {
        await using CloudUnderTest cloud = await CloudUnderTest.StartAsync(kind);
        await cloud.CreateAsync("s", "one");
        cloud.Fake.Faults.QueueFor("DeleteSecret", fault);
        await cloud.Store.DeleteAsync("s", null, default);
        Assert.Null(await cloud.Store.DescribeAsync("s", default));
    }

    [Theory]
    [MemberData(nameof(LostAnswers))]
    public async Task AStageIsMovedWhateverHappensToTheAnswer(StoreKind kind, Fault fault)
    {
        await using CloudUnderTest cloud = await CloudUnderTest.StartAsync(kind);
        await cloud.CreateAsync("s", "one");
        string first = (await cloud.Store.DescribeAsync("s", default))!.CurrentVersion!;
        string second = await cloud.AddAsync("s", "two");
        await cloud.Store.MoveStageAsync("s", "blue", first, null, default);
        cloud.Fake.Faults.QueueFor(kind == StoreKind.Gcp ? "UpdateSecret" : "UpdateSecretVersionStage", fault);
        await cloud.Store.MoveStageAsync("s", "blue", second, first, default);
        Assert.Equal("two", (await cloud.Store.ReadAsync("s", new VersionSelector(null, "blue"), default)).Value.RevealText("s"));
    }

    [Theory]
    [MemberData(nameof(LostAnswers))]
    public async Task AReadIsTriedAgain(StoreKind kind, Fault fault)
    {
        await using CloudUnderTest cloud = await CloudUnderTest.StartAsync(kind);
        await cloud.CreateAsync("s", "one");
        cloud.Fake.Faults.QueueFor(cloud.ReadOperation, fault, fault);
        Assert.Equal("one", await cloud.ReadAsync("s"));
    }

    [Fact]
    public async Task ALostAnswerIsLookedForByNumberWhereListsLagBehind()
    {
        await using CloudUnderTest cloud = await CloudUnderTest.StartAsync(
            StoreKind.Gcp,
            CloudStores.Quick,
            options: new GcpFakeOptions { Convergence = TimeSpan.FromMinutes(10) }
        );
        await cloud.CreateAsync("s", "one");
        cloud.Fake.Faults.QueueFor(cloud.AddOperation, Fault.DropAfter);
        Assert.Equal("2", await cloud.AddAsync("s", "two"));
        cloud.Fake.Faults.QueueFor(cloud.AddOperation, Fault.ServerErrorAfter, Fault.DropAfter);
        Assert.Equal("3", await cloud.AddAsync("s", "three"));
        cloud.Fake.Skew = TimeSpan.FromHours(1);
        Assert.Equal(["one", "two", "three"], await cloud.AllValuesAsync("s"));
    }

    [Fact]
    public async Task WhatThisProcessWroteIsReadAtOnceThoughLatestLagsBehind()
    {
        await using CloudUnderTest cloud = await CloudUnderTest.StartAsync(
            StoreKind.Gcp,
            CloudStores.Quick,
            options: new GcpFakeOptions { Convergence = TimeSpan.FromMinutes(10) }
        );
        await cloud.CreateAsync("s", "one");
        cloud.Fake.Skew = TimeSpan.FromHours(1);
        await cloud.AddAsync("s", "two");
        Assert.Equal("two", await cloud.ReadAsync("s"));
        Assert.Equal("2", (await cloud.Store.DescribeAsync("s", default))!.CurrentVersion);
        Assert.Equal("2", (await cloud.Store.ListVersionsAsync("s", default))[0].Version);
        Assert.Equal("one", (await CloudStores.Gcp((GcpFake)cloud.Fake).ReadAsync("s", default, default)).Value.RevealText("s"));
    }

    [Theory]
    [MemberData(nameof(CloudUnderTest.Both), MemberType = typeof(CloudUnderTest))]
    public async Task WhenItCannotBeFoundOutWhetherAWriteTookEffectThatIsSaid(StoreKind kind)
    {
        await using CloudUnderTest cloud = await CloudUnderTest.StartAsync(kind);
        await cloud.CreateAsync("s", "one");
        foreach (string operation in new[] { "ListSecretVersions", "GetSecret", "GetSecretVersion", "DescribeSecret" })
        {
            cloud.Fake.Faults.Deny(operation);
        }

        cloud.Fake.Faults.QueueFor(cloud.AddOperation, Fault.DropAfter);
        FlowSecretException error = await SecretStoreContract.Fails(ErrorIds.WriteUncertain, () => cloud.AddAsync("s", "two"));
        Assert.Equal("s", error.Target);
        cloud.Fake.Faults.Allow();
        Assert.Equal(["one", "two"], await cloud.AllValuesAsync("s"));
    }

    [Theory]
    [MemberData(nameof(CloudUnderTest.Both), MemberType = typeof(CloudUnderTest))]
    public async Task RetryAfterIsHeeded(StoreKind kind)
    {
        await using CloudUnderTest cloud = await CloudUnderTest.StartAsync(kind);
        await cloud.CreateAsync("s", "one");
        cloud.Fake.Faults.RetryAfter = TimeSpan.FromSeconds(1);
        cloud.Fake.Faults.QueueFor(cloud.ReadOperation, Fault.Throttle);
        Stopwatch time = Stopwatch.StartNew();
        Assert.Equal("one", await cloud.ReadAsync("s"));
        Assert.True(time.Elapsed >= TimeSpan.FromSeconds(0.95), time.Elapsed.ToString());
    }

    [Theory]
    [MemberData(nameof(CloudUnderTest.Both), MemberType = typeof(CloudUnderTest))]
    public async Task ThrottlingThatDoesNotEndIsReported(StoreKind kind)
    {
        await using CloudUnderTest cloud = await CloudUnderTest.StartAsync(kind);
        await cloud.CreateAsync("s", "one");
        cloud.Fake.Faults.ThrottleRate = 1;
        FlowSecretException error = await SecretStoreContract.Fails(ErrorIds.Throttled, () => cloud.ReadAsync("s"));
        Assert.Equal("s", error.Target);
    }

    [Theory]
    [MemberData(nameof(CloudUnderTest.Both), MemberType = typeof(CloudUnderTest))]
    public async Task DeniedThrottledAndAbsentAreDifferentAnswers(StoreKind kind)
    {
        await using CloudUnderTest cloud = await CloudUnderTest.StartAsync(kind);
        await cloud.CreateAsync("s", "one");
        await SecretStoreContract.Fails(ErrorIds.SecretNotFound, () => cloud.ReadAsync("none"));
        cloud.Fake.Faults.Deny(cloud.ReadOperation, "s");
        await SecretStoreContract.Fails(ErrorIds.AccessDenied, () => cloud.ReadAsync("s"));
        cloud.Fake.Faults.Allow();
        cloud.Fake.Faults.ThrottleRate = 1;
        await SecretStoreContract.Fails(ErrorIds.Throttled, () => cloud.ReadAsync("s"));
    }

    [Theory]
    [MemberData(nameof(CloudUnderTest.Both), MemberType = typeof(CloudUnderTest))]
    public async Task ARedirectIsNotFollowed(StoreKind kind)
    {
        await using CloudUnderTest cloud = await CloudUnderTest.StartAsync(kind);
        await cloud.CreateAsync("s", "one");
        cloud.Fake.Faults.QueueFor(cloud.ReadOperation, Fault.Redirect);
        await SecretStoreContract.Fails(ErrorIds.StoreUnavailable, () => cloud.ReadAsync("s"));
    }

    [Fact]
    public async Task AWrongChecksumIsReadAgainAndNeverPassedOn()
    {
        await using CloudUnderTest cloud = await CloudUnderTest.StartAsync(StoreKind.Gcp);
        await cloud.CreateAsync("s", "one");
        cloud.Fake.Faults.QueueFor(cloud.ReadOperation, Fault.BadChecksum);
        Assert.Equal("one", await cloud.ReadAsync("s"));
        cloud.Fake.Faults.QueueFor(cloud.ReadOperation, [.. Enumerable.Repeat(Fault.BadChecksum, 20)]);
        await SecretStoreContract.Fails(ErrorIds.ChecksumMismatch, () => cloud.ReadAsync("s"));
    }

    [Theory]
    [MemberData(nameof(CloudUnderTest.Both), MemberType = typeof(CloudUnderTest))]
    public async Task AHangingServiceIsLeftWithinASecondAndNothingHappensAfter(StoreKind kind)
    {
        await using CloudUnderTest cloud = await CloudUnderTest.StartAsync(kind, new RetryLimits());
        await cloud.CreateAsync("s", "one");
        cloud.Fake.Faults.QueueFor(cloud.AddOperation, Fault.Hang);
        cloud.Fake.ClearCalls();
        using CancellationTokenSource stop = new(TimeSpan.FromMilliseconds(300));
        using SecretValue value = SecretValue.FromText("two");
        Stopwatch time = Stopwatch.StartNew();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cloud.Store.AddVersionAsync("s", value, null, null, stop.Token));
        Assert.True(time.Elapsed < TimeSpan.FromSeconds(1.3), time.Elapsed.ToString());
        Assert.Equal(["one"], await cloud.AllValuesAsync("s"));
        Assert.DoesNotContain(cloud.Fake.Calls, static c => c.Applied);
    }

    [Theory]
    [MemberData(nameof(CloudUnderTest.Both), MemberType = typeof(CloudUnderTest))]
    public async Task AServiceThatDoesNotAnswerInTimeIsAskedAgain(StoreKind kind)
    {
        await using CloudUnderTest cloud = await CloudUnderTest.StartAsync(
            kind,
            CloudStores.Quick with
            {
                Try = TimeSpan.FromMilliseconds(700),
            }
        );
        await cloud.CreateAsync("s", "one");
        cloud.Fake.Faults.QueueFor(cloud.ReadOperation, Fault.Hang, Fault.SlowReply);
        Assert.Equal("one", await cloud.ReadAsync("s"));
    }

    [Theory]
    [MemberData(nameof(CloudUnderTest.Both), MemberType = typeof(CloudUnderTest))]
    public async Task NoMoreCallsAreMadeAtATimeThanAllowed(StoreKind kind)
    {
        await using CloudUnderTest cloud = await CloudUnderTest.StartAsync(kind, CloudStores.Quick, throttleLimit: 3);
        string[] names = [.. Enumerable.Range(0, 30).Select(static i => $"s-{i}")];
        foreach (string name in names)
        {
            await cloud.CreateAsync(name, "value");
        }

        cloud.Fake.Faults.Latency = TimeSpan.FromMilliseconds(20);
        int before = cloud.Fake.PeakConcurrentRequests;
        await foreach (DescribeOutcome outcome in cloud.Store.DescribeManyAsync(names, default))
        {
            Assert.NotNull(outcome.Description);
        }

        Assert.InRange(cloud.Fake.PeakConcurrentRequests, 2, 3);
        Assert.True(before <= 3);
    }
}
