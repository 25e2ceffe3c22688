using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Faults;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using static FlowSecrets.Tests.Contracts.SecretStoreContract;
using static FlowSecrets.Tests.Gcp.CloudRun.CloudRunSetting;

namespace FlowSecrets.Tests.Gcp.CloudRun;

/// <summary>Which versions a service of Cloud Run runs with, and how it is.</summary>
public sealed class CloudRunStateTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;
    private static readonly WorkloadSecret Db = new("db", "7") { Since = Now - TimeSpan.FromHours(1) };

    private CloudRunSetting _setting = null!;

    public async ValueTask InitializeAsync() => _setting = await StartAsync();

    public ValueTask DisposeAsync() => _setting.DisposeAsync();

    [Theory]
    [InlineData("DB=db:7", "7", false, "pinned")]
    [InlineData("DB=db:6", "6", true, "pinned")]
    [InlineData("DB=db:8", "8", true, "pinned")]
    [InlineData("DB=projects/flow-test/secrets/db:6", "6", true, "pinned")]
    [InlineData("DB=projects/123456789/secrets/db:6", "6", true, "pinned")]
    [InlineData("DB=projects/987654321/secrets/db:6", null, null, "not injected by Cloud Run")]
    [InlineData("DB=projects/other/secrets/db:6", null, null, "not injected by Cloud Run")]
    [InlineData("DB=db-2:6", null, null, "not injected by Cloud Run")]
    [InlineData("DB='db:6'", null, null, "not injected by Cloud Run")]
    [InlineData("DB=db:stable", null, null, "alias 'stable'")]
    [InlineData("DB=db:latest", "7", false, "'latest', started since the version is current")]
    public async Task OneVariable(string variable, string? version, bool? isStale, string source)
    {
        _setting.Add(OneContainer(variable));
        WorkloadState state = await StateAsync(Db);
        Assert.Equal(new WorkloadVersion("db", version, isStale, source), Assert.Single(state.Versions));
        Assert.Equal((WorkloadHealth.Healthy, "", true), (state.Health, state.Detail, state.HoldsValues));
        Assert.Equal(0, _setting.Updates);
    }

    [Fact]
    public async Task WhatFollowsTheNewestIsJudgedByItsStart()
    {
        _setting.Add(OneContainer("DB=db:latest"));
        Assert.Equal(
            new WorkloadVersion("db", null, true, "'latest', started before the version was current"),
            await OneAsync(Db with { Since = Now + TimeSpan.FromHours(1) })
        );
        _setting.Fake.ClearCalls();
        Assert.Equal(
            new WorkloadVersion("db", null, null, "'latest', whichever that was when an instance started"),
            await OneAsync(Db with { Since = null })
        );
        Assert.Equal(["RunServices.Get"], _setting.Fake.Calls.Select(static c => c.Operation));
    }

    [Theory]
    [InlineData("""{"secret":"db","items":[{"path":"p","version":"6"}]}""", "6", true, true)]
    [InlineData("""{"secret":"db","items":[{"path":"p","version":"7"}]}""", "7", false, true)]
    [InlineData("""{"secret":"db","items":[{"path":"p","version":"7"},{"path":"q","version":"5"}]}""", "5", true, true)]
    [InlineData("""{"secret":"db","items":[{"path":"p","version":"latest"}]}""", "7", false, false)]
    [InlineData("""{"secret":"db"}""", "7", false, false)]
    public async Task Files(string source, string version, bool isStale, bool holds)
    {
        _setting.Add($$"""{"containers":[{"image":"i"}],"volumes":[{"name":"other","emptyDir":{} },{"name":"v","secret":{{source}} }]}""");
        WorkloadState state = await StateAsync(Db);
        Assert.Equal((version, isStale, holds), (state.Versions[0].Version, state.Versions[0].IsStale, state.HoldsValues));
    }

    [Fact]
    public async Task TheVariableOfTheVersionBeforeDoesNotCount()
    {
        _setting.Add(OneContainer("DB=db:7", "DB_OLD=db:6"));
        Assert.Equal(
            new WorkloadVersion("db", "7", false, "pinned"),
            await OneAsync(Db with { PreviousVariable = "DB_OLD", PreviousVersion = "6" })
        );
        Assert.Equal(new WorkloadVersion("db", "6", true, "pinned"), await OneAsync(Db));
    }

    [Fact]
    public async Task WhileANewRevisionStartsTheOldOneCounts()
    {
        _setting.Add(OneContainer("DB=db:6"));
        _setting.Run.RolloutPolls = 5;
        await _setting.RedeployAsync(false, Db);
        WorkloadState state = await StateAsync(Db);
        Assert.Equal(
            (WorkloadHealth.Deploying, new WorkloadVersion("db", "6", true, "pinned in revision web-00001-bjz")),
            (state.Health, state.Versions[0])
        );
    }

    [Fact]
    public async Task WhenItFailsTheOldOneCounts()
    {
        _setting.Add(OneContainer("DB=db:6"));
        _setting.Run.Failure = "The container failed to start.";
        await _setting.RedeployAsync(false, Db);
        WorkloadState state = await StateAsync(Db);
        Assert.Equal((WorkloadHealth.Failed, "6", true), (state.Health, state.Versions[0].Version, state.Versions[0].IsStale));
        Assert.Contains("The container failed to start.", state.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ARevisionThatTrafficIsPinnedToCounts()
    {
        _setting.Add(OneContainer("DB=db:6"));
        Pin(_setting, ("web-00001-bjz", 100));
        await _setting.RedeployAsync(false, Db);
        WorkloadState state = await StateAsync(Db);
        Assert.Equal((WorkloadHealth.Healthy, "6", true), (state.Health, state.Versions[0].Version, state.Versions[0].IsStale));
        Assert.Equal("traffic goes to web-00001-bjz, not to the newest revision web-00002-cjz", state.Detail);
    }

    [Fact]
    public async Task TheWorstOfSplitTrafficCounts()
    {
        _setting.Add(OneContainer("DB=db:6"));
        Pin(_setting, ("web-00001-bjz", 10), (null, 90));
        await _setting.RedeployAsync(false, Db);
        Assert.Equal(new WorkloadVersion("db", "6", true, "pinned in revision web-00001-bjz"), await OneAsync(Db));
    }

    [Fact]
    public async Task TheServicesProjectOwnsPlainNames()
    {
        _setting.Run.AddService(
            "other",
            Region,
            "web",
            (JsonObject)JsonNode.Parse($$"""{"template":{{OneContainer("A=db:6", "B=projects/flow-test/secrets/db:7")}} }""")!
        );
        Assert.Equal(
            new WorkloadVersion("db", "7", false, "pinned"),
            Assert.Single((await _setting.As("any", ("project", "other")).StateAsync([Db], default)).Versions)
        );
    }

    [Fact]
    public async Task AProjectsNumberThatCannotBeLookedUpIsNotGuessed()
    {
        _setting.Add(OneContainer("DB=projects/123456789/secrets/db:6"));
        _setting.Fake.Faults.Deny("Projects.Get");
        FlowSecretException error = await Fails(ErrorIds.AccessDenied, () => StateAsync(Db));
        Assert.Contains("names secrets of a project by its number", error.Cause, StringComparison.Ordinal);
        Assert.Equal(
            "Let an owner grant it: gcloud projects add-iam-policy-binding flow-test --member='user:YOUR_ACCOUNT' "
                + "--role='roles/browser' --condition=None",
            error.Remedy
        );
    }

    [Fact]
    public async Task AnAbsentServiceIsNotFoundAndAForbiddenOneDenied()
    {
        await Fails(ErrorIds.WorkloadNotFound, () => StateAsync(Db));
        _setting.Add(OneContainer());
        FlowSecretException error = await Fails(
            ErrorIds.AccessDenied,
            () => _setting.As("as:user:dev@example.com").StateAsync([Db], default)
        );
        Assert.Equal((AccessCauses.NoGrant, "web"), (error.AccessCause, error.Target));
    }

    [Fact]
    public async Task WhatCannotBeReachedIsToldOfCloudRun()
    {
        _setting.Add(OneContainer());
        _setting.Fake.Faults.Queue([.. Enumerable.Repeat(Fault.HtmlOk, 3)]);
        FlowSecretException error = await Fails(ErrorIds.StoreUnavailable, () => StateAsync(Db));
        Assert.Equal("web", error.Target);
        _setting.Fake.Faults.Queue(Fault.Throttle, Fault.Unavailable, Fault.DropBefore, Fault.CutReply);
        Assert.Equal(WorkloadHealth.Healthy, (await StateAsync(Db)).Health);
    }

    internal static void Pin(CloudRunSetting setting, params (string? Revision, int Percent)[] targets) =>
        setting.Run.Change(
            "flow-test",
            Region,
            "web",
            service =>
                service["traffic"] = new JsonArray([
                    .. targets.Select(static t =>
                        t.Revision is null
                            ? new JsonObject { ["type"] = "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", ["percent"] = t.Percent }
                            : new JsonObject
                            {
                                ["type"] = "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION",
                                ["revision"] = t.Revision,
                                ["percent"] = t.Percent,
                            }
                    ),
                ])
        );

    private Task<WorkloadState> StateAsync(params WorkloadSecret[] secrets) => _setting.Workload.StateAsync(secrets, default);

    private async Task<WorkloadVersion> OneAsync(WorkloadSecret secret) => Assert.Single((await StateAsync(secret)).Versions);
}
