using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Operations.ExternalSecrets;
using FlowSecrets.Providers.Kubernetes.ExternalSecrets;
using FlowSecrets.Tests.Support;
using static FlowSecrets.Tests.Kubernetes.ExternalSecrets.ExternalSecretStage;

namespace FlowSecrets.Tests.Kubernetes.ExternalSecrets;

/// <summary>What Get-FlowExternalSecret shows, and what it asks the cluster for.</summary>
[Trait(Tier.Name, Tier.Witness)]
public sealed class ExternalSecretListTests
{
    [Fact]
    public async Task OneShowsWhatTheOperatorSays()
    {
        await using ExternalSecretStage stage = await StartAsync();
        stage.Add();
        ExternalSecretItem item = Assert.Single(await stage.GetAsync());
        Assert.Equal(("db", "shop", "test", "prod"), (item.Name, item.Namespace, item.Context, item.Environment));
        Assert.Equal(("gcp", "SecretStore", "Synced"), (item.SecretStore, item.SecretStoreKind, item.State));
        Assert.Equal(("SecretSynced", "secret synced"), (item.Reason, item.Message));
        Assert.Equal("db-k8s", item.SecretName);
        Assert.Equal(["PASSWORD"], item.SecretKeys!);
        Assert.Equal(["db"], item.Versions);
        Assert.InRange(item.Age!.Value, TimeSpan.FromSeconds(-2), TimeSpan.FromMinutes(1));
        Assert.Null(item.LastWarning);
    }

    [Fact]
    public async Task AFailureShowsItsWarning()
    {
        await using ExternalSecretStage stage = await StartAsync();
        stage.Add(key: "gone", reference: ""","version":"3" """);
        ExternalSecretItem item = Assert.Single(await stage.GetAsync());
        Assert.Equal(("Failed", "SecretSyncedError"), (item.State, item.Reason));
        Assert.StartsWith("error processing spec.data[0] (key: gone), err: ", item.LastWarning, StringComparison.Ordinal);
        Assert.Equal(["gone@3"], item.Versions);
        Assert.Empty(item.SecretKeys!);
        Assert.Null(item.LastRefresh);
    }

