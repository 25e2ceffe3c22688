using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Kubernetes;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Operations;
using FlowSecrets.Operations.ExternalSecrets;
using FlowSecrets.Tests.Support;
using static FlowSecrets.Tests.Kubernetes.ExternalSecrets.ExternalSecretStage;
using static FlowSecrets.Tests.Kubernetes.ExternalSecrets.OldDelivery;

namespace FlowSecrets.Tests.Kubernetes.ExternalSecrets;

/// <summary>A refresh ends when the Kubernetes Secret has the value, whatever the operator says of it.</summary>
[Trait(Tier.Name, Tier.Witness)]
public sealed class ExternalSecretSyncTests
{
    [Fact]
    public async Task ItWaitsForTheNewValue()
    {
        await using ExternalSecretStage stage = await WithOldAsync();
        ExternalSecretChange change = await stage.SyncAsync();
        Assert.Equal(
            (ItemStatus.Updated, "db", "shop", "test", "db-k8s"),
            (change.Status, change.Name, change.Namespace, change.Context, change.SecretName)
        );
        Assert.Equal(["db@2"], change.Versions);
        Assert.Null(change.Message);
        Assert.Equal(New, Delivered(stage));
        ExternalSecretChange again = await stage.SyncAsync();
        Assert.Equal((ItemStatus.Unchanged, "db@2"), (again.Status, Assert.Single(again.Versions)));
    }

    /// <summary>SecretSyncedError, its cause, the named commands, and then the value.</summary>
    [Fact]
    public async Task AFailureIsExplainedAndAfterItsCommandsTheNewVersionIsThere()
    {
        await using ExternalSecretStage stage = await StartAsync();
        stage.Add(key: "gone");
        ExternalSecretTest test = await stage.TestAsync();
        Assert.Equal(("Failed", AccessCauses.SecretNotFound), (test.State, test.Cause));
        Assert.Contains("New-FlowSecret 'gone' -Environment 'prod'", test.Remedy!, StringComparison.Ordinal);
        await stage.CreateAsync("gone", New);
        test = await stage.TestAsync();
        Assert.Equal(("Failed", AccessCauses.NoGrant), (test.State, test.Cause));
        Assert.Contains("add-iam-policy-binding gone", test.Remedy!.Replace("'", "", StringComparison.Ordinal), StringComparison.Ordinal);
        stage.Grant("gone");
        ExternalSecretChange change = await stage.SyncAsync();
        Assert.Equal((ItemStatus.Updated, "gone@1"), (change.Status, Assert.Single(change.Versions)));
        await stage.Says("Synced", null, null);
    }

    /// <summary>Its refresh succeeded and its refreshTime moved, with the older version.</summary>
    [Fact]
    public async Task AnOperatorThatGotAnOlderVersionIsToldAgain()
    {
        await using ExternalSecretStage stage = await WithOldAsync();
        Func<ExternalRead, string> cloud = stage.Fake.Cloud!;
        int reads = 0;
        stage.Fake.Cloud = r => ++reads < 3 ? Canary : cloud(r);
        Assert.Equal(ItemStatus.Updated, (await stage.SyncAsync()).Status);
        Assert.Equal(3, reads);
    }

    [Fact]
    public async Task AValueThatNeverComesEndsWithTheLastWarning()
    {
        await using ExternalSecretStage stage = await WithOldAsync();
        stage.World.Iam.Revoke("projects/flow-test/secrets/db", Eso, Gcp.Iam.GcpAccessWorld.Accessor);
        FlowSecretException error = await stage.Fails(
            ErrorIds.ExternalSecretTimedOut,
            new SyncExternalSecretOptions { Wait = true, Timeout = TimeSpan.FromSeconds(30) }
        );
        Assert.StartsWith(
            "ExternalSecret shop/db did not bring the value within 30 s: the key 'PASSWORD' of the Kubernetes Secret 'db-k8s' does not "
                + "have the value of version 2 of 'db'; its Ready condition is False (SecretSyncedError): \"could not get secret data from "
                + "provider\"; its last warning: \"error processing spec.data[0] (key: db), err: unable to access Secret from "
                + "SecretManager Client: rpc error: code = PermissionDenied",
            error.Cause,
            StringComparison.Ordinal
        );
        Assert.Equal("Find out why: Test-FlowExternalSecret 'db' -Namespace 'shop' -Context 'test'", error.Remedy);
        Assert.Equal(("OperationTimeout", "db"), (error.Category, error.Target));
        ShowsNoValue(error.ToString());
    }

