using System.Text.Json.Nodes;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Tests.Support;
using FlowSecrets.Values;
using static FlowSecrets.Tests.Kubernetes.Workloads.KubernetesStage;

namespace FlowSecrets.Tests.Kubernetes.Workloads;

/// <summary>Nothing is restarted before its Kubernetes Secrets have the current values, whatever an operator says of its refresh.</summary>
[Trait(Tier.Name, Tier.Witness)]
public sealed class KubernetesFeedTests
{
    [Fact]
    public async Task AnOperatorThatGotAnOlderVersionIsToldAgain()
    {
        await using KubernetesStage stage = await StartAsync();
        stage.Fake.StaleSyncs = 2;
        await stage.RedeployAsync(Password());
        Assert.Equal((3, 1), (stage.Fake.Syncs, stage.Patches));
        Assert.Equal("waiting until the ExternalSecret shop/db brings the current value of 'db-password'", Assert.Single(stage.Said));
    }

    [Fact]
    public async Task AnOperatorThatNeverGetsItIsGivenUpWithWhatItSays()
    {
        await using KubernetesStage stage = await StartAsync();
        stage.Fake.SyncError = "could not get secret data from provider\n##vso[x]";
        FlowSecretException error = await Fails(
            ErrorIds.WorkloadTimedOut,
            () => stage.Workload(TimeSpan.FromSeconds(30)).RedeployAsync([Password()], always: true, stage.Said.Add, default)
        );
        Assert.Contains("ExternalSecret shop/db", error.Cause, StringComparison.Ordinal);
        Assert.Contains(
            "False (SecretSyncedError): \"could not get secret data from provider # #vso[x]\"",
            error.Cause,
            StringComparison.Ordinal
        );
        Assert.Contains("kubectl --context='test' --namespace='shop' describe 'externalsecret/db'", error.Remedy, StringComparison.Ordinal);
        Assert.Equal(("OperationTimeout", "web"), (error.Category, error.Target));
        Assert.Equal(0, stage.Patches);
        Assert.InRange(stage.Fake.Syncs, 2, 5);
    }

