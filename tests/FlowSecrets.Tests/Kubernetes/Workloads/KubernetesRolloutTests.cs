using System.Text.Json.Nodes;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Tests.Support;
using static FlowSecrets.Tests.Kubernetes.Workloads.KubernetesStage;

namespace FlowSecrets.Tests.Kubernetes.Workloads;

/// <summary>A rollout is over when all pods are new and the old ones have ended; else it says why.</summary>
[Trait(Tier.Name, Tier.Witness)]
public sealed class KubernetesRolloutTests
{
    [Theory]
    [InlineData("deployment")]
    [InlineData("statefulset")]
    [InlineData("daemonset")]
    public async Task ASlowRolloutIsWaitedForUntilTheOldPodsHaveEnded(string kind)
    {
        await using KubernetesStage stage = await StartAsync(kind);
        (stage.Fake.RolloutReads, stage.Fake.LingeringReads) = (4, 2);
        string mark = await stage.RedeployAsync(Password());
        Assert.Equal(WorkloadHealth.Deploying, (await stage.Workload().StateAsync([], default)).Health);
        await stage.WaitAsync(mark);
        Assert.Contains(
            stage.Said,
            static s => s.StartsWith("waiting for its rollout: 1 of 2 pods updated, 2 available", StringComparison.Ordinal)
        );
        Assert.Contains("waiting for its rollout: 1 old pod has not ended yet", stage.Said);
        Assert.Equal(WorkloadHealth.Healthy, (await stage.Workload().StateAsync([], default)).Health);
    }

    [Fact]
    public async Task WhoMayNotListPodsIsContentWithTheStatus()
    {
        await using KubernetesStage stage = await StartAsync();
        (stage.Fake.RolloutReads, stage.Fake.LingeringReads) = (2, 50);
        stage.Fake.Deny("list", "pods");
        await stage.WaitAsync(await stage.RedeployAsync(Password()));
    }

    [Theory]
    [InlineData("deployment")]
    [InlineData("statefulset")]
    public async Task OthersPodsWithTheSameLabelsAreNotWaitedFor(string kind)
    {
        await using KubernetesStage stage = await StartAsync(kind);
        stage.Fake.AddWorkload("deployment", "shop", "worker", new JsonObject { ["spec"] = new JsonObject() });
        stage.Fake.Edit("deployment", "shop", "worker", static d => d["spec"]!["template"]!["metadata"]!["labels"]!["app"] = "api");
        await stage.WaitAsync(await stage.RedeployAsync(Password()));
        Assert.Contains(stage.Fake.Calls, static c => c.Operation == "list pods");
    }

    [Fact]
    public async Task ARolloutWithoutProgressIsSaidWithWhatItsPodsWaitFor()
    {
        await using KubernetesStage stage = await StartAsync();
        (stage.Fake.RolloutReads, stage.Fake.RolloutFailure, stage.Fake.PodsWaitFor) = (
            2,
            "ReplicaSet \"api-1\" has timed out progressing.\n##vso[x]",
            "CrashLoopBackOff"
        );
        FlowSecretException error = await Fails(
            ErrorIds.WorkloadFailed,
            async () => await stage.WaitAsync(await stage.RedeployAsync(Password()))
        );
        Assert.Equal(
            "The rollout of deployment shop/api makes no progress: \"ReplicaSet \"api-1\" has timed out progressing. # #vso[x]\"; "
                + "container main of pod api-0: CrashLoopBackOff.",
            error.Cause
        );
        Assert.Contains(
            "kubectl --context='test' --namespace='shop' rollout status 'deployment/api'",
            error.Remedy,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "kubectl --context='test' --namespace='shop' rollout undo 'deployment/api'",
            error.Remedy,
            StringComparison.Ordinal
        );
        WorkloadState state = await stage.Workload().StateAsync([], default);
        Assert.Equal((WorkloadHealth.Failed, "ReplicaSet \"api-1\" has timed out progressing. # #vso[x]"), (state.Health, state.Detail));
    }

    [Theory]
    [InlineData("statefulset")]
    [InlineData("daemonset")]
    public async Task ARolloutThatComesToNoEndIsGivenUp(string kind)
    {
        await using KubernetesStage stage = await StartAsync(kind);
        (stage.Fake.RolloutFailure, stage.Fake.PodsWaitFor) = ("no", "ImagePullBackOff");
        FlowSecretException error = await Fails(
            ErrorIds.WorkloadTimedOut,
            async () => await stage.WaitAsync(await stage.RedeployAsync(Password()), seconds: 5)
        );
        Assert.Equal("OperationTimeout", error.Category);
        Assert.Contains("1 of 2 pods updated", error.Cause, StringComparison.Ordinal);
        Assert.Contains("container main of pod api-0: ImagePullBackOff", error.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFailedRolloutIsStartedAgain()
    {
        await using KubernetesStage stage = await StartAsync();
        stage.Fake.RolloutFailure = "late";
        string first = await stage.RedeployAsync(Password());
        await Fails(ErrorIds.WorkloadFailed, () => stage.WaitAsync(first));
        string second = await stage.RedeployAsync(Password());
        Assert.NotEqual(first, second);
        stage.Fake.RolloutFailure = null;
        await stage.WaitAsync(second);
    }

    [Fact]
    public async Task WhoeverPausesItMeanwhileIsToldHowToResumeIt()
    {
        await using KubernetesStage stage = await StartAsync();
        stage.Fake.RolloutReads = 3;
        string mark = await stage.RedeployAsync(Password());
        stage.Fake.Edit("deployment", "shop", "api", static d => d["spec"]!["paused"] = true);
        Assert.Contains(Resume, (await Fails(ErrorIds.WorkloadFailed, () => stage.WaitAsync(mark))).Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("-1")]
    public async Task WhatIsNoMarkIsRefused(string mark)
    {
        await using KubernetesStage stage = await StartAsync();
        await Fails(ErrorIds.BadArgument, () => stage.WaitAsync(mark));
        Assert.Empty(stage.Runs);
    }

    [Fact]
    public async Task AWaitEndsWhenItIsCancelled()
    {
        await using KubernetesStage stage = await StartAsync();
        stage.Fake.RolloutReads = 1_000_000;
        string mark = await stage.RedeployAsync(Password());
        using CancellationTokenSource cancel = new();
        Task waiting = stage.Workload().WaitAsync(mark, TimeSpan.FromDays(1), _ => cancel.Cancel(), cancel.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }
}
