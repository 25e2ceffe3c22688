using System.Text.Json.Nodes;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using static FlowSecrets.Tests.Contracts.SecretStoreContract;
using static FlowSecrets.Tests.Gcp.CloudRun.CloudRunSetting;

namespace FlowSecrets.Tests.Gcp.CloudRun;

/// <summary>A deployment is over when all traffic is on a revision that is ready; else it says why, and what still serves.</summary>
public sealed class CloudRunWaitTests : IAsyncLifetime
{
    private static readonly WorkloadSecret Db = new("db", "7");

    private CloudRunSetting _setting = null!;

    public async ValueTask InitializeAsync() => _setting = await StartAsync(OneContainer("DB=db:6"));

    public ValueTask DisposeAsync() => _setting.DisposeAsync();

    [Fact]
    public async Task ASlowRolloutIsWaitedFor()
    {
        _setting.Run.RolloutPolls = 12;
        await _setting.WaitAsync(await _setting.RedeployAsync(false, Db));
        Assert.EndsWith("/web-00002-cjz", (string?)_setting.Service["latestReadyRevision"], StringComparison.Ordinal);
        Assert.Equal(
            "Waiting for revision web-00002-cjz of the Cloud Run service 'web' in us-central1 of project flow-test",
            Assert.Single(_setting.Said)
        );
    }

    [Fact]
    public async Task UntilItsTimeHasComeItIsDeploying()
    {
        _setting.Run.RolloutTime = TimeSpan.FromHours(1);
        string mark = await _setting.RedeployAsync(false, Db);
        Assert.Equal(WorkloadHealth.Deploying, (await _setting.Workload.StateAsync([Db], default)).Health);
        _setting.Fake.Skew = TimeSpan.FromHours(2);
        await _setting.WaitAsync(mark);
    }

