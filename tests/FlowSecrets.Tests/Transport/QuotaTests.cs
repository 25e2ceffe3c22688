using FlowSecrets.CloudFakes.Faults;
using FlowSecrets.CloudFakes.Gcp;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Providers.Gcp.Connection;
using FlowSecrets.Providers.Gcp.SecretManager;
using FlowSecrets.Providers.Transport;
using FlowSecrets.Tests.Contracts;
using FlowSecrets.Tests.Support;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Transport;

/// <summary>Quotas that are not ours alone: what others use up is waited for, together.</summary>
public sealed class QuotaTests
{
    private const int Secrets = 500;

    private static readonly Dictionary<string, string> NoLabels = [];

    [Fact]
    public async Task TwoProcessesInOneProjectDoNotMakeEachOtherFail()
    {
        await using GcpFake fake = await GcpFake.StartAsync(new GcpFakeOptions { Quotas = true });
        using PlayedClock clock = new(() => fake.Calls.Count);
        fake.Clock = clock;
        (GcpStore one, GcpStore two) = (Process(fake, clock), Process(fake, clock));
        await FillAsync(fake);

        TimeSpan begun = clock.Passed;
        int refused = fake.Calls.Count(static c => c.Status == 429);
        Task<List<DescribeOutcome>>[] running = [DescribeAsync(one, "a"), DescribeAsync(two, "b")];
        foreach (List<DescribeOutcome> found in await Task.WhenAll(running))
        {
            Assert.Equal(Secrets, found.Count);
            Assert.All(found, static o => Assert.Null(o.Error));
        }

        // Some are refused until both know their share; they were 1,700 when each call tried again by itself.
        refused = fake.Calls.Count(static c => c.Status == 429) - refused;
        Assert.InRange(refused, 1, Secrets);
        Assert.InRange(clock.Passed - begun, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(4));
    }

    [Fact]
    public async Task AThrottledSetUpLeavesNothingThatTheNextOneDoesNotFinish()
    {
        await using GcpFake fake = await GcpFake.StartAsync(new GcpFakeOptions { Quotas = true });
        using PlayedClock clock = new(() => fake.Calls.Count);
        fake.Clock = clock;
        (GcpStore one, GcpStore two) = (Process(fake, clock), Process(fake, clock));
        await Task.WhenAll(CreateAllAsync(one, "a", 400), CreateAllAsync(two, "b", 400));
        foreach (string prefix in new[] { "a", "b" })
        {
            foreach (int i in Enumerable.Range(0, 400))
            {
                Assert.Equal("1", (await one.ReadAsync($"{prefix}-{i}", VersionSelector.Current, default)).Version);
            }
        }
    }

    [Fact]
    public async Task AQuotaThatStaysUsedUpEndsAllThatIsLeftAtOnce()
    {
        await using GcpFake fake = await GcpFake.StartAsync();
        using PlayedClock clock = new(() => fake.Calls.Count);
        GcpStore store = Process(fake, clock);
        string[] names = [.. Enumerable.Range(0, 100).Select(static i => $"s-{i}")];
        foreach (string name in names)
        {
            using SecretValue value = SecretValue.FromText("value");
            await store.CreateAsync(name, NoLabels, value, default);
        }

        List<ReadOutcome> outcomes = [];
        await foreach (ReadOutcome outcome in store.ReadManyAsync(names, default))
        {
            outcomes.Add(outcome);
            fake.Faults.ThrottleRate = outcomes.Count >= 20 ? 1 : 0;
        }

        // What was read is there, the rest is named, and the wait is one for all.
        Assert.Equal(names.Order(), outcomes.Select(static o => o.StoreName).Order());
        Assert.True(outcomes.Count(static o => o.Error is null) >= 20);
        Assert.All(outcomes.Where(static o => o.Error is not null), static o => Assert.Equal(ErrorIds.Throttled, o.Error!.Id));
        Assert.InRange(clock.Passed, TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(6));
        Assert.InRange(fake.Calls.Count(static c => c.Status == 429), 10, 200);

        // It is not given up for good.
        fake.Faults.ThrottleRate = 0;
        await Task.Delay(TimeSpan.FromSeconds(15), clock);
        Assert.Equal("1", (await store.ReadAsync("s-99", VersionSelector.Current, default)).Version);
        outcomes.ForEach(static o => o.Dispose());
    }

