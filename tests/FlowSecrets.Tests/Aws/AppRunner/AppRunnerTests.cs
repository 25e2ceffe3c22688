using FlowSecrets.CloudFakes.Aws.Workloads;
using FlowSecrets.CloudFakes.Faults;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Tests.Aws.Workloads;
using static FlowSecrets.Tests.Aws.Workloads.AwsWorkloadStage;

namespace FlowSecrets.Tests.Aws.AppRunner;

/// <summary>An App Runner service: what it runs with, deployed when it needs to be, waited for.</summary>
public sealed class AppRunnerTests
{
    [Fact]
    public async Task TheLastDeploymentTellsTheVersion()
    {
        await using AwsWorkloadStage stage = await AwsWorkloadStage.StartAsync();
        string arn = stage.AddAppRunner(
            new(StringComparer.Ordinal)
            {
                ["DB"] = stage.Arn,
                ["PIN"] = stage.Arn.Replace("app/db", "app/pin", StringComparison.Ordinal) + ":::" + One,
            }
        );
        IWorkload runner = stage.AppRunner(arn);
        Assert.Equal("App Runner service web", runner.Description);
        WorkloadState state = await runner.StateAsync(
            [
                new(Secret, Two) { Since = Long },
                new(Secret, Two) { Since = stage.Now.AddSeconds(1) },
                new(Secret, Two),
                new("app/pin", Two),
                new("app/pin", One),
            ],
            default
        );
        Assert.Equal(WorkloadHealth.Healthy, state.Health);
        Assert.Equal(
            [(Two, false), (null, true), (null, null), (One, true), (One, false)],
            state.Versions.Select(static v => (v.Version, v.IsStale))
        );
    }

    [Fact]
    public async Task HealthFollowsTheStatus()
    {
        await using AwsWorkloadStage stage = await AwsWorkloadStage.StartAsync();
        string arn = stage.AddAppRunner();
        stage.Fake.Workloads.RolloutPolls = 10;
        stage.Fake.Workloads.Deploy(arn);
        Assert.Equal(WorkloadHealth.Deploying, (await stage.AppRunner(arn).StateAsync([], default)).Health);
        string other = stage.AddAppRunner();
        stage.Fake.Workloads.Pause(other);
        Assert.Equal(WorkloadHealth.Paused, (await stage.AppRunner(other).StateAsync([], default)).Health);
        await FailsAsync(ErrorIds.WorkloadNotFound, () => stage.AppRunner(arn[..^1] + "_").StateAsync([], default));
    }

