using System.Text.Json.Nodes;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Providers.Kubernetes;
using FlowSecrets.Providers.Kubernetes.Workloads;
using FlowSecrets.Tests.Support;
using FlowSecrets.Tests.Transport;
using static FlowSecrets.Tests.Kubernetes.Workloads.KubernetesStage;

namespace FlowSecrets.Tests.Kubernetes.Workloads;

/// <summary>What the cluster does not allow or does not have, and what a stranger's catalog tries.</summary>
[Trait(Tier.Name, Tier.Witness)]
public sealed class KubernetesRefusalTests
{
    [Theory]
    [InlineData("get", "deployments", "get", "see")]
    [InlineData("get", "secrets", "get", "see")]
    [InlineData("patch", "deployments", "patch", "change")]
    [InlineData("patch", "externalsecrets", "patch", "change")]
    public async Task WhatIsForbiddenIsDeniedByItsVerb(string verb, string plural, string allowed, string said)
    {
        await using KubernetesStage stage = await StartAsync();
        stage.Fake.Deny(verb, plural);
        FlowSecretException error = await Fails(ErrorIds.AccessDenied, () => stage.RedeployAsync(Password()));
        Assert.StartsWith($"The cluster does not let you {said} ", error.Cause, StringComparison.Ordinal);
        Assert.StartsWith($"Let its administrator allow '{allowed}' on it.", error.Remedy, StringComparison.Ordinal);
        Assert.Equal(AccessCauses.NoGrant, error.AccessCause);
        Assert.Equal(0, stage.Patches);
    }

    [Fact]
    public async Task WhatIsNotThereIsNotFound()
    {
        await using KubernetesStage stage = await StartAsync();
        foreach (
            Func<IWorkload, Task> call in (Func<IWorkload, Task>[])
                [
                    static w => w.StateAsync([], default),
                    static w => w.RedeployAsync([], always: true, static _ => { }, default),
                    static w => w.WaitAsync("1", TimeSpan.FromMinutes(1), static _ => { }, default),
                    static w => w.BindAsync(new WorkloadBinding("A", "a") { KubernetesSecret = "a" }, default),
                    static w => w.UnbindAsync(new WorkloadBinding("A", "a") { KubernetesSecret = "a" }, default),
                ]
        )
        {
            await Fails(ErrorIds.WorkloadNotFound, () => call(stage.Workload(("deployment", "other"))));
        }
    }

    [Fact]
    public void ItIsNamedEvenWhereTheCatalogSaysTooLittle() =>
        Assert.Equal(
            "Kubernetes workload 'web'",
            new KubernetesWorkload(
                new CatalogWorkload("web", "kubernetes", new Dictionary<string, string>()),
                StoreKind.Gcp,
                static _ => null
            ).Description
        );

    [Fact]
    public async Task ItIsNamedByItsKind()
    {
        await using KubernetesStage stage = await StartAsync();
        Assert.Equal("deployment shop/api", stage.Workload().Description);
    }

    /// <summary>kubectl would take it for an option that starts programs; a shell for a command.</summary>
    [Theory]
    [InlineData("deployment", "--kubeconfig=/tmp/evil")]
    [InlineData("namespace", "--kubeconfig=/tmp/evil")]
    [InlineData("context", "--kubeconfig=/tmp/evil")]
    [InlineData("deployment", "x';curl evil;'")]
    public async Task ACatalogsNameIsAName(string setting, string name)
    {
        await using KubernetesStage stage = await StartAsync();
        FlowSecretException error = await Assert.ThrowsAsync<FlowSecretException>(() =>
            stage.Workload((setting, name)).RedeployAsync([Password()], always: true, stage.Said.Add, default)
        );
        Assert.DoesNotContain(error.Id, (string[])[ErrorIds.UnexpectedError, ErrorIds.BadArgument]);
        Assert.DoesNotContain("curl evil", error.Remedy, StringComparison.Ordinal);
        Assert.Single(stage.Runs);
        Assert.Equal(0, stage.Patches);
    }

    /// <summary>A paused Deployment of that name is there.</summary>
    [Fact]
    public async Task ANameThatEndsAQuotationStaysOneArgument()
    {
        await using KubernetesStage stage = await StartAsync();
        stage.Fake.AddWorkload("deployment", "shop", "x'$(evil)", new JsonObject { ["spec"] = new JsonObject() });
        stage.Fake.Edit("deployment", "shop", "x'$(evil)", static d => d["spec"]!["paused"] = true);
        FlowSecretException error = await Assert.ThrowsAsync<FlowSecretException>(() =>
            stage.Workload(("deployment", "x'$(evil)")).RedeployAsync([], always: true, stage.Said.Add, default)
        );
        Assert.Equal("deployment/x'$(evil)", Assert.Single(error.Advice.Commands).Arguments[^1]);
        Assert.Contains("'deployment/x''$(evil)'", error.Remedy, StringComparison.Ordinal);
    }

    /// <summary>Its words would have a value in them.</summary>
    [Theory]
    [InlineData("""{"data":{"DB_PASSWORD":"not base64: new-pass/word+2"}}""")]
    [InlineData("""{"data":{"DB_PASSWORD":["new-pass/word+2"]}}""")]
    [InlineData("new-pass/word+2")]
    public async Task ABrokenSecretIsNotQuoted(string secret)
    {
        await using KubernetesStage stage = await StartAsync();
        stage.Answer("secret", secret);
        FlowSecretException error = await Fails(ErrorIds.StoreUnavailable, () => stage.RedeployAsync(Password()));
        Assert.Equal("secret shop/db", error.Target);
    }
}