    [Fact]
    public async Task ARefusalCountsTowardsNoNumberOfTries()
    {
        await using GcpFake fake = await GcpFake.StartAsync();
        GcpStore store = CloudStores.Gcp(fake);
        using SecretValue value = SecretValue.FromText("value");
        await store.CreateAsync("s", NoLabels, value, default);
        store = CloudStores.Gcp(
            fake,
            new GcpStoreOptions { Limits = CloudStores.Quick with { Attempts = 2, Throttled = TimeSpan.FromSeconds(20) } }
        );
        fake.Faults.QueueFor("AccessSecretVersion", [.. Enumerable.Repeat(Fault.Throttle, 12)]);
        using ReadSecret read = await store.ReadAsync("s", VersionSelector.Current, default);
        Assert.Equal("1", read.Version);
    }

    [Fact]
    public async Task AWindowLetsNoMoreInThanItsLimit()
    {
        int happened = 0;
        using PlayedClock clock = new(() => happened);
        QuotaWindow window = new(10, TimeSpan.FromSeconds(60), clock);
        for (int i = 0; i < 25; i++)
        {
            (await window.TakeAsync(TimeSpan.FromMinutes(5), default)).Accept();
            happened++;
        }

        Assert.InRange(clock.Passed, TimeSpan.FromSeconds(126), TimeSpan.FromSeconds(127));
    }

    [Fact]
    public async Task WhoWaitsForAPlaceCanBeStopped()
    {
        QuotaWindow window = new(1, TimeSpan.FromMinutes(1), TimeProvider.System);
        await window.TakeAsync(TimeSpan.FromMinutes(5), default);
        await Cancelling.EndsWithinASecondAsync(
            async ct => await window.TakeAsync(TimeSpan.FromMinutes(5), ct),
            Task.Delay(TimeSpan.FromMilliseconds(50))
        );
    }

    /// <summary>Another process: it keeps the quotas, and knows nothing of others.</summary>
    private static GcpStore Process(GcpFake fake, TimeProvider clock) =>
        CloudStores.Gcp(fake, new GcpStoreOptions { Clock = clock, Quotas = new GcpQuotas(clock, regional: false) });

    private static async Task FillAsync(GcpFake fake)
    {
        GcpStore store = CloudStores.Gcp(fake, new GcpStoreOptions { Clock = fake.Clock, Quotas = new GcpQuotas(fake.Clock, false) });
        await CreateAllAsync(store, "a", Secrets);
        await CreateAllAsync(store, "b", Secrets);
        await Task.Delay(TimeSpan.FromMinutes(2), fake.Clock);
    }

    private static Task CreateAllAsync(GcpStore store, string prefix, int count) =>
        Parallel.ForEachAsync(
            Enumerable.Range(0, count),
            new ParallelOptions { MaxDegreeOfParallelism = 32 },
            async (i, ct) =>
            {
                using SecretValue value = SecretValue.FromText("value");
                await store.CreateAsync($"{prefix}-{i}", NoLabels, value, ct);
            }
        );

    private static async Task<List<DescribeOutcome>> DescribeAsync(GcpStore store, string prefix)
    {
        List<DescribeOutcome> found = [];
        string[] names = [.. Enumerable.Range(0, Secrets).Select(i => $"{prefix}-{i}")];
        await foreach (DescribeOutcome outcome in store.DescribeManyAsync(names, default))
        {
            found.Add(outcome);
        }

        return found;
    }
}
