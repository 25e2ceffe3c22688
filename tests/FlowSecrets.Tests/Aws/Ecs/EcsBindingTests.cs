using FlowSecrets.Errors;
using FlowSecrets.Ports;
using FlowSecrets.Tests.Aws.Workloads;
using static FlowSecrets.Tests.Aws.Workloads.AwsWorkloadStage;

namespace FlowSecrets.Tests.Aws.Ecs;

/// <summary>Secrets are injected into an ECS service and taken out.</summary>
public sealed class EcsBindingTests
{
    [Fact]
    public async Task ABindingReplacesWhatHasTheName()
    {
        await using AwsWorkloadStage stage = await AwsWorkloadStage.StartAsync();
        string arn = stage.AddEcs([], new(StringComparer.Ordinal) { ["DB"] = "plain", ["MODE"] = "x" });
        IWorkload ecs = stage.Ecs();
        Assert.True(await ecs.BindAsync(new("DB", Secret) { Field = "password" }, default));
        Assert.Equal("DB=SECRET:password::", stage.SecretsOf(arn));
        Assert.Equal(
            "MODE",
            (string?)
                Assert.Single(stage.Fake.Workloads.ConfigurationOf(arn)["containerDefinitions"]![0]!["environment"]!.AsArray())!["name"]
        );
        Assert.False(await ecs.BindAsync(new("DB", Secret) { Field = "password" }, default));
        Assert.True(await ecs.BindAsync(new("DB", Secret), default));
        Assert.Equal("DB=SECRET", stage.SecretsOf(arn));
        Assert.True(await ecs.BindAsync(new("DB", Secret) { Version = Two, Container = "api" }, default));
        Assert.Equal($"DB=SECRET:::{Two}", stage.SecretsOf(arn));
        Assert.Equal((3, 4), (stage.Fake.Workloads.DeploymentsOf(arn), stage.Fake.Workloads.RevisionsOf("api")));
    }

    [Fact]
    public async Task AVariableIsTakenOutOnlyIfItIsThat()
    {
        await using AwsWorkloadStage stage = await AwsWorkloadStage.StartAsync();
        string arn = stage.AddEcs(
            new(StringComparer.Ordinal) { ["DB"] = stage.Arn + ":password::", ["P"] = "parameter" },
            new(StringComparer.Ordinal) { ["MODE"] = "x" }
        );
        IWorkload ecs = stage.Ecs();
        await FailsAsync(ErrorIds.Conflict, () => ecs.UnbindAsync(new("P", Secret), default));
        await FailsAsync(ErrorIds.Conflict, () => ecs.UnbindAsync(new("MODE", Secret), default));
        Assert.False(await ecs.UnbindAsync(new("NONE", Secret), default));
        Assert.True(await ecs.UnbindAsync(new("DB", Secret), default));
        Assert.False(await ecs.UnbindAsync(new("DB", Secret), default));
        Assert.Equal(("P=parameter", 1), (stage.SecretsOf(arn), stage.Fake.Workloads.DeploymentsOf(arn)));
    }

    [Fact]
    public async Task WhatIsNotThereIsNotBound()
    {
        await using AwsWorkloadStage stage = await AwsWorkloadStage.StartAsync();
        string arn = stage.AddEcs();
        await FailsAsync(ErrorIds.SecretNotFound, () => stage.Ecs().BindAsync(new("X", "none"), default));
        await FailsAsync(ErrorIds.BadArgument, () => stage.Ecs().BindAsync(new("X", Secret) { Container = "none" }, default));
        Assert.Equal(0, stage.Fake.Workloads.DeploymentsOf(arn));
    }
}
