using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Aws.Iam;
using FlowSecrets.CloudFakes.Aws.Workloads;
using FlowSecrets.CloudFakes.Faults;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Tests.Aws.Workloads;
using static FlowSecrets.Tests.Aws.Workloads.AwsWorkloadStage;

namespace FlowSecrets.Tests.Aws.Ecs;

/// <summary>An ECS service gets a new deployment when it needs one, and is waited for.</summary>
public sealed class EcsRedeployTests
{
    [Fact]
    public async Task AStaleOneIsDeployedOnceAndWaitedFor()
    {
        await using AwsWorkloadStage stage = await AwsWorkloadStage.StartAsync();
        string arn = stage.AddEcs();
        stage.Fake.Workloads.RolloutPolls = 5;
        WorkloadSecret secret = new(Secret, Two) { Since = stage.Now };
        string mark = await stage.RedeployAsync(stage.Ecs(), secret);
        Assert.Equal((1, 1), (stage.Fake.Workloads.DeploymentsOf(arn), stage.Fake.Workloads.RevisionsOf("api")));
        Assert.Equal((Two, false), Version(await stage.Ecs().StateAsync([secret], default)));
        Assert.NotEmpty(stage.Said);
        Assert.Equal(mark, await stage.RedeployAsync(stage.Ecs(), secret));
        Assert.Equal(1, stage.Fake.Workloads.DeploymentsOf(arn));
    }

    [Fact]
    public async Task OneThatIsOnItsWayIsLeftAndAlwaysIsAlways()
    {
        await using AwsWorkloadStage stage = await AwsWorkloadStage.StartAsync();
        string arn = stage.AddEcs();
        WorkloadSecret secret = new(Secret, Two) { Since = stage.Now };
        stage.Fake.Workloads.RolloutPolls = 10;
        await Task.Delay(5);
        stage.Fake.Workloads.Deploy(arn);
        string mark = await stage.Ecs().RedeployAsync([secret], false, stage.Said.Add, default);
        Assert.Equal(1, stage.Fake.Workloads.DeploymentsOf(arn));
        Assert.NotEqual(mark, await stage.RedeployAsync(stage.Ecs(), secret, always: true));
        Assert.Equal(2, stage.Fake.Workloads.DeploymentsOf(arn));
    }

    [Fact]
    public async Task SinceWhenUnknownIsStale()
    {
        await using AwsWorkloadStage stage = await AwsWorkloadStage.StartAsync();
        string arn = stage.AddEcs();
        await stage.RedeployAsync(stage.Ecs(), new WorkloadSecret(Secret, Two));
        Assert.Equal(1, stage.Fake.Workloads.DeploymentsOf(arn));
    }

    [Fact]
    public async Task PinnedOnesAreMovedAndAllElseIsKept()
    {
        await using AwsWorkloadStage stage = await AwsWorkloadStage.StartAsync();
        string arn = stage.AddEcs(
            new(StringComparer.Ordinal)
            {
                ["DB"] = $"{stage.Arn}:password::{One}",
                ["USER"] = $"{stage.Arn}:user::",
                ["P"] = "parameter",
            },
            new(StringComparer.Ordinal) { ["MODE"] = "x" }
        );
        JsonObject before = stage.Fake.Workloads.ConfigurationOf(arn);
        WorkloadSecret secret = new(Secret, Two) { Since = Long };
        await stage.RedeployAsync(stage.Ecs(), secret);
        Assert.Equal($"DB=SECRET:password::{Two} USER=SECRET:user:: P=parameter", stage.SecretsOf(arn));
        JsonObject after = stage.Fake.Workloads.ConfigurationOf(arn);
        foreach (JsonObject definition in new[] { before, after })
        {
            definition["containerDefinitions"]![0]!["secrets"] = null;
            definition.Remove("taskDefinitionArn");
            definition.Remove("revision");
            definition.Remove("registeredAt");
        }

        Assert.True(JsonNode.DeepEquals(before, after));
        Assert.Equal((Two, false), Version(await stage.Ecs().StateAsync([secret], default)));
        await stage.RedeployAsync(stage.Ecs(), secret);
        Assert.Equal((1, 2), (stage.Fake.Workloads.DeploymentsOf(arn), stage.Fake.Workloads.RevisionsOf("api")));
    }

