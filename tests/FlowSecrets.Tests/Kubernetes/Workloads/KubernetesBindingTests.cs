using System.Text.Json.Nodes;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Tests.Support;
using static FlowSecrets.Tests.Kubernetes.Workloads.KubernetesStage;

namespace FlowSecrets.Tests.Kubernetes.Workloads;

/// <summary>Variables are put in and taken out one by one; the rest of the container stays as it is.</summary>
[Trait(Tier.Name, Tier.Witness)]
public sealed class KubernetesBindingTests
{
    private const string Plain = """{"name":"PLAIN","value":"x"}""";
    private const string Mapped = """{"name":"MAPPED","valueFrom":{"configMapKeyRef":{"name":"c","key":"k"} } }""";

    private static readonly WorkloadBinding Token = new("TOKEN", "token") { KubernetesSecret = "app" };

    [Theory]
    [InlineData("deployment")]
    [InlineData("statefulset")]
    [InlineData("daemonset")]
    public async Task AVariableIsPutInOnce(string kind)
    {
        await using KubernetesStage stage = await StartAsync(kind, Container("main", Plain, Mapped));
        Assert.True(await stage.Workload().BindAsync(Token, default));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Variable("TOKEN", "app", "TOKEN")), stage.Entry("TOKEN")));
        Assert.NotNull(stage.Entry("PLAIN"));
        Assert.False(await stage.Workload().BindAsync(Token, default));
        Assert.Equal(1, stage.Patches);
    }

    [Theory]
    [InlineData("PLAIN")]
    [InlineData("MAPPED")]
    public async Task WhateverHasItsNameIsReplaced(string variable)
    {
        await using KubernetesStage stage = await StartAsync(containers: Container("main", Plain, Mapped));
        Assert.True(
            await stage
                .Workload()
                .BindAsync(new WorkloadBinding(variable, "token") { KubernetesSecret = "app", KubernetesKey = "token" }, default)
        );
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Variable(variable, "app", "token")), stage.Entry(variable)));
        Assert.Equal(2, ((JsonArray)stage.Object["spec"]!["template"]!["spec"]!["containers"]![0]!["env"]!).Count);
    }

    [Fact]
    public async Task AVariableIsTakenOutOnce()
    {
        await using KubernetesStage stage = await StartAsync(containers: Container("main", Plain, Variable("TOKEN", "app", "TOKEN")));
        Assert.True(await stage.Workload().UnbindAsync(Token, default));
        Assert.Null(stage.Entry("TOKEN"));
        Assert.NotNull(stage.Entry("PLAIN"));
        Assert.False(await stage.Workload().UnbindAsync(Token, default));
        Assert.Equal(1, stage.Patches);
    }

    [Theory]
    [InlineData("""{"name":"TOKEN","value":"x"}""")]
    [InlineData("""{"name":"TOKEN","valueFrom":{"secretKeyRef":{"name":"other","key":"TOKEN"} } }""")]
    [InlineData("""{"name":"TOKEN","valueFrom":{"secretKeyRef":{"name":"app","key":"other"} } }""")]
    [InlineData("""{"name":"TOKEN","valueFrom":{"configMapKeyRef":{"name":"app","key":"TOKEN"} } }""")]
    public async Task WhatCarriesSomethingElseIsNotTakenOut(string entry)
    {
        await using KubernetesStage stage = await StartAsync(containers: Container("main", entry));
        await Fails(ErrorIds.Conflict, () => stage.Workload().UnbindAsync(Token, default));
        Assert.NotNull(stage.Entry("TOKEN"));
        Assert.Equal(0, stage.Patches);
    }

    [Fact]
    public async Task OfSeveralContainersOneIsNamed()
    {
        await using KubernetesStage stage = await StartAsync(
            containers: $"{Container("main", Plain)},{Container("side")}",
            more: $$""","initContainers":[{{Container("first")}}]"""
        );
        FlowSecretException error = await Fails(ErrorIds.BadArgument, () => stage.Workload().BindAsync(Token, default));
        Assert.Contains("main, side", error.Remedy, StringComparison.Ordinal);
        Assert.Contains(
            "first",
            (await Fails(ErrorIds.BadArgument, () => stage.Workload().BindAsync(Token with { Container = "none" }, default))).Remedy,
            StringComparison.Ordinal
        );
        Assert.True(await stage.Workload().BindAsync(Token with { Container = "side" }, default));
        Assert.True(await stage.Workload(("container", "first")).BindAsync(Token, default));
        Assert.Null(stage.Entry("TOKEN"));
        Assert.NotNull(stage.Entry("TOKEN", container: 1));
        Assert.Equal("TOKEN", (string?)stage.Object["spec"]!["template"]!["spec"]!["initContainers"]![0]!["env"]![0]!["name"]);
    }

    [Fact]
    public async Task WithoutAKubernetesSecretItIsAskedFor()
    {
        await using KubernetesStage stage = await StartAsync();
        foreach (
            Func<WorkloadBinding, CancellationToken, Task<bool>> change in (Func<WorkloadBinding, CancellationToken, Task<bool>>[])
                [stage.Workload().BindAsync, stage.Workload().UnbindAsync]
        )
        {
            Assert.Contains(
                "-KubernetesSecret",
                (await Fails(ErrorIds.BadArgument, () => change(new WorkloadBinding("TOKEN", "token"), default))).Remedy,
                StringComparison.Ordinal
            );
        }

        Assert.Empty(stage.Runs);
    }

    [Fact]
    public async Task AVersionCannotBePinned()
    {
        await using KubernetesStage stage = await StartAsync();
        await Fails(ErrorIds.BadArgument, () => stage.Workload().BindAsync(Token with { Version = "3" }, default));
        Assert.Empty(stage.Runs);
    }

    [Fact]
    public async Task SomebodyElsesChangeIsLookedAtAgain()
    {
        await using KubernetesStage stage = await StartAsync();
        stage.Fake.Conflicts = 2;
        Assert.True(await stage.Workload().BindAsync(Token, default));
        stage.Fake.Conflicts = 100;
        await Fails(ErrorIds.Conflict, () => stage.Workload().UnbindAsync(Token, default));
    }
}
