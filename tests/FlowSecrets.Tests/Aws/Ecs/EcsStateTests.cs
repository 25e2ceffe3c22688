using FlowSecrets.CloudFakes.Aws.Workloads;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Tests.Aws.Workloads;
using static FlowSecrets.Tests.Aws.Workloads.AwsWorkloadStage;

namespace FlowSecrets.Tests.Aws.Ecs;

/// <summary>What an ECS service says of itself.</summary>
public sealed class EcsStateTests
{
    [Fact]
    public async Task TheTimeOfTheDeploymentTellsTheVersion()
    {
        await using AwsWorkloadStage stage = await AwsWorkloadStage.StartAsync();
        stage.AddEcs();
        Assert.Equal("ECS service main/api", stage.Ecs().Description);
        WorkloadState state = await stage
            .Ecs()
            .StateAsync(
                [new(Secret, Two) { Since = Long }, new(Secret, Two) { Since = stage.Now.AddSeconds(1) }, new(Secret, Two)],
                default
            );
        Assert.Equal(WorkloadHealth.Healthy, state.Health);
        Assert.Equal([(Two, false), (null, true), (null, null)], state.Versions.Select(static v => (v.Version, v.IsStale)));
        Assert.Equal(0, stage.Fake.Calls.Count(static c => c.Applied && c.Operation.StartsWith("Ecs.", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(":::" + Two, Two, false)]
    [InlineData(":password::" + One, One, true)]
    [InlineData(":password::", Two, false)]
    [InlineData("::AWSCURRENT:", Two, false)]
    [InlineData("::AWSPREVIOUS:", null, null)]
    public async Task AReferenceIsReadInAllItsForms(string suffix, string? version, bool? stale)
    {
        await using AwsWorkloadStage stage = await AwsWorkloadStage.StartAsync();
        stage.AddEcs(
            new(StringComparer.Ordinal)
            {
                ["DB"] = stage.Arn + suffix,
                ["OTHER"] = stage.Arn.Replace("app/db", "app/db2", StringComparison.Ordinal) + ":::" + One,
                ["PARAMETER"] = "app/db",
            }
        );
        foreach (string name in new[] { Secret, stage.Arn, stage.Arn[..^7] })
        {
            WorkloadVersion found = Assert.Single((await stage.Ecs().StateAsync([new(name, Two) { Since = Long }], default)).Versions);
            Assert.Equal((name, version, stale), (found.StoreName, found.Version, found.IsStale));
        }
    }

    [Fact]
    public async Task WhatIsNotInjectedIsKnownOnlyAfterAStart()
    {
        await using AwsWorkloadStage stage = await AwsWorkloadStage.StartAsync();
        stage.AddEcs([]);
        WorkloadState state = await stage
            .Ecs()
            .StateAsync([new(Secret, Two) { Since = Long }, new(Secret, Two) { Since = stage.Now.AddSeconds(1) }], default);
        Assert.Equal([(Two, false), (null, null)], state.Versions.Select(static v => (v.Version, v.IsStale)));
    }

    [Fact]
    public async Task HealthFollowsTheDeployments()
    {
        await using AwsWorkloadStage stage = await AwsWorkloadStage.StartAsync();
        string arn = stage.AddEcs();
        stage.Fake.Workloads.RolloutPolls = 1;
        stage.Fake.Workloads.End(AwsRolloutEnd.Fails);
        stage.Fake.Workloads.Deploy(arn);
        Assert.Equal(WorkloadHealth.Deploying, (await stage.Ecs().StateAsync([], default)).Health);
        WorkloadState failed = await stage.Ecs().StateAsync([], default);
        Assert.Equal(WorkloadHealth.Failed, failed.Health);
        Assert.Contains("tasks failed to start", failed.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AfterARollbackNothingIsTakenForNew()
    {
        await using AwsWorkloadStage stage = await AwsWorkloadStage.StartAsync();
        string arn = stage.AddEcs();
        stage.Fake.Skew = TimeSpan.FromMinutes(3);
        DateTimeOffset since = stage.Now.AddMinutes(-1);
        stage.Fake.Workloads.End(AwsRolloutEnd.RollsBack);
        stage.Fake.Workloads.Deploy(arn);
        await stage.Ecs().StateAsync([], default);
        WorkloadState state = await stage.Ecs().StateAsync([new(Secret, Two) { Since = since }], default);
        Assert.Equal((WorkloadHealth.Healthy, true), (state.Health, state.Versions[0].IsStale));
    }

    [Fact]
    public async Task WhatIsNotThereIsToldSo()
    {
        await using AwsWorkloadStage stage = await AwsWorkloadStage.StartAsync();
        stage.AddEcs();
        await FailsAsync(
            ErrorIds.WorkloadNotFound,
            () => stage.Ecs("test", ("cluster", "main"), ("service", "none")).StateAsync([], default)
        );
        await FailsAsync(
            ErrorIds.WorkloadNotFound,
            () => stage.Ecs("test", ("cluster", "none"), ("service", "api")).StateAsync([], default)
        );
        await FailsAsync(ErrorIds.BadArgument, () => stage.Ecs("test", ("cluster", "main")).StateAsync([], default));
    }

    [Fact]
    public async Task AnArnHasItsCluster()
    {
        await using AwsWorkloadStage stage = await AwsWorkloadStage.StartAsync();
        string arn = stage.AddEcs();
        Assert.Equal(WorkloadHealth.Healthy, (await stage.Ecs("test", ("arn", arn)).StateAsync([], default)).Health);
    }
}