    [Fact]
    public async Task AWaitForTheOperatorEndsWhenItIsCancelled()
    {
        await using KubernetesStage stage = await StartAsync();
        stage.Fake.StaleSyncs = 1_000_000;
        using CancellationTokenSource cancel = new();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            stage.Workload(TimeSpan.FromDays(1)).RedeployAsync([Password()], always: true, _ => cancel.Cancel(), cancel.Token)
        );
        Assert.Equal(0, stage.Patches);
    }

    [Theory]
    [InlineData("""{"refreshPolicy":"CreatedOnce"}""", "refreshPolicy CreatedOnce")]
    [InlineData("""{"refreshInterval":"0s"}""", "refreshInterval 0")]
    public async Task AnOperatorThatReadsOnceIsSaidAtOnce(string specification, string said)
    {
        await using KubernetesStage stage = await StartAsync();
        stage.Fake.AddExternalSecret("shop", "db", (JsonObject)JsonNode.Parse(specification)!);
        FlowSecretException error = await Fails(ErrorIds.WorkloadFailed, () => stage.RedeployAsync(Password()));
        Assert.Contains(said, error.Cause, StringComparison.Ordinal);
        Assert.Contains("edit 'externalsecret/db'", error.Remedy, StringComparison.Ordinal);
        Assert.Equal((0, 0), (stage.Fake.Syncs, stage.Patches));
    }

    [Fact]
    public async Task OnChangeIsToldToo()
    {
        await using KubernetesStage stage = await StartAsync();
        stage.Fake.AddExternalSecret("shop", "db", new JsonObject { ["refreshPolicy"] = "OnChange", ["refreshInterval"] = "0" });
        await stage.RedeployAsync(Password());
        Assert.Equal(1, stage.Patches);
    }

    [Fact]
    public async Task WhatNobodyRenewsIsSaidAtOnce()
    {
        await using KubernetesStage stage = await StartAsync();
        stage.Fake.AddSecret("shop", "db", DataOf(Old));
        FlowSecretException error = await Fails(ErrorIds.WorkloadFailed, () => stage.RedeployAsync(Password()));
        Assert.Contains(
            "the key 'DB_PASSWORD' of the Kubernetes Secret 'db', which DB_PASSWORD is taken from, does not have the current value",
            error.Cause,
            StringComparison.Ordinal
        );
        Assert.Contains("kubectl --context='test' --namespace='shop' describe 'secret/db'", error.Remedy, StringComparison.Ordinal);
        Assert.Equal(0, stage.Patches);
        stage.Fake.AddSecret("shop", "db", DataOf(New));
        await stage.RedeployAsync(Password());
        Assert.Equal(1, stage.Patches);
    }

    [Fact]
    public async Task AKubernetesSecretThatIsNotThereIsSaid()
    {
        await using KubernetesStage stage = await StartAsync(containers: Container("main", Variable("DB_PASSWORD", "gone", "DB_PASSWORD")));
        FlowSecretException error = await Fails(ErrorIds.WorkloadFailed, () => stage.RedeployAsync(Password()));
        Assert.Contains("there is no Kubernetes Secret 'gone' for DB_PASSWORD", error.Cause, StringComparison.Ordinal);
    }

    /// <summary>A connection string has the password in it, URL-encoded.</summary>
    [Fact]
    public async Task AnotherKeyThatStillHasTheOldPasswordIsWaitedFor()
    {
        await using KubernetesStage stage = await StartAsync(
            containers: Container("main", Variable("DB_PASSWORD", "db", "DB_PASSWORD"), Variable("DATABASE_URL", "db", "DATABASE_URL"))
        );
        int asked = 0;
        stage.Fake.Source = _ =>
            ++asked == 1 ? new Dictionary<string, string>(DataOf(New)) { ["DATABASE_URL"] = DataOf(Old)["DATABASE_URL"] } : DataOf(New);
        await stage.RedeployAsync(Password());
        Assert.Equal((2, 1), (stage.Fake.Syncs, stage.Patches));
    }

    [Fact]
    public async Task AConnectionStringAloneIsCheckedForTheOldPassword()
    {
        await using KubernetesStage stage = await StartAsync(containers: Container("main", Variable("DATABASE_URL", "db", "DATABASE_URL")));
        stage.Fake.AddSecret("shop", "db", DataOf(Old));
        FlowSecretException error = await Fails(ErrorIds.WorkloadFailed, () => stage.RedeployAsync(Password()));
        Assert.Contains(
            "the key 'DATABASE_URL' of the Kubernetes Secret 'db' still has the value before in it",
            error.Cause,
            StringComparison.Ordinal
        );
        stage.Fake.AddSecret("shop", "db", DataOf(New));
        await stage.RedeployAsync(Password());
        Assert.Equal(1, stage.Patches);
    }

    [Fact]
    public async Task TheOldPasswordInTheTemplateItselfIsSaid()
    {
        await using KubernetesStage stage = await StartAsync(
            containers: Container("main", $$"""{"name":"DATABASE_URL","value":"postgres://api:{{Uri.EscapeDataString(Old)}}@db"}""")
        );
        FlowSecretException error = await Fails(ErrorIds.WorkloadFailed, () => stage.RedeployAsync(Password()));
        Assert.Contains("the variable DATABASE_URL is plain text in the pod template", error.Cause, StringComparison.Ordinal);
    }

    /// <summary>It is what the variable is for.</summary>
    [Fact]
    public async Task TheVariableOfTheValueBeforeMayHaveIt()
    {
        await using KubernetesStage stage = await StartAsync(
            containers: Container("main", Variable("DB_PASSWORD", "db", "DB_PASSWORD"), Variable("DB_PASSWORD_OLD", "db", "BEFORE"))
        );
        stage.Fake.Source = static _ => new Dictionary<string, string>(DataOf(New)) { ["BEFORE"] = Old };
        await stage.RedeployAsync(Password() with { PreviousVariable = "DB_PASSWORD_OLD" });
        Assert.Equal(1, stage.Patches);
    }

    [Fact]
    public async Task AValueBeforeThatIsNotDeliveredIsSaid()
    {
        await using KubernetesStage stage = await StartAsync();
        await stage.RedeployAsync(Password() with { PreviousVariable = "DB_PASSWORD_OLD", PreviousVersion = "6" });
        Assert.Contains(
            "the value before of 'db-password' is not delivered: no Kubernetes Secret of the pod template has DB_PASSWORD_OLD",
            stage.Said
        );
    }

    [Fact]
    public async Task AKeyThatDoesNotGetTheValueBeforeIsSaidAndNotWaitedFor()
    {
        await using KubernetesStage stage = await StartAsync(
            containers: Container("main", Variable("DB_PASSWORD", "db", "DB_PASSWORD"), Variable("DB_PASSWORD_OLD", "db", "BEFORE"))
        );
        stage.Fake.Source = static _ => new Dictionary<string, string>(DataOf(New)) { ["BEFORE"] = "something-else" };
        using SecretValue before = SecretValue.FromText(Old);
        WorkloadSecret secret = Password();
        await stage.RedeployAsync(
            secret with
            {
                PreviousVariable = "DB_PASSWORD_OLD",
                PreviousVersion = "6",
                Outdated = [],
                Variables = new Dictionary<string, SecretValue>(secret.Variables, StringComparer.Ordinal) { ["DB_PASSWORD_OLD"] = before },
            }
        );
        Assert.Equal(1, stage.Patches);
        Assert.Contains(
            "the value before of 'db-password' is not delivered: the key 'BEFORE' of the Kubernetes Secret 'db', which DB_PASSWORD_OLD "
                + "is taken from, does not have it",
            stage.Said
        );
    }

    [Fact]
    public async Task WholeSecretsWithAPrefixAreFollowed()
    {
        const string Whole =
            """{"name":"main","image":"i","envFrom":[{"configMapRef":{"name":"c"} },{"prefix":"APP_","secretRef":{"name":"db"} }]}""";
        await using KubernetesStage stage = await StartAsync(containers: Whole);
        stage.Fake.StaleSyncs = 1;
        await stage.RedeployAsync(Password("APP_DB_PASSWORD") with { Outdated = [] });
        Assert.Equal((2, 1), (stage.Fake.Syncs, stage.Patches));
    }

    [Fact]
    public async Task ContainersThatRunBeforeAreFollowed()
    {
        await using KubernetesStage stage = await StartAsync(
            containers: Container("main"),
            more: $$""","initContainers":[{{Container("migrate", Variable("DB_PASSWORD", "db", "DB_PASSWORD"))}}]"""
        );
        await stage.RedeployAsync(Password());
        Assert.Equal((1, 1), (stage.Fake.Syncs, stage.Patches));
    }

    [Fact]
    public async Task OnlyTheCatalogsContainerIsFollowed()
    {
        string main = Container("main", Variable("DB_PASSWORD", "db", "DB_PASSWORD"));
        string side = Container("side", Variable("DB_PASSWORD", "other", "DB_PASSWORD"));
        await using KubernetesStage stage = await StartAsync(containers: $"{main},{side}");
        await stage.Workload(("container", "main")).RedeployAsync([Password()], always: false, stage.Said.Add, default);
        Assert.Equal(1, stage.Patches);
        await Fails(ErrorIds.WorkloadFailed, () => stage.RedeployAsync(Password()));
        FlowSecretException error = await Fails(
            ErrorIds.BadArgument,
            () => stage.Workload(("container", "none")).RedeployAsync([Password()], always: false, stage.Said.Add, default)
        );
        Assert.Contains("main, side", error.Remedy, StringComparison.Ordinal);
    }
}