    /// <summary>However many there are: one call for each kind. kubectl prints the keys of Secrets alone.</summary>
    [Fact]
    public async Task ThereIsOneCallForEachKind()
    {
        await using ExternalSecretStage stage = await StartAsync();
        foreach (int i in Enumerable.Range(0, 30))
        {
            stage.Add($"db-{i}");
        }

        Assert.Equal(30, (await stage.GetAsync()).Count);
        Assert.Equal(4, stage.Cluster.Runs.Length);
        Assert.Contains(
            stage.Cluster.Runs,
            static r => r.Contains("go-template", StringComparison.Ordinal) && r.EndsWith("-- secrets", StringComparison.Ordinal)
        );
        Assert.DoesNotContain(
            stage.Cluster.Runs,
            static r => r.Contains("json", StringComparison.Ordinal) && r.EndsWith("-- secrets", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task WhatMayNotBeSeenIsLeftOpen()
    {
        await using ExternalSecretStage stage = await StartAsync();
        stage.Add();
        stage.Fake.Deny("list", "secrets");
        stage.Fake.Deny("list", "events");
        ExternalSecretItem item = Assert.Single(await stage.GetAsync());
        Assert.Equal(("Synced", null, null), (item.State, item.SecretKeys, item.LastWarning));
    }

    [Theory]
    [InlineData(true, "3", "Synced", "db@3")]
    [InlineData(true, "2", "Stale", "db@2,db@3")]
    [InlineData(false, "3", "Pending", "db@3")]
    public async Task WhatTheCsiDriverMountsHasItsVersions(bool isMounted, string version, string state, string versions)
    {
        await using ExternalSecretStage stage = await StartAsync();
        const string Id = "projects/flow-test/secrets/db/versions/latest";
        stage.Fake.AddMount("shop", "api-1", "mounted", true, (Id, "projects/1/secrets/db/versions/3"));
        stage.Fake.AddMount("shop", "api-2", "mounted", isMounted, (Id, $"projects/1/secrets/db/versions/{version}"));
        stage.Fake.AddExternalSecret("shop", "db");
        ExternalSecretItem item = Assert.Single(await stage.GetAsync(new ExternalSecretOptions { Names = ["mounted"] }));
        Assert.Equal(("mounted", "SecretProviderClass", state), (item.Name, item.SecretStoreKind, item.State));
        Assert.Equal(versions, string.Join(',', item.Versions));
        Assert.StartsWith(isMounted ? "mounted in 2 of 2 pods" : "mounted in 1 of 2 pods", item.Message, StringComparison.Ordinal);
        Assert.Empty(stage.Host.Failures);
    }

    [Fact]
    public async Task AClusterCanHaveTheDriverAndNotTheOperator()
    {
        await using ExternalSecretStage stage = await StartAsync();
        stage.Fake.NotInstalled = "external-secrets.io";
        Assert.Empty(await stage.GetAsync());
        Assert.Equal(ErrorIds.ClusterKindNotServed, Assert.Single(stage.Host.Failures).Id);
        stage.Fake.AddMount("shop", "api-1", "mounted", true, ("app/db", "4f2a"));
        Assert.Equal("app/db@4f2a", Assert.Single(Assert.Single(await stage.GetAsync()).Versions));
        Assert.Single(stage.Host.Failures);
    }

    [Fact]
    public async Task NamesAndNamespacesChoose()
    {
        await using ExternalSecretStage stage = await StartAsync();
        stage.Add("db-a");
        stage.Add("db-b");
        stage.Add("other");
        Assert.Equal(["db-a", "db-b"], (await stage.GetAsync(new ExternalSecretOptions { Names = ["db-*"] })).Select(static i => i.Name));
        stage.Fake.AddExternalSecret("second", "there");
        Assert.Equal("there", Assert.Single(await stage.GetAsync(new ExternalSecretOptions { Namespace = "second" })).Name);
        Assert.Equal("Pending", Assert.Single(await stage.GetAsync(new ExternalSecretOptions { Namespace = "second" })).State);
    }

    [Fact]
    public async Task WithoutACatalogKubectlChooses()
    {
        await using ExternalSecretStage stage = await StartAsync();
        File.Delete(stage.Cluster.Sandbox.File("flowsecrets.yaml"));
        stage.Fake.AddExternalSecret("default", "there");
        ExternalSecretItem item = Assert.Single(await stage.GetAsync());
        Assert.Equal(("there", "default", null), (item.Name, item.Namespace, item.Context));
        Assert.All(stage.Cluster.Runs, static r => Assert.DoesNotContain("--namespace", r, StringComparison.Ordinal));
    }

    /// <summary>A name from a cluster or a catalog is never an option of kubectl.</summary>
    [Fact]
    public async Task NamesAreNoOptions()
    {
        await using ExternalSecretStage stage = await StartAsync();
        stage.Add();
        await stage.TestAllAsync();
        await stage.SyncAllAsync();
        Assert.All(stage.Cluster.Runs, static r => Assert.Contains(" -- ", r, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("1h0m0s", 3600.0)]
    [InlineData("90s", 90.0)]
    [InlineData("1.5h", 5400.0)]
    [InlineData("0", 0.0)]
    [InlineData("500ms", 0.5)]
    [InlineData("1d", null)]
    [InlineData("h", null)]
    [InlineData("", null)]
    [InlineData("99999999999999999h", null)]
    public void IntervalsAreDurationsOfGo(string text, double? seconds) =>
        Assert.Equal(seconds, ExternalSecretReader.IntervalOf(text)?.TotalSeconds);

    [Theory]
    [InlineData("latest", null, null)]
    [InlineData("AWSCURRENT", null, null)]
    [InlineData("7", "7", null)]
    [InlineData("uuid/4f2a", "4f2a", null)]
    [InlineData("AWSPREVIOUS", null, "previous")]
    [InlineData("blue", null, "blue")]
    public void VersionsHaveTheOperatorsWords(string text, string? version, string? stage) =>
        Assert.Equal(new VersionSelector(version, stage), ExternalSecretStore.SelectorOf(text));
}
