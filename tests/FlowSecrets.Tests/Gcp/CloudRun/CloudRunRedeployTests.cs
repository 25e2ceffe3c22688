using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Faults;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using static FlowSecrets.Tests.Contracts.SecretStoreContract;
using static FlowSecrets.Tests.Gcp.CloudRun.CloudRunSetting;

namespace FlowSecrets.Tests.Gcp.CloudRun;

/// <summary>References move to the version, nothing else of the service changes, and two writers do not undo each other.</summary>
public sealed class CloudRunRedeployTests : IAsyncLifetime
{
    private const string Stamp = "flowsecrets.io/restarted-at";

    private static readonly WorkloadSecret Db = new("db", "7") { Since = DateTimeOffset.UtcNow - TimeSpan.FromHours(1) };

    private CloudRunSetting _setting = null!;

    public async ValueTask InitializeAsync() => _setting = await StartAsync();

    public ValueTask DisposeAsync() => _setting.DisposeAsync();

    [Fact]
    public async Task EveryReferenceMoves()
    {
        string first = Container(
            "A=db:6",
            "B=db:latest",
            "C=projects/flow-test/secrets/db:stable",
            "D=projects/123456789/secrets/db:1",
            "E=other:6",
            "F=projects/other/secrets/db:6",
            "G='6'"
        );
        _setting.Add(
            $$"""
            {"revision":"web-mine","containers":[{{first}},{{Container("A=db:7", "X=db:5")}}],"volumes":[
            {"name":"v","secret":{"secret":"db","items":[{"path":"p","version":"6","mode":256},{"path":"q","version":"latest"}]} },
            {"name":"w","secret":{"secret":"db"} },{"name":"o","secret":{"secret":"other","items":[{"path":"p","version":"6"}]} }]}
            """
        );
        string mark = await _setting.RedeployAsync(false, Db);
        Assert.Equal("2", mark);
        Assert.Equal(
            [
                "db:7",
                "db:7",
                "projects/flow-test/secrets/db:7",
                "projects/123456789/secrets/db:7",
                "other:6",
                "projects/other/secrets/db:6",
                "6",
            ],
            "ABCDEFG".Select(c => _setting.Variable(c.ToString()))
        );
        Assert.Equal(["db:7", "db:7"], "AX".Select(c => _setting.Variable(c.ToString(), 1)));
        Assert.Equal(
            """[{"name":"v","secret":{"secret":"db","items":[{"path":"p","version":"7","mode":256},{"path":"q","version":"7"}]}},"""
                + """{"name":"w","secret":{"secret":"db","items":[{"path":"db","version":"7"}]}},"""
                + """{"name":"o","secret":{"secret":"other","items":[{"path":"p","version":"6"}]}}]""",
            _setting.Template["volumes"]!.ToJsonString()
        );
        Assert.Null(_setting.Template["revision"]);
        await _setting.WaitAsync(mark);
        Assert.Equal(new WorkloadVersion("db", "7", false, "pinned"), (await _setting.Workload.StateAsync([Db], default)).Versions[0]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public async Task NothingElseChanges(int seed)
    {
        JsonObject before = new StrangeService(seed).Make("6");
        _setting.Run.AddService("flow-test", Region, "web", before);
        await _setting.RedeployAsync(false, Db);
        Assert.Equal(1, _setting.Updates);
        JsonObject after = _setting.Service;
        foreach (
            string known in (string[])
                [
                    "name",
                    "generation",
                    "createTime",
                    "updateTime",
                    "observedGeneration",
                    "latestCreatedRevision",
                    "latestReadyRevision",
                    "trafficStatuses",
                    "terminalCondition",
                    "uri",
                    "etag",
                    "reconciling",
                ]
        )
        {
            after.Remove(known);
        }

        Assert.Equal(new StrangeService(seed).Make("7").ToJsonString(), after.ToJsonString());
    }

    [Fact]
    public async Task WhatIsThereIsLeftAsItIs()
    {
        _setting.Add(OneContainer("DB=db:7"));
        Assert.Equal("1", await _setting.RedeployAsync(false, Db));
        Assert.Equal(0, _setting.Updates);
        await _setting.WaitAsync("1");
    }

    [Fact]
    public async Task WhatIsOnItsWayIsLeftAsItIs()
    {
        _setting.Add(OneContainer("DB=db:6"));
        _setting.Run.RolloutPolls = 20;
        string mark = await _setting.RedeployAsync(false, Db);
        Assert.Equal(mark, await _setting.RedeployAsync(false, Db));
        Assert.Equal(1, _setting.Updates);
        await _setting.WaitAsync(mark);
    }

    [Fact]
    public async Task WhatFailedIsDeployedAgain()
    {
        _setting.Add(OneContainer("DB=db:6"));
        _setting.Run.Failure = "Out of luck.";
        await Fails(ErrorIds.WorkloadFailed, async () => await _setting.WaitAsync(await _setting.RedeployAsync(false, Db)));
        _setting.Run.Failure = null;
        string mark = await _setting.RedeployAsync(false, Db);
        await _setting.WaitAsync(mark);
        Assert.Equal(("3", 2), (mark, _setting.Updates));
    }

    [Fact]
    public async Task AlwaysMeansAnotherRevision()
    {
        _setting.Add(OneContainer("DB=db:7"));
        string first = await _setting.RedeployAsync(true, Db);
        string? stamp = (string?)_setting.Template["annotations"]![Stamp];
        string second = await _setting.RedeployAsync(true, Db);
        await _setting.WaitAsync(second);
        Assert.Equal(("2", "3", 2), (first, second, _setting.Updates));
        Assert.NotEqual(stamp, (string?)_setting.Template["annotations"]![Stamp]);
        Assert.EndsWith("/web-00003-djz", (string?)_setting.Service["latestReadyRevision"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task AServiceThatReadsTheSecretItselfIsStartedAnewOnce()
    {
        _setting.Add(OneContainer("OTHER=other:1"), ""","annotations":{"kept":"yes"}""");
        WorkloadSecret young = Db with { Since = DateTimeOffset.UtcNow + TimeSpan.FromMinutes(1) };
        _setting.Fake.Skew = TimeSpan.FromMinutes(2);
        string mark = await _setting.RedeployAsync(false, young);
        Assert.NotNull(_setting.Template["annotations"]![Stamp]);
        await _setting.WaitAsync(mark);
        Assert.Equal(mark, await _setting.RedeployAsync(false, young));
        Assert.Equal(1, _setting.Updates);
        await _setting.RedeployAsync(false, young with { Since = null });
        Assert.Equal(2, _setting.Updates);
    }

    [Fact]
    public async Task TheVersionBeforeComesMovesAndGoes()
    {
        _setting.Add($$"""{"containers":[{{Container("DB=db:6")}},{{Container("X='1'")}}]}""");
        WorkloadSecret secret = Db with { PreviousVariable = "DB_OLD", PreviousVersion = "6" };
        await _setting.RedeployAsync(false, secret);
        Assert.Equal(("db:7", "db:6", null), (_setting.Variable("DB"), _setting.Variable("DB_OLD"), _setting.Variable("DB_OLD", 1)));
        await _setting.RedeployAsync(false, secret);
        Assert.Equal(1, _setting.Updates);
        await _setting.RedeployAsync(false, secret with { Version = "8", PreviousVersion = "7" });
        Assert.Equal(("db:8", "db:7"), (_setting.Variable("DB"), _setting.Variable("DB_OLD")));
        await _setting.RedeployAsync(false, secret with { Version = "8", PreviousVersion = null });
        Assert.Equal(("db:8", null, 3), (_setting.Variable("DB"), _setting.Variable("DB_OLD"), _setting.Updates));
    }

    [Fact]
    public async Task AnothersVariableIsNotTakenForTheVersionBefore()
    {
        _setting.Add(OneContainer("DB=db:6", "DB_OLD='mine'"));
        WorkloadSecret secret = Db with { PreviousVariable = "DB_OLD", PreviousVersion = "6" };
        FlowSecretException error = await Fails(ErrorIds.Conflict, () => _setting.RedeployAsync(false, secret));
        Assert.Equal(("DB_OLD", 0), (error.Target, _setting.Updates));
        Assert.DoesNotContain("mine", error.Message, StringComparison.Ordinal);
        await _setting.RedeployAsync(false, secret with { PreviousVersion = null });
        Assert.Equal(("db:7", "mine"), (_setting.Variable("DB"), _setting.Variable("DB_OLD")));
    }

    [Fact]
    public async Task SomebodyElsesChangeStays()
    {
        _setting.Add(OneContainer("DB=db:6"));
        _setting.Run.Conflicts = 2;
        string mark = await _setting.RedeployAsync(false, Db);
        Assert.Equal(("4", "db:7", 3), (mark, _setting.Variable("DB"), _setting.Updates));
        Assert.NotNull(_setting.Service["clientVersion"]);
        Assert.Contains(_setting.Said, static s => s.Contains("changed by somebody else", StringComparison.Ordinal));
    }

    [Fact]
    public async Task SomebodyElseForEverIsAConflict()
    {
        _setting.Add(OneContainer("DB=db:6"));
        _setting.Run.Conflicts = int.MaxValue;
        FlowSecretException error = await Fails(ErrorIds.Conflict, () => _setting.RedeployAsync(false, Db));
        Assert.Equal(("web", "db:6"), (error.Target, _setting.Variable("DB")));
    }

    [Theory]
    [InlineData(Fault.DropAfter, 1, false)]
    [InlineData(Fault.ServerErrorAfter, 1, false)]
    [InlineData(Fault.CutReply, 1, true)]
    [InlineData(Fault.EmptyReply, 1, false)]
    [InlineData(Fault.BadJson, 1, true)]
    [InlineData(Fault.DropBefore, 2, false)]
    [InlineData(Fault.ServerError, 2, true)]
    [InlineData(Fault.BadGateway, 2, false)]
    [InlineData(Fault.Throttle, 2, true)]
    [InlineData(Fault.Unavailable, 2, false)]
    public async Task ALostAnswerDeploysOnce(Fault fault, int updates, bool always)
    {
        _setting.Add(OneContainer("DB=db:6"));
        _setting.Run.RolloutPolls = 3;
        _setting.Fake.Faults.QueueFor("RunServices.Update", fault);
        string mark = await _setting.RedeployAsync(always, Db);
        await _setting.WaitAsync(mark);
        Assert.Equal(("2", "db:7", updates), (mark, _setting.Variable("DB"), _setting.Updates));
    }

    [Fact]
    public async Task ALostAnswerAndSomebodyElseAreToldApart()
    {
        _setting.Add(OneContainer("DB=db:6"));
        _setting.Run.Conflicts = 1;
        _setting.Fake.Faults.QueueFor("RunServices.Update", Fault.ServerErrorAfter, Fault.DropBefore, Fault.DropAfter);
        string mark = await _setting.RedeployAsync(false, Db);
        Assert.Equal(("3", "db:7"), (mark, _setting.Variable("DB")));
    }

    [Fact]
    public async Task WhatCannotBeFoundOutIsUncertain()
    {
        _setting.Add(OneContainer("DB=db:6"));
        _setting.Fake.Faults.QueueFor("RunServices.Update", Fault.DropAfter);
        _setting.Fake.Faults.QueueFor("RunServices.Get", [Fault.None, .. Enumerable.Repeat(Fault.HtmlOk, 3)]);
        await Fails(ErrorIds.WriteUncertain, () => _setting.RedeployAsync(false, Db));
        await _setting.WaitAsync(await _setting.RedeployAsync(false, Db));
        Assert.Equal(1, _setting.Updates);
    }

    [Fact]
    public async Task WhatCloudRunRefusesIsSaid()
    {
        _setting.Add($$"""{"annotations":{"run.googleapis.com/x":"y"},"containers":[{{Container("DB=db:6")}}]}""");
        FlowSecretException error = await Fails(ErrorIds.WorkloadFailed, () => _setting.RedeployAsync(false, Db));
        Assert.Contains("run.googleapis.com/x", error.Cause, StringComparison.Ordinal);
        Assert.Equal(
            ("Correct what it names. Look at it: gcloud run services describe 'web' --region='us-central1' --project='flow-test'", 1),
            (error.Remedy, _setting.Updates)
        );
    }

    [Fact]
    public async Task WhoMayOnlyLookIsDenied()
    {
        _setting.Add(OneContainer("DB=db:6"));
        _setting.Fake.Iam.Grant("projects/flow-test", "user:dev@example.com", "roles/run.viewer");
        FlowSecretException error = await Fails(
            ErrorIds.AccessDenied,
            () => _setting.As("as:user:dev@example.com").RedeployAsync([Db], false, _setting.Said.Add, default)
        );
        Assert.Equal(
            "Permission denied: 'run.services.update' on the Cloud Run service 'web' in us-central1 of project flow-test is not granted "
                + "to user:YOUR_ACCOUNT.",
            error.Cause
        );
        Assert.Equal(
            $"Let an owner grant it: gcloud run services add-iam-policy-binding 'web' --region='us-central1' --project='flow-test' "
                + $"--member='user:YOUR_ACCOUNT' --role='roles/run.developer'; who deploys also needs: gcloud iam service-accounts "
                + $"add-iam-policy-binding '{Account}' --project='flow-test' --member='user:YOUR_ACCOUNT' "
                + $"--role='roles/iam.serviceAccountUser'",
            error.Remedy
        );
        Assert.Equal((AccessCauses.NoGrant, "db:6"), (error.AccessCause, _setting.Variable("DB")));
    }

    [Fact]
    public async Task WhoMayNotActAsTheAccountIsDenied()
    {
        _setting.Add(OneContainer("DB=db:6"));
        _setting.Fake.Iam.Grant("projects/flow-test/locations/us-central1/services/web", "user:dev@example.com", "roles/run.developer");
        IWorkload workload = _setting.As("as:user:dev@example.com");
        FlowSecretException error = await Fails(
            ErrorIds.AccessDenied,
            () => workload.RedeployAsync([Db], false, _setting.Said.Add, default)
        );
        Assert.Equal(
            $"Let an owner grant it: gcloud iam service-accounts add-iam-policy-binding '{Account}' --project='flow-test' "
                + $"--member='user:YOUR_ACCOUNT' --role='roles/iam.serviceAccountUser'",
            error.Remedy
        );
        Assert.Contains("iam.serviceaccounts.actAs", error.Cause, StringComparison.Ordinal);
        _setting.Fake.Iam.Grant($"projects/-/serviceAccounts/{Account}", "user:dev@example.com", "roles/iam.serviceAccountUser");
        Assert.Equal("2", await workload.RedeployAsync([Db], false, _setting.Said.Add, default));
    }

    [Fact]
    public async Task AbsentOffAndCancelled()
    {
        await Fails(ErrorIds.WorkloadNotFound, () => _setting.RedeployAsync(false, Db));
        _setting.Add(OneContainer("DB=db:6"));
        _setting.Fake.EnabledApis.Disable("run");
        await Fails(ErrorIds.ApiNotEnabled, () => _setting.RedeployAsync(false, Db));
        _setting.Fake.EnabledApis.Enable("run");
        using CancellationTokenSource cancel = new();
        _setting.Fake.Faults.QueueFor("RunServices.Update", Fault.Hang);
        Task<string> running = _setting.Workload.RedeployAsync([Db], false, _setting.Said.Add, cancel.Token);
        while (_setting.Updates == 0)
        {
            await Task.Delay(5);
        }

        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Equal("db:6", _setting.Variable("DB"));
    }
}