    [Theory]
    [InlineData(""","refreshPolicy":"CreatedOnce" """, "refreshPolicy CreatedOnce", """{"spec":{"refreshPolicy":"Periodic"}}""")]
    [InlineData(""","refreshInterval":"0s" """, "refreshInterval 0", """{"spec":{"refreshInterval":"1h"}}""")]
    public async Task WhatCanNeverComeIsAnErrorBeforeTheWait(string more, string why, string patch)
    {
        await using ExternalSecretStage stage = await StartAsync();
        stage.Add(more: more);
        int syncs = stage.Fake.Syncs;
        FlowSecretException error = await stage.Fails(ErrorIds.ExternalSecretNeverRefreshed);
        Assert.Contains($"({why})", error.Cause, StringComparison.Ordinal);
        Assert.EndsWith($"{Kubectl} patch 'externalsecret/db' --type=merge --patch='{patch}'", error.Remedy, StringComparison.Ordinal);
        Assert.Equal((syncs, 0), (stage.Fake.Syncs, stage.Host.Actions.Count));
    }

    [Fact]
    public async Task ASuspendedOperatorIsAnErrorBeforeTheWait()
    {
        await using ExternalSecretStage stage = await WithOldAsync();
        stage.Fake.AddOperator("external-secrets", replicas: 0, ready: 0);
        int syncs = stage.Fake.Syncs;
        FlowSecretException error = await stage.Fails(ErrorIds.ExternalSecretNeverRefreshed);
        Assert.Equal(
            "Start it: kubectl --context='test' --namespace='external-secrets' scale 'deployment/external-secrets' --replicas=1",
            error.Remedy
        );
        Assert.Equal(("db", syncs), (error.Target, stage.Fake.Syncs));
    }

    [Fact]
    public async Task AnOperatorThatMayNotBeSeenIsTakenToRun()
    {
        await using ExternalSecretStage stage = await WithOldAsync();
        stage.Fake.Deny("list", "deployments");
        Assert.Equal(ItemStatus.Updated, (await stage.SyncAsync()).Status);
    }

