using FlowSecrets.CloudFakes.Aws;
using FlowSecrets.CloudFakes.Aws.SecretsManager;
using FlowSecrets.CloudFakes.Faults;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Providers.Aws.Connection;
using FlowSecrets.Providers.Aws.SecretsManager;
using FlowSecrets.Tests.Contracts;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Aws.SecretsManager;

/// <summary>What only AWS has: batches, replicas, tags, recovery, ARNs.</summary>
public sealed class AwsStoreTests : IAsyncLifetime
{
    private AwsFake _fake = null!;
    private AwsStore _store = null!;

    public async ValueTask InitializeAsync()
    {
        _fake = await AwsFake.StartAsync();
        _store = CloudStores.Aws(_fake.Endpoint);
    }

    public ValueTask DisposeAsync() => _fake.DisposeAsync();

    [Fact]
    public async Task ManyAreReadInTwentiesAllAtATime()
    {
        string[] names = await FillAsync(200);
        _fake.ClearCalls();
        _fake.Faults.Latency = TimeSpan.FromMilliseconds(30);
        Dictionary<string, string> read = await ReadAllAsync(names);
        Assert.Equal(names.Order(), read.Keys.Order());
        Assert.All(read, static r => Assert.Equal("value of " + r.Key, r.Value));
        Assert.Equal(10, _fake.Calls.Count);
        Assert.All(_fake.Calls, static c => Assert.Equal("BatchGetSecretValue", c.Operation));
        Assert.InRange(_fake.PeakConcurrentRequests, 5, 10);
    }

    [Fact]
    public async Task EachItemOfABatchHasItsOwnError()
    {
        string[] names = await FillAsync(25);
        await _store.DeleteAsync("s-3", TimeSpan.FromDays(7), default);
        await _store.CreateAsync("empty", new Dictionary<string, string>(), null, default);
        _fake.Faults.Deny("GetSecretValue", "s-5");
        Dictionary<string, string> read = await ReadAllAsync([.. names, "empty", "missing", "bad*name"]);
        Assert.Equal(28, read.Count);
        Assert.Equal(ErrorIds.PendingDeletion, read["s-3"]);
        Assert.Equal(ErrorIds.AccessDenied, read["s-5"]);
        Assert.Equal(ErrorIds.SecretHasNoVersion, read["empty"]);
        Assert.Equal(ErrorIds.SecretNotFound, read["missing"]);
        Assert.Equal(ErrorIds.InvalidName, read["bad*name"]);
        Assert.Equal("value of s-4", read["s-4"]);
    }

    [Fact]
    public async Task WhereBatchesAreNotAllowedSecretsAreReadOneByOne()
    {
        string[] names = await FillAsync(45);
        _fake.Faults.Deny("BatchGetSecretValue");
        _fake.ClearCalls();
        Assert.All(await ReadAllAsync(names), static r => Assert.Equal("value of " + r.Key, r.Value));
        _fake.ClearCalls();
        await ReadAllAsync(names);
        Assert.DoesNotContain(_fake.Calls, static c => c.Operation == "BatchGetSecretValue");
    }

    [Fact]
    public async Task TheRegionOfAnArnIsFollowed()
    {
        AwsStore elsewhere = CloudStores.Aws(_fake.Endpoint, region: "us-west-2");
        using SecretValue value = SecretValue.FromText("over there");
        await elsewhere.CreateAsync("far", new Dictionary<string, string>(), value, default);
        const string partial = "arn:aws:secretsmanager:us-west-2:123456789012:secret:far";
        using ReadSecret read = await _store.ReadAsync(partial, default, default);
        Assert.Equal("over there", read.Value.RevealText(""));
        Assert.Equal(partial, read.StoreName);
        await SecretStoreContract.Fails(ErrorIds.SecretNotFound, () => _store.ReadAsync("far", default, default));
        FlowSecretException absent = await SecretStoreContract.Fails(
            ErrorIds.SecretNotFound,
            () => _store.ReadAsync(partial + "ther", default, default)
        );
        Assert.Contains("account 123456789012 in us-west-2", absent.Message);
    }

    [Fact]
    public async Task TagsAreSetAndTakenOff()
    {
        await _store.CreateAsync("tagged", new Dictionary<string, string> { ["a"] = "1", ["b"] = "2" }, null, default);
        await _store.SetLabelsAsync(
            "tagged",
            new Dictionary<string, string>
            {
                ["a"] = "",
                ["b"] = "3",
                ["c"] = "x y:z",
            },
            default
        );
        Assert.Equal(
            new Dictionary<string, string> { ["b"] = "3", ["c"] = "x y:z" },
            (await _store.DescribeAsync("tagged", default))!.Labels.OrderBy(static l => l.Key).ToDictionary()
        );
        await SecretStoreContract.Fails(
            ErrorIds.BadArgument,
            () => _store.SetLabelsAsync("tagged", new Dictionary<string, string> { [new string('k', 129)] = "" }, default)
        );
    }

    [Fact]
    public async Task ANameIsFreeAgainSoonAfterAForcedDeletion()
    {
        await FillAsync(1);
        await _store.DeleteAsync("s-0", null, default);
        await FillAsync(1);
        Assert.Equal("value of s-0", (await ReadAllAsync(["s-0"]))["s-0"]);
    }