    [Fact]
    public async Task AStaleOneIsDeployedOnceAndWaitedFor()
    {
        await using AwsWorkloadStage stage = await AwsWorkloadStage.StartAsync();
        string arn = stage.AddAppRunner();
        stage.Fake.Workloads.RolloutPolls = 5;
        WorkloadSecret secret = new(Secret, Two) { Since = stage.Now };
        string mark = await stage.RedeployAsync(stage.AppRunner(arn), secret);
        Assert.Equal((Two, false), Version(await stage.AppRunner(arn).StateAsync([secret], default)));
        Assert.Equal(mark, await stage.RedeployAsync(stage.AppRunner(arn), secret));
        Assert.Equal(1, stage.Fake.Workloads.DeploymentsOf(arn));
        Assert.NotEqual(mark, await stage.RedeployAsync(stage.AppRunner(arn), secret, always: true));
        Assert.Equal(2, stage.Fake.Workloads.DeploymentsOf(arn));
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 2)]
    public async Task AnotherOperationIsWaitedForOrTakenForItsOwn(bool always, int deployments)
    {
        await using AwsWorkloadStage stage = await AwsWorkloadStage.StartAsync();
        string arn = stage.AddAppRunner();
        WorkloadSecret secret = new(Secret, Two) { Since = stage.Now };
        stage.Fake.Workloads.RolloutPolls = 6;
        await Task.Delay(5);
        stage.Fake.Workloads.Deploy(arn);
        await stage.RedeployAsync(stage.AppRunner(arn), secret, always);
        Assert.Equal(deployments, stage.Fake.Workloads.DeploymentsOf(arn));
    }

    [Fact]
    public async Task AnOlderOneUnderWayIsFollowedByAnother()
    {
        await using AwsWorkloadStage stage = await AwsWorkloadStage.StartAsync();
        string arn = stage.AddAppRunner();
        stage.Fake.Workloads.RolloutPolls = 6;
        stage.Fake.Workloads.Deploy(arn);
        WorkloadSecret secret = new(Secret, Two) { Since = stage.Now.AddMilliseconds(1) };
        await Task.Delay(5);
        await stage.RedeployAsync(stage.AppRunner(arn), secret);
        Assert.Equal(2, stage.Fake.Workloads.DeploymentsOf(arn));
        Assert.Contains(stage.Said, static s => s.EndsWith("another operation is in progress", StringComparison.Ordinal));
    }

    [Fact]
    public async Task OneThatNeverEndsIsGivenUp()
    {
        await using AwsWorkloadStage stage = await AwsWorkloadStage.StartAsync();
        string arn = stage.AddAppRunner();
        stage.Fake.Workloads.RolloutPolls = int.MaxValue;
        stage.Fake.Workloads.Deploy(arn);
        FlowSecretException error = await FailsAsync(
            ErrorIds.WorkloadTimedOut,
            () => stage.AppRunner(arn).RedeployAsync([new(Secret, Two)], true, stage.Said.Add, default)
        );
        Assert.Equal("OperationTimeout", error.Category);
    }

    [Theory]
    [InlineData(AwsRolloutEnd.Fails, "FAILED")]
    [InlineData(AwsRolloutEnd.RollsBack, "ROLLBACK_SUCCEEDED")]
    public async Task AFailedOneIsToldAndDeployedAgain(AwsRolloutEnd end, string status)
    {
        await using AwsWorkloadStage stage = await AwsWorkloadStage.StartAsync();
        string arn = stage.AddAppRunner(new(StringComparer.Ordinal) { ["DB"] = $"{stage.Arn}:::{One}" });
        stage.Fake.Workloads.RolloutPolls = 2;
        stage.Fake.Workloads.End(end);
        WorkloadSecret secret = new(Secret, Two) { Since = Long };
        FlowSecretException error = await FailsAsync(ErrorIds.WorkloadFailed, () => stage.RedeployAsync(stage.AppRunner(arn), secret));
        Assert.Contains(status, error.Message, StringComparison.Ordinal);
        Assert.Contains(
            $"aws apprunner list-operations --service-arn '{arn}' --region eu-west-1; aws logs tail '/aws/apprunner/web/",
            error.Remedy,
            StringComparison.Ordinal
        );
        WorkloadState state = await stage.AppRunner(arn).StateAsync([secret], default);
        Assert.Equal((WorkloadHealth.Healthy, One, true), (state.Health, state.Versions[0].Version, state.Versions[0].IsStale));
        await stage.RedeployAsync(stage.AppRunner(arn), secret);
        Assert.Equal($"DB=SECRET:::{Two}", stage.SecretsOf(arn));
    }

    [Fact]
    public async Task APausedOneIsNotDeployed()
    {
        await using AwsWorkloadStage stage = await AwsWorkloadStage.StartAsync();
        string arn = stage.AddAppRunner();
        stage.Fake.Workloads.Pause(arn);
        FlowSecretException error = await FailsAsync(
            ErrorIds.WorkloadFailed,
            () => stage.AppRunner(arn).RedeployAsync([new(Secret, Two) { Since = Long }], false, stage.Said.Add, default)
        );
        Assert.Contains($"aws apprunner resume-service --service-arn '{arn}'", error.Remedy, StringComparison.Ordinal);
        Assert.True(await stage.AppRunner(arn).BindAsync(new("MORE", Secret), default));
    }

    [Fact]
    public async Task TheValueBeforeComesAndGoes()
    {
        await using AwsWorkloadStage stage = await AwsWorkloadStage.StartAsync();
        string arn = stage.AddAppRunner();
        WorkloadSecret secret = new(Secret, Two)
        {
            Since = Long,
            PreviousVariable = "DB_OLD",
            PreviousVersion = One,
        };
        await stage.RedeployAsync(stage.AppRunner(arn), secret);
        Assert.Equal($"DB=SECRET DB_OLD=SECRET:::{One}", stage.SecretsOf(arn));
        await stage.RedeployAsync(stage.AppRunner(arn), secret);
        Assert.Equal(1, stage.Fake.Workloads.DeploymentsOf(arn));
        await stage.RedeployAsync(stage.AppRunner(arn), secret with { PreviousVersion = null });
        Assert.Equal("DB=SECRET", stage.SecretsOf(arn));
    }

    [Theory]
    [InlineData("AppRunner.StartDeployment", Fault.DropAfter, false)]
    [InlineData("AppRunner.StartDeployment", Fault.ServerErrorAfter, false)]
    [InlineData("AppRunner.StartDeployment", Fault.Throttle, false)]
    [InlineData("AppRunner.StartDeployment", Fault.DropBefore, false)]
    [InlineData("AppRunner.UpdateService", Fault.DropAfter, true)]
    [InlineData("AppRunner.UpdateService", Fault.CutReply, true)]
    [InlineData("AppRunner.UpdateService", Fault.Throttle, true)]
    [InlineData("AppRunner.ListOperations", Fault.Throttle, false)]
    [InlineData("AppRunner.DescribeService", Fault.DropBefore, false)]
    public async Task ALostAnswerMakesNoSecondDeployment(string operation, Fault fault, bool pinned)
    {
        await using AwsWorkloadStage stage = await AwsWorkloadStage.StartAsync();
        string arn = stage.AddAppRunner(pinned ? new(StringComparer.Ordinal) { ["DB"] = $"{stage.Arn}:::{One}" } : null);
        stage.Fake.Workloads.RolloutPolls = 4;
        stage.Fake.Faults.QueueFor(operation, fault);
        WorkloadSecret secret = new(Secret, Two) { Since = stage.Now };
        await stage.RedeployAsync(stage.AppRunner(arn), secret, always: !pinned);
        Assert.Equal(
            (1, (Two, false)),
            (stage.Fake.Workloads.DeploymentsOf(arn), Version(await stage.AppRunner(arn).StateAsync([secret], default)))
        );
    }

    [Fact]
    public async Task ADenialNamesActionAndResource()
    {
        await using AwsWorkloadStage stage = await AwsWorkloadStage.StartAsync();
        string arn = stage.AddAppRunner();
        stage.Fake.Faults.Deny("AppRunner.StartDeployment");
        FlowSecretException error = await FailsAsync(
            ErrorIds.AccessDenied,
            () => stage.RedeployAsync(stage.AppRunner(arn), new(Secret, Two))
        );
        Assert.Contains($"\"Action\":\"apprunner:StartDeployment\",\"Resource\":\"{arn}\"", error.Remedy, StringComparison.Ordinal);
        stage.Fake.Faults.Deny("AppRunner.DescribeService");
        await FailsAsync(ErrorIds.AccessDenied, () => stage.AppRunner(arn).StateAsync([], default));
    }

    [Fact]
    public async Task TheWaitEndsWithItsTimeAndCanBeBrokenOff()
    {
        await using AwsWorkloadStage stage = await AwsWorkloadStage.StartAsync();
        string arn = stage.AddAppRunner();
        stage.Fake.Workloads.RolloutPolls = int.MaxValue;
        string mark = await stage.AppRunner(arn).RedeployAsync([new(Secret, Two)], false, stage.Said.Add, default);
        FlowSecretException error = await FailsAsync(
            ErrorIds.WorkloadTimedOut,
            () => stage.AppRunner(arn).WaitAsync(mark, TimeSpan.FromMinutes(5), stage.Said.Add, default)
        );
        Assert.Equal("OperationTimeout", error.Category);
        using CancellationTokenSource cancel = new();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            stage.AppRunner(arn).WaitAsync(mark, TimeSpan.FromDays(999), _ => cancel.Cancel(), cancel.Token)
        );
        using CancellationTokenSource other = new();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            stage.AppRunner(arn).RedeployAsync([new(Secret, Two)], true, _ => other.Cancel(), other.Token)
        );
    }

    [Fact]
    public async Task BindingsComeAndGoWithAllElseKept()
    {
        await using AwsWorkloadStage stage = await AwsWorkloadStage.StartAsync();
        string arn = stage.AddAppRunner([], new(StringComparer.Ordinal) { ["DB"] = "plain", ["MODE"] = "x" });
        IWorkload runner = stage.AppRunner(arn);
        stage.Fake.Workloads.RolloutPolls = 3;
        stage.Fake.Workloads.Deploy(arn);
        Assert.True(await runner.BindAsync(new("DB", Secret) { Field = "password" }, default));
        Assert.Equal("DB=SECRET:password::", stage.SecretsOf(arn));
        Assert.Equal(
            """{"MODE":"x"}""",
            stage.Fake.Workloads.ConfigurationOf(arn)["ImageRepository"]!["ImageConfiguration"]![
                "RuntimeEnvironmentVariables"
            ]!.ToJsonString()
        );
        Assert.False(await runner.BindAsync(new("DB", Secret) { Field = "password" }, default));
        await FailsAsync(ErrorIds.Conflict, () => runner.UnbindAsync(new("MODE", Secret), default));
        await FailsAsync(ErrorIds.Conflict, () => runner.UnbindAsync(new("DB", "app/other"), default));
        Assert.True(await runner.UnbindAsync(new("DB", Secret), default));
        Assert.False(await runner.UnbindAsync(new("DB", Secret), default));
        await FailsAsync(ErrorIds.SecretNotFound, () => runner.BindAsync(new("X", "none"), default));
        Assert.Equal(("", 3), (stage.SecretsOf(arn), stage.Fake.Workloads.DeploymentsOf(arn)));
        Assert.Equal("8080", (string?)stage.Fake.Workloads.ConfigurationOf(arn)["ImageRepository"]!["ImageConfiguration"]!["Port"]);
    }

    private static (string?, bool?) Version(WorkloadState state) => (state.Versions[0].Version, state.Versions[0].IsStale);
}