    [Fact]
    public async Task WithoutAWaitItIsOnlyTold()
    {
        await using ExternalSecretStage stage = await WithOldAsync();
        int syncs = stage.Fake.Syncs;
        ExternalSecretChange change = await stage.SyncAsync(new SyncExternalSecretOptions());
        Assert.Equal((ItemStatus.Requested, syncs + 1), (change.Status, stage.Fake.Syncs));
        Assert.Empty(change.Versions);
        Assert.DoesNotContain(
            stage.World.Fake.Calls,
            static c =>
                c.Headers.TryGetValue("Authorization", out string? by)
                && by.EndsWith("owner", StringComparison.Ordinal)
                && c.Operation.Contains("Access", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task AVersionIsWaitedForByItsNumber()
    {
        await using ExternalSecretStage stage = await WithOldAsync();
        Assert.Equal(["db@2"], (await stage.SyncAsync(new SyncExternalSecretOptions { Version = "2" })).Versions);
        FlowSecretException error = await stage.Fails(
            ErrorIds.ExternalSecretTimedOut,
            new SyncExternalSecretOptions { Version = "1", Timeout = TimeSpan.FromSeconds(20) }
        );
        Assert.Contains("does not have the value of version 1 of 'db'", error.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AVersionThatIsNotThereIsTheStoresError()
    {
        await using ExternalSecretStage stage = await WithOldAsync();
        FlowSecretException error = await stage.Fails(ErrorIds.VersionNotFound, new SyncExternalSecretOptions { Version = "9" });
        Assert.Contains("Get-FlowSecretVersion 'db' -Environment 'prod'", error.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AVersionThatTheManifestDoesNotBringIsRefused()
    {
        await using ExternalSecretStage stage = await WithOldAsync();
        stage.Add(reference: ""","version":"1" """);
        FlowSecretException error = await stage.Fails(ErrorIds.BadArgument, new SyncExternalSecretOptions { Version = "2" });
        Assert.Contains("pins version 1", error.Cause, StringComparison.Ordinal);
        Assert.Equal(["db@1"], (await stage.SyncAsync()).Versions);
    }

    [Fact]
    public async Task AVersionOfSeveralSecretsIsRefused()
    {
        await using ExternalSecretStage stage = await StartAsync();
        await stage.CreateAsync("second", Canary);
        stage.Grant("second");
        stage.Add(
            data: """
            "data":[{"secretKey":"A","remoteRef":{"key":"db"}},{"secretKey":"B","remoteRef":{"key":"second"}}]
            """
        );
        FlowSecretException error = await stage.Fails(ErrorIds.BadArgument, new SyncExternalSecretOptions { Version = "1" });
        Assert.Contains("delivers 2 secrets", error.Cause, StringComparison.Ordinal);
        Assert.Equal(["db@1", "second@1"], (await stage.SyncAsync()).Versions);
    }

    [Fact]
    public async Task MembersAreCompared()
    {
        await using ExternalSecretStage stage = await StartAsync();
        await stage.CreateAsync("config", """{"user":"u","port":5432}""");
        stage.Grant("config");
        stage.Add(data: """ "dataFrom":[{"extract":{"key":"config"}}] """);
        await stage.SetAsync("config", $$"""{"user":"{{New}}","port":5433}""");
        ExternalSecretChange change = await stage.SyncAsync();
        Assert.Equal((ItemStatus.Updated, null), (change.Status, change.Message));
        Assert.Equal(["config@2"], change.Versions);
    }

    /// <summary>A connection string has the value in it, encoded for URLs.</summary>
    [Fact]
    public async Task TemplatesAreComparedByTheValueInThem()
    {
        await using ExternalSecretStage stage = await WithOldAsync(
            ""","template":{"data":{"URL":"pg://u:{{ .PASSWORD | urlquery | replace \"+\" \"%20\" }}@h","RAW":"{{ .PASSWORD }}"}}"""
        );
        Func<ExternalRead, string> cloud = stage.Fake.Cloud!;
        int reads = 0;
        stage.Fake.Cloud = r => ++reads < 2 ? Canary : cloud(r);
        ExternalSecretChange change = await stage.SyncAsync();
        Assert.Equal((ItemStatus.Updated, null, 2), (change.Status, change.Message, reads));
        Assert.Equal($"pg://u:{Uri.EscapeDataString(New)}@h", Delivered(stage, "URL"));
    }

    [Fact]
    public async Task WhatCannotBeComparedIsSaid()
    {
        await using ExternalSecretStage stage = await WithOldAsync(""","template":{"data":{"LOUD":"{{ .PASSWORD | upper }}"}}""");
        ExternalSecretChange change = await stage.SyncAsync();
        Assert.Equal(ItemStatus.Updated, change.Status);
        Assert.Empty(change.Versions);
        Assert.StartsWith("The operator has read its store again.", change.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AStoreThatIsNotKnownHereIsTakenByTheOperatorsWord()
    {
        await using ExternalSecretStage stage = await StartAsync();
        stage.Fake.AddStore("shop", "vault", Json("""{"spec":{"provider":{"vault":{"server":"https://v"}}}}"""));
        stage.Fake.Cloud = static _ => Canary;
        stage.Add(store: """{"name":"vault"}""");
        Assert.Equal(ItemStatus.Unchanged, (await stage.SyncAsync()).Status);
        await stage.Fails(ErrorIds.BadArgument, new SyncExternalSecretOptions { Version = "1" });
    }

    [Fact]
    public async Task WhatIfChangesNothing()
    {
        await using ExternalSecretStage stage = await WithOldAsync(host: new TestHost { IsWhatIf = true });
        int syncs = stage.Fake.Syncs;
        ExternalSecretChange change = await stage.SyncAsync();
        Assert.Equal((ItemStatus.Planned, syncs), (change.Status, stage.Fake.Syncs));
        Assert.Equal("Refresh and wait for the current version | ExternalSecret shop/db (context test)", Assert.Single(stage.Host.Actions));
    }

    [Fact]
    public async Task AContextThatOnlyTheCatalogNamesNeedsApproval()
    {
        await using ExternalSecretStage stage = await WithOldAsync(host: new TestHost { Approves = false });
        int syncs = stage.Fake.Syncs;
        FlowSecretException error = await Assert.ThrowsAsync<FlowSecretException>(() => stage.SyncAllAsync());
        Assert.Equal((ErrorIds.CatalogNotTrusted, syncs), (error.Id, stage.Fake.Syncs));
        Assert.Contains("changes the cluster of the Kubernetes context test", error.Cause, StringComparison.Ordinal);

        // As an object of Get-FlowExternalSecret brings it down the pipeline.
        SyncExternalSecretOptions piped = new() { Wait = true, Context = "test" };
        error = await Assert.ThrowsAsync<FlowSecretException>(() => stage.SyncAllAsync(piped));
        Assert.Equal((ErrorIds.CatalogNotTrusted, syncs), (error.Id, stage.Fake.Syncs));
        SyncExternalSecretOptions typed = new()
        {
            Wait = true,
            Context = "test",
            IsContextTyped = true,
        };
        Assert.Equal(ItemStatus.Updated, (await stage.SyncAsync(typed)).Status);
    }

    [Fact]
    public async Task OneThatFailsDoesNotStopTheOthers()
    {
        await using ExternalSecretStage stage = await WithOldAsync();
        stage.Add("aaa", key: "gone");
        List<ExternalSecretChange> changes = await stage.SyncAllAsync();
        Assert.Equal([("aaa", ItemStatus.Failed), ("db", ItemStatus.Updated)], changes.Select(static c => (c.Name, c.Status)));
        Assert.Equal(ErrorIds.SecretNotFound, changes[0].ErrorId);
    }
}