    [Fact]
    public async Task TheValueBeforeComesAndGoes()
    {
        await using AwsWorkloadStage stage = await AwsWorkloadStage.StartAsync();
        string arn = stage.AddEcs(
            new(StringComparer.Ordinal) { ["DB"] = $"{stage.Arn}:key::" },
            new(StringComparer.Ordinal) { ["DB_OLD"] = "plain" }
        );
        WorkloadSecret secret = new(Secret, Two)
        {
            Since = Long,
            PreviousVariable = "DB_OLD",
            PreviousVersion = One,
        };
        await stage.RedeployAsync(stage.Ecs(), secret);
        Assert.Equal($"DB=SECRET:key:: DB_OLD=SECRET:key::{One}", stage.SecretsOf(arn));
        Assert.Empty(stage.Fake.Workloads.ConfigurationOf(arn)["containerDefinitions"]![0]!["environment"]!.AsArray());
        Assert.Equal((Two, false), Version(await stage.Ecs().StateAsync([secret], default)));
        await stage.RedeployAsync(stage.Ecs(), secret);
        Assert.Equal(1, stage.Fake.Workloads.DeploymentsOf(arn));
        await stage.RedeployAsync(stage.Ecs(), secret with { PreviousVersion = Two });
        Assert.Equal($"DB=SECRET:key:: DB_OLD=SECRET:key::{Two}", stage.SecretsOf(arn));
        await stage.RedeployAsync(stage.Ecs(), secret with { PreviousVersion = null });
        Assert.Equal("DB=SECRET:key::", stage.SecretsOf(arn));
        await stage.RedeployAsync(stage.Ecs(), secret with { PreviousVersion = null });
        Assert.Equal(3, stage.Fake.Workloads.DeploymentsOf(arn));
    }

    [Fact]
    public async Task AForeignVariableIsNotTakenForTheValueBefore()
    {
        await using AwsWorkloadStage stage = await AwsWorkloadStage.StartAsync();
        string arn = stage.AddEcs(new(StringComparer.Ordinal) { ["DB"] = stage.Arn, ["OLD"] = "parameter" });
        WorkloadSecret secret = new(Secret, Two)
        {
            Since = Long,
            PreviousVariable = "OLD",
            PreviousVersion = One,
        };
        await FailsAsync(ErrorIds.Conflict, () => stage.Ecs().RedeployAsync([secret], false, stage.Said.Add, default));
        await stage.Ecs().RedeployAsync([secret with { PreviousVersion = null }], false, stage.Said.Add, default);
        Assert.Equal((0, "DB=SECRET OLD=parameter"), (stage.Fake.Workloads.DeploymentsOf(arn), stage.SecretsOf(arn)));
    }

    [Theory]
    [InlineData(AwsRolloutEnd.Fails)]
    [InlineData(AwsRolloutEnd.RollsBack)]
    public async Task AFailedOneIsToldWithWhatEcsSaysAndDeployedAgain(AwsRolloutEnd end)
    {
        await using AwsWorkloadStage stage = await AwsWorkloadStage.StartAsync();
        string arn = stage.AddEcs();
        stage.Fake.Workloads.RolloutPolls = 2;
        stage.Fake.Workloads.End(end);
        WorkloadSecret secret = new(Secret, Two) { Since = stage.Now };
        FlowSecretException error = await FailsAsync(ErrorIds.WorkloadFailed, () => stage.RedeployAsync(stage.Ecs(), secret));
        Assert.Contains("tasks failed to start", error.Message, StringComparison.Ordinal);
        Assert.Contains(
            "aws ecs describe-services --cluster 'main' --services 'api' --region eu-west-1",
            error.Remedy,
            StringComparison.Ordinal
        );
        await stage.RedeployAsync(stage.Ecs(), secret);
        Assert.Equal(2, stage.Fake.Workloads.DeploymentsOf(arn));
    }

    [Fact]
    public async Task ANewerOneOfSomebodyElseEndsTheWait()
    {
        await using AwsWorkloadStage stage = await AwsWorkloadStage.StartAsync();
        string arn = stage.AddEcs();
        stage.Fake.Workloads.RolloutPolls = 100;
        string mark = await stage.Ecs().RedeployAsync([new(Secret, Two) { Since = stage.Now }], false, stage.Said.Add, default);
        stage.Fake.Workloads.Deploy(arn);
        await FailsAsync(ErrorIds.WorkloadFailed, () => stage.Ecs().WaitAsync(mark, TimeSpan.FromMinutes(9), stage.Said.Add, default));
    }

    [Fact]
    public async Task ASlowOneEndsWithItsTime()
    {
        await using AwsWorkloadStage stage = await AwsWorkloadStage.StartAsync();
        stage.AddEcs();
        stage.Fake.Workloads.RolloutPolls = int.MaxValue;
        FlowSecretException error = await FailsAsync(ErrorIds.WorkloadTimedOut, () => stage.RedeployAsync(stage.Ecs(), new(Secret, Two)));
        Assert.Equal("OperationTimeout", error.Category);
    }

    [Fact]
    public async Task NoTasksAreHealthyAtOnce()
    {
        await using AwsWorkloadStage stage = await AwsWorkloadStage.StartAsync();
        stage.AddEcs(desired: 0);
        stage.Fake.Workloads.RolloutPolls = int.MaxValue;
        await stage.RedeployAsync(stage.Ecs(), new(Secret, Two));
        Assert.Equal(WorkloadHealth.Healthy, (await stage.Ecs().StateAsync([], default)).Health);
    }