    [Fact]
    public async Task APendingVersionOfSomebodyElseIsNotDisturbed()
    {
        await FillAsync(1);
        using SecretValue theirs = SecretValue.FromText("theirs");
        using SecretValue ours = SecretValue.FromText("ours");
        string pending = (await _store.AddVersionAsync("s-0", theirs, Stages.Pending, null, default)).Version;
        string current = (await _store.DescribeAsync("s-0", default))!.CurrentVersion!;
        await _store.AddVersionAsync("s-0", ours, null, current, default);
        SecretVersionInfo their = (await _store.ListVersionsAsync("s-0", default)).Single(v => v.Version == pending);
        Assert.Equal([Stages.Pending], their.Stages);
        Assert.Equal("ours", (await ReadAllAsync(["s-0"]))["s-0"]);
    }

    [Fact]
    public async Task NoLabelOfOursIsLeftAfterAComparedWrite()
    {
        await FillAsync(1);
        string current = (await _store.DescribeAsync("s-0", default))!.CurrentVersion!;
        using SecretValue value = SecretValue.FromText("next");
        await _store.AddVersionAsync("s-0", value, null, current, default);
        await SecretStoreContract.Fails(ErrorIds.Conflict, () => _store.AddVersionAsync("s-0", value, null, current, default));
        Assert.Equal(
            [Stages.Current, Stages.Previous],
            (await _store.ListVersionsAsync("s-0", default)).SelectMany(static v => v.Stages).Order()
        );
    }

    [Fact]
    public async Task WritesThatCannotBecomeCurrentLeaveOneLabelBehindAtMost()
    {
        await FillAsync(1);
        string current = (await _store.DescribeAsync("s-0", default))!.CurrentVersion!;
        _fake.Faults.Deny("UpdateSecretVersionStage");
        using SecretValue value = SecretValue.FromText("next");
        for (int i = 0; i < 5; i++)
        {
            FlowSecretException error = await SecretStoreContract.Fails(
                ErrorIds.AccessDenied,
                () => _store.AddVersionAsync("s-0", value, null, current, default)
            );
            Assert.Contains("could not be made current", error.Message);
        }

        _fake.Faults.Allow();
        Assert.Equal("value of s-0", (await ReadAllAsync(["s-0"]))["s-0"]);
        Assert.Single((await _store.ListVersionsAsync("s-0", default)).SelectMany(static v => v.Stages), static s => s != Stages.Current);
        await _store.AddVersionAsync("s-0", value, null, current, default);
        Assert.Equal(
            [Stages.Current, Stages.Previous],
            (await _store.ListVersionsAsync("s-0", default)).SelectMany(static v => v.Stages).Order()
        );
    }

    [Fact]
    public async Task DeletingForGoodIsNotTakenForDoneWhereADeletionIsPending()
    {
        await FillAsync(1);
        await _store.DeleteAsync("s-0", TimeSpan.FromDays(7), default);
        _fake.Faults.QueueFor("DeleteSecret", Fault.ServerError);
        await _store.DeleteAsync("s-0", null, default);
        Assert.Null(await _store.DescribeAsync("s-0", default));
    }

    [Fact]
    public async Task NoMoreSinglesAtATimeThanAllowedWhereBatchesAreRefused()
    {
        string[] names = await FillAsync(60);
        AwsStore narrow = CloudStores.Aws(_fake.Endpoint, new AwsStoreOptions { Limits = CloudStores.Quick, ThrottleLimit = 2 });
        _fake.Faults.Deny("BatchGetSecretValue");
        _fake.ClearCalls();
        _fake.Faults.Latency = TimeSpan.FromMilliseconds(5);
        await foreach (ReadOutcome outcome in narrow.ReadManyAsync(names, default))
        {
            outcome.Dispose();
        }

        Assert.InRange(_fake.PeakConcurrentRequests, 1, 2);
    }

    [Fact]
    public async Task AccountAndIdentityAreInThePlaceOnceAsked()
    {
        Assert.Equal("eu-west-1", _store.Place.Location);
        Place place = await _store.IdentifyAsync(default);
        Assert.Equal(("123456789012/eu-west-1", "arn:aws:iam::123456789012:user/tester"), (place.Location, place.Identity));
        _fake.ClearCalls();
        await _store.IdentifyAsync(default);
        Assert.Empty(_fake.Calls);
    }

    private async Task<string[]> FillAsync(int count)
    {
        string[] names = [.. Enumerable.Range(0, count).Select(static i => $"s-{i}")];
        await Parallel.ForEachAsync(
            names,
            async (name, token) =>
            {
                using SecretValue value = SecretValue.FromText("value of " + name);
                await _store.CreateAsync(name, new Dictionary<string, string>(), value, token);
            }
        );
        return names;
    }

    /// <returns>Values, or ids of errors, by name.</returns>
    private async Task<Dictionary<string, string>> ReadAllAsync(string[] names)
    {
        Dictionary<string, string> read = [];
        await foreach (ReadOutcome outcome in _store.ReadManyAsync(names, default))
        {
            using (outcome)
            {
                read.Add(outcome.StoreName, outcome.Error?.Id ?? outcome.Secret!.Value.RevealText(""));
            }
        }

        return read;
    }
}
