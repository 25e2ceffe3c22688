using System.Text.Json.Nodes;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Tests.Support;
using static FlowSecrets.Tests.Kubernetes.Workloads.KubernetesStage;

namespace FlowSecrets.Tests.Kubernetes.Workloads;

/// <summary>A workload is restarted once, with the versions written beside it, and only where that leads to the new value.</summary>
[Trait(Tier.Name, Tier.Witness)]
public sealed class KubernetesRedeployTests
{
    [Theory]
    [InlineData("deployment")]
    [InlineData("statefulset")]
    [InlineData("daemonset")]
    public async Task ItRestartsWithTheNewValueAndSaysWhich(string kind)
    {
        await using KubernetesStage stage = await StartAsync(kind);
        stage.Fake.RolloutReads = 3;
        string mark = await stage.RedeployAsync(Password());
        Assert.Equal("2", mark);
        Assert.Equal(1, stage.Fake.Syncs);
        Assert.Equal("""{"db-password":"7"}""", stage.Annotation("flowsecrets.io/versions"));
        Assert.True(DateTimeOffset.TryParse(stage.Annotation("kubectl.kubernetes.io/restartedAt"), out _));
        await stage.WaitAsync(mark);
        WorkloadState state = await stage.Workload().StateAsync([Password()], default);
        Assert.Equal(
            (WorkloadHealth.Healthy, new WorkloadVersion("db-password", "7", false, "annotation")),
            (state.Health, Assert.Single(state.Versions))
        );
    }

    [Fact]
    public async Task WhatOthersHaveInTheTemplateStays()
    {
        await using KubernetesStage stage = await StartAsync();
        stage.Fake.Edit(
            "deployment",
            "shop",
            "api",
            static d =>
                d["spec"]!["template"]!["metadata"]!["annotations"]!["flowsecrets.io/versions"] = """{"other":"3","db-password":"6"}"""
        );
        JsonNode before = stage.Object["spec"]!.DeepClone();
        await stage.RedeployAsync(Password());
        Assert.Equal("a", stage.Annotation("team"));
        Assert.Equal("""{"db-password":"7","other":"3"}""", stage.Annotation("flowsecrets.io/versions"));
        JsonNode after = stage.Object["spec"]!;
        after["template"]!["metadata"]!["annotations"] = before["template"]!["metadata"]!["annotations"]!.DeepClone();
        Assert.True(JsonNode.DeepEquals(before, after));
    }

    [Fact]
    public async Task WhatRunsWithItAlreadyIsLeftAloneUnlessAlways()
    {
        await using KubernetesStage stage = await StartAsync();
        string first = await stage.RedeployAsync(Password());
        Assert.Equal(first, await stage.RedeployAsync(Password()));
        Assert.Equal(1, stage.Patches);
        string? restarted = stage.Annotation("kubectl.kubernetes.io/restartedAt");
        Assert.Equal("3", await stage.Workload().RedeployAsync([Password()], always: true, stage.Said.Add, default));
        Assert.NotEqual(restarted, stage.Annotation("kubectl.kubernetes.io/restartedAt"));
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 1)]
    public async Task WithoutSecretsOnlyAlwaysRestarts(bool always, int patches)
    {
        await using KubernetesStage stage = await StartAsync();
        await stage.Workload().RedeployAsync([], always, stage.Said.Add, default);
        Assert.Equal(patches, stage.Patches);
        Assert.Null(stage.Annotation("flowsecrets.io/versions"));
        Assert.Equal(0, stage.Fake.Syncs);
    }

    [Fact]
    public async Task WhatFetchesItsValuesItselfIsJustRestarted()
    {
        await using KubernetesStage stage = await StartAsync(containers: Container("main"));
        await stage.RedeployAsync(Password());
        Assert.Equal((1, 0), (stage.Patches, stage.Fake.Syncs));
        Assert.Equal(0, stage.Fake.Calls.Count(static c => c.Operation == "get secrets"));
    }

    [Fact]
    public async Task APausedDeploymentIsRefusedWithTheCommandThatResumesIt()
    {
        await using KubernetesStage stage = await StartAsync();
        stage.Fake.Edit("deployment", "shop", "api", static d => d["spec"]!["paused"] = true);
        FlowSecretException error = await Fails(ErrorIds.WorkloadFailed, () => stage.RedeployAsync(Password()));
        Assert.Contains(Resume, error.Remedy, StringComparison.Ordinal);
        Assert.Equal((0, 0), (stage.Patches, stage.Fake.Syncs));
        Assert.Equal(WorkloadHealth.Paused, (await stage.Workload().StateAsync([], default)).Health);
    }

    [Theory]
    [InlineData("daemonset", """{"type":"OnDelete"}""", "OnDelete")]
    [InlineData("statefulset", """{"type":"RollingUpdate","rollingUpdate":{"partition":1}}""", "partition 1")]
    public async Task PodsThatWouldStayAreSaid(string kind, string strategy, string said)
    {
        await using KubernetesStage stage = await StartAsync(kind);
        stage.Fake.Edit(kind, "shop", "api", w => w["spec"]!["updateStrategy"] = JsonNode.Parse(strategy));
        FlowSecretException error = await Fails(ErrorIds.WorkloadFailed, () => stage.RedeployAsync(Password()));
        Assert.Contains(said, error.Cause, StringComparison.Ordinal);
        Assert.Equal(0, stage.Patches);

        // A rotation asks before it changes anything.
        WorkloadState state = await stage.Workload().StateAsync([], default);
        Assert.Equal(WorkloadHealth.Paused, state.Health);
        Assert.Contains(said, state.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SomebodyElsesChangeIsLookedAtAgainButAControllersDoesNotKeepItForever()
    {
        await using KubernetesStage stage = await StartAsync();
        stage.Fake.Conflicts = 2;
        await stage.RedeployAsync(Password());
        Assert.Equal(1, stage.Patches);
        stage.Fake.Conflicts = 100;
        await stage.Workload().RedeployAsync([], always: true, stage.Said.Add, default);
        Assert.Equal(2, stage.Patches);
        Assert.Equal(96, stage.Fake.Conflicts);
    }

    /// <summary>Other users of the machine see a program's arguments.</summary>
    [Fact]
    public async Task NoValueIsInKubectlsArgumentsOrInWhatIsSaid()
    {
        await using KubernetesStage stage = await StartAsync();
        (stage.Fake.RolloutReads, stage.Fake.LingeringReads, stage.Fake.StaleSyncs) = (3, 2, 2);
        await stage.WaitAsync(await stage.RedeployAsync(Password()));
        WorkloadState state = await stage.Workload().StateAsync([Password("ELSE")], default);
        await stage
            .Workload()
            .BindAsync(new WorkloadBinding("ELSE", "db-password") { KubernetesSecret = "db", KubernetesKey = "DB_PASSWORD" }, default);
        Assert.All([.. stage.Runs, .. stage.Said, state.ToString(), .. state.Versions.Select(static v => v.ToString())], ShowsNoValue);
        Assert.NotEmpty(stage.Said);
    }
}