    [Theory]
    [InlineData("CODE_DEPLOY", "aws deploy create-deployment")]
    [InlineData("EXTERNAL", "services[0].taskSets")]
    public async Task AnotherControllerDeploysItself(string controller, string remedy)
    {
        await using AwsWorkloadStage stage = await AwsWorkloadStage.StartAsync();
        stage.AddEcs(controller: controller);
        FlowSecretException error = await FailsAsync(
            ErrorIds.WorkloadFailed,
            () => stage.RedeployAsync(stage.Ecs(), new(Secret, Two) { Since = stage.Now })
        );
        Assert.Contains(remedy, error.Remedy, StringComparison.Ordinal);
        Assert.Equal(0, stage.Calls("Ecs.UpdateService"));

        // Once that has been done, all goes on.
        await stage.RedeployAsync(stage.Ecs(), new(Secret, Two) { Since = Long });
    }

    [Theory]
    [InlineData(Fault.DropAfter)]
    [InlineData(Fault.ServerErrorAfter)]
    [InlineData(Fault.CutReply)]
    [InlineData(Fault.Throttle)]
    [InlineData(Fault.DropBefore)]
    public async Task ALostAnswerMakesNoSecondDeployment(Fault fault)
    {
        await using AwsWorkloadStage stage = await AwsWorkloadStage.StartAsync();
        string arn = stage.AddEcs(new(StringComparer.Ordinal) { ["DB"] = $"{stage.Arn}:::{One}" });
        foreach (
            string operation in new[]
            {
                "Ecs.UpdateService",
                "Ecs.RegisterTaskDefinition",
                "Ecs.DescribeServices",
                "Ecs.DescribeTaskDefinition",
            }
        )
        {
            stage.Fake.Faults.QueueFor(operation, fault);
        }

        await stage.RedeployAsync(stage.Ecs(), new(Secret, Two) { Since = stage.Now });
        Assert.Equal(
            (1, 2, $"DB=SECRET:::{Two}"),
            (stage.Fake.Workloads.DeploymentsOf(arn), stage.Fake.Workloads.RevisionsOf("api"), stage.SecretsOf(arn))
        );
    }

    [Fact]
    public async Task ADenialNamesActionAndResource()
    {
        await using AwsWorkloadStage stage = await AwsWorkloadStage.StartAsync();
        string arn = stage.AddEcs(new(StringComparer.Ordinal) { ["DB"] = $"{stage.Arn}:::{One}" });
        const string Reads = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"ecs:Describe*","Resource":"*"}]}""";
        const string Registers = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"ecs:*","Resource":"*"}]}""";
        AwsLogin user = stage.User(Reads);
        WorkloadSecret secret = new(Secret, Two) { Since = stage.Now };
        FlowSecretException error = await FailsAsync(ErrorIds.AccessDenied, () => stage.RedeployAsync(stage.Ecs(user.AccessKeyId), secret));
        Assert.Contains("\"Action\":\"ecs:RegisterTaskDefinition\",\"Resource\":\"*\"", error.Remedy, StringComparison.Ordinal);
        stage.Fake.Iam.PutPolicy(user.Arn, "more", Registers);
        error = await FailsAsync(ErrorIds.AccessDenied, () => stage.RedeployAsync(stage.Ecs(user.AccessKeyId), secret));
        Assert.Contains($"\"Action\":\"iam:PassRole\",\"Resource\":\"{ExecutionRole}\"", error.Remedy, StringComparison.Ordinal);
        stage.Fake.Faults.Deny("Ecs.UpdateService");
        error = await FailsAsync(ErrorIds.AccessDenied, () => stage.RedeployAsync(stage.Ecs(), secret));
        Assert.Contains($"\"Action\":\"ecs:UpdateService\",\"Resource\":\"{arn}\"", error.Remedy, StringComparison.Ordinal);
        Assert.Equal(0, stage.Fake.Workloads.DeploymentsOf(arn));
    }

    [Fact]
    public async Task TheWaitCanBeBrokenOff()
    {
        await using AwsWorkloadStage stage = await AwsWorkloadStage.StartAsync();
        stage.AddEcs();
        stage.Fake.Workloads.RolloutPolls = int.MaxValue;
        string mark = await stage.Ecs().RedeployAsync([new(Secret, Two)], false, stage.Said.Add, default);
        using CancellationTokenSource cancel = new();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            stage.Ecs().WaitAsync(mark, TimeSpan.FromDays(999), _ => cancel.Cancel(), cancel.Token)
        );
    }

    private static (string?, bool?) Version(WorkloadState state) => (state.Versions[0].Version, state.Versions[0].IsStale);
}