    [Fact]
    public async Task ARevisionThatFailsLeavesTheOldOneServing()
    {
        _setting.Run.RolloutPolls = 2;
        _setting.Run.Failure = "The user-provided container failed to start\nand listen on the port ##vso[x].";
        FlowSecretException error = await Fails(
            ErrorIds.WorkloadFailed,
            async () => await _setting.WaitAsync(await _setting.RedeployAsync(false, Db))
        );
        Assert.Equal(
            "The new revision of the Cloud Run service 'web' in us-central1 of project flow-test did not become ready: \"Revision "
                + "'web-00002-cjz' is not ready and cannot serve traffic. The user-provided container failed to start and listen on the "
                + "port # #vso[x].\"; traffic stays on revision web-00001-bjz.",
            error.Cause
        );
        Assert.Equal(
            "Look at it: gcloud run services describe 'web' --region='us-central1' --project='flow-test'; its log: gcloud logging read "
                + "'resource.type=cloud_run_revision AND resource.labels.revision_name=web-00002-cjz' --project='flow-test' --limit=50. "
                + "Then run the same command again.",
            error.Remedy
        );
        Assert.Equal("web", error.Target);
        Assert.EndsWith("/web-00001-bjz", (string?)_setting.Service["latestReadyRevision"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task PlainValuesOfTheServiceAreNotShown()
    {
        _setting.Add(OneContainer("DB=db:6", "TOKEN='hunter22-hunter22'"));
        _setting.Run.Failure = "Bad environment: hunter22-hunter22.";
        FlowSecretException error = await Fails(
            ErrorIds.WorkloadFailed,
            async () => await _setting.WaitAsync(await _setting.RedeployAsync(false, Db))
        );
        WorkloadState state = await _setting.Workload.StateAsync([Db], default);
        Assert.All(
            [error.Message, state.Detail, .. _setting.Said],
            static s => Assert.DoesNotContain("hunter22", s, StringComparison.Ordinal)
        );
        Assert.Contains("Bad environment: ••••.", error.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ASecretThatTheAccountMayNotReadNamesTheGrant()
    {
        _setting.Run.ChecksSecretAccess = true;
        FlowSecretException error = await Fails(
            ErrorIds.WorkloadFailed,
            async () => await _setting.WaitAsync(await _setting.RedeployAsync(false, Db))
        );
        Assert.Contains("Permission denied on secret: projects/123456789/secrets/db/versions/7", error.Cause, StringComparison.Ordinal);
        Assert.Equal(
            $"Let an owner grant it: gcloud secrets add-iam-policy-binding db --project=123456789 --member='serviceAccount:{Account}' "
                + $"--role='roles/secretmanager.secretAccessor' --condition=None. Then run the same command again.",
            error.Remedy
        );
        _setting.Fake.Iam.Grant("projects/flow-test", "serviceAccount:" + Account, "roles/secretmanager.secretAccessor");
        error = await Fails(ErrorIds.WorkloadFailed, async () => await _setting.WaitAsync(await _setting.RedeployAsync(false, Db)));
        Assert.Contains("was not found", error.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NoEndIsATimeout()
    {
        _setting.Run.RolloutPolls = int.MaxValue;
        string mark = await _setting.RedeployAsync(false, Db);
        FlowSecretException error = await Fails(ErrorIds.WorkloadTimedOut, () => _setting.WaitAsync(mark, 60));
        Assert.Equal(
            (
                "OperationTimeout",
                "The new revision of the Cloud Run service 'web' in us-central1 of project flow-test is not ready after 60 s; traffic "
                    + "stays on revision web-00001-bjz until then."
            ),
            (error.Category, error.Cause)
        );
        Assert.InRange(_setting.Fake.Calls.Count(static c => c.Operation == "RunServices.Get"), 10, 40);
    }

    [Fact]
    public async Task TrafficThatIsPinnedElsewhereIsNotRunningWithTheNewVersion()
    {
        CloudRunStateTests.Pin(_setting, ("web-00001-bjz", 100));
        FlowSecretException error = await Fails(
            ErrorIds.WorkloadFailed,
            async () => await _setting.WaitAsync(await _setting.RedeployAsync(false, Db))
        );
        Assert.Equal(
            "The new revision web-00002-cjz of the Cloud Run service 'web' in us-central1 of project flow-test is ready, but does not "
                + "get all of its traffic: 100 % to web-00001-bjz.",
            error.Cause
        );
        Assert.Equal(
            "Send it all there: gcloud run services update-traffic 'web' --region='us-central1' --project='flow-test' --to-latest. Then "
                + "run the same command again.",
            error.Remedy
        );
        CloudRunStateTests.Pin(_setting, ("web-00001-bjz", 5), (null, 95));
        await Fails(ErrorIds.WorkloadFailed, async () => await _setting.WaitAsync(await _setting.RedeployAsync(false, Db)));
        CloudRunStateTests.Pin(_setting, ("web-00001-bjz", 0), ("web-00002-cjz", 100));
        await _setting.WaitAsync(await _setting.RedeployAsync(false, Db));
    }

    [Fact]
    public async Task ALaterDeploymentCountsToo()
    {
        string mark = await _setting.RedeployAsync(false, Db);
        _setting.Run.Change("flow-test", Region, "web", static service => service["template"]!["labels"] = new JsonObject { ["a"] = "b" });
        await _setting.WaitAsync(mark);
    }

    [Fact]
    public async Task ADeletedServiceAndAStrangeMark()
    {
        await Fails(
            ErrorIds.WorkloadNotFound,
            () => _setting.As("any", ("service", "gone")).WaitAsync("2", TimeSpan.FromSeconds(5), _setting.Said.Add, default)
        );
        await Fails(ErrorIds.BadArgument, () => _setting.WaitAsync("x"));
    }

    [Fact]
    public async Task CancellingEndsIt()
    {
        _setting.Run.RolloutPolls = int.MaxValue;
        string mark = await _setting.RedeployAsync(false, Db);
        using CancellationTokenSource cancel = new();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            _setting.Workload.WaitAsync(mark, TimeSpan.FromDays(1), _ => cancel.Cancel(), cancel.Token)
        );
    }
}
