using System.Text.Json.Nodes;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Operations.ExternalSecrets;
using FlowSecrets.Tests.Support;
using static FlowSecrets.Tests.Kubernetes.ExternalSecrets.ExternalSecretStage;

namespace FlowSecrets.Tests.Kubernetes.ExternalSecrets;

/// <summary>Each cause of the cluster, with the whole command.</summary>
[Trait(Tier.Name, Tier.Witness)]
public sealed class ExternalSecretClusterCauseTests
{
    [Fact]
    public async Task AStoreThatIsNotThere()
    {
        await using ExternalSecretStage stage = await StartAsync();
        stage.Add(store: """{"name":"nowhere"}""");
        await stage.Says(
            "Failed",
            ExternalSecretCauses.StoreNotFound,
            $"Create it, or name another one. There are: {Kubectl} get "
                + "secretstores.external-secrets.io,clustersecretstores.external-secrets.io"
        );
    }

    [Fact]
    public async Task AStoreOfTheOtherKind()
    {
        await using ExternalSecretStage stage = await StartAsync();
        stage.AddStore("", "shared");
        stage.Add(store: """{"name":"shared"}""");
        await stage.Says(
            "Failed",
            ExternalSecretCauses.StoreWrongKind,
            "Name its kind: "
                + Kubectl
                + " patch 'externalsecret/db' --type=merge --patch='{\"spec\":{\"secretStoreRef\":{\"kind\":\"ClusterSecretStore\"}}}'"
        );
    }

    [Fact]
    public async Task AStoreOfAnotherNamespace()
    {
        await using ExternalSecretStage stage = await StartAsync();
        stage.AddStore("other", "theirs");
        stage.Add(store: """{"name":"theirs"}""");
        await stage.Says(
            "Failed",
            ExternalSecretCauses.StoreWrongNamespace,
            "Make one here with the same spec: kubectl --context='test' --namespace='other' get 'secretstore/theirs' --output=yaml"
        );
    }

    [Theory]
    [InlineData("""[{"namespaces":["other"]}]""", false)]
    [InlineData("""[{"namespaceRegexes":["^sh"]}]""", true)]
    [InlineData("""[{"namespaceSelector":{"matchLabels":{"team":"a"}}}]""", true)]
    [InlineData("""[{"namespaceSelector":{"matchLabels":{"team":"b"}}}]""", false)]
    [InlineData("""[{"namespaceSelector":{"matchExpressions":[{"key":"team","operator":"In","values":["a"]}]}}]""", true)]
    public async Task AStoreThatIsNotForTheNamespace(string conditions, bool isFor)
    {
        await using ExternalSecretStage stage = await StartAsync();
        stage.Fake.AddNamespace("shop", new JsonObject { ["team"] = "a" });
        stage.AddStore("", "shared");
        stage.Add(store: """{"name":"shared","kind":"ClusterSecretStore"}""");
        stage.AddStore("", "shared", $",\"conditions\":{conditions}");
        await stage.Says(
            "Synced",
            isFor ? null : ExternalSecretCauses.StoreWrongNamespace,
            isFor
                ? null
                : "Add the namespace to it: kubectl --context='test' patch 'clustersecretstore/shared' --type=json "
                    + """--patch='[{"op":"add","path":"/spec/conditions/-","value":{"namespaces":["shop"]}}]'"""
        );
    }

    [Theory]
    [InlineData("shop", "SecretStore", Kubectl + " describe 'secretstore/gcp'")]
    [InlineData("", "ClusterSecretStore", "kubectl --context='test' describe 'clustersecretstore/gcp'")]
    public async Task AStoreThatIsNotReady(string space, string kind, string command)
    {
        await using ExternalSecretStage stage = await StartAsync();
        stage.AddStore(space, "gcp", status: "False");
        stage.Fake.AddWarning(space.Length == 0 ? "default" : space, kind, "gcp", "unable to find the project");
        stage.Add(store: $$"""{"name":"gcp","kind":"{{kind}}"}""");
        await stage.Says("Failed", ExternalSecretCauses.StoreNotReady, $"Look at it: {command}");
        Assert.Contains("its last warning: \"unable to find the project\"", (await stage.TestAsync()).Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AClusterWithoutTheOperatorsKinds()
    {
        await using ExternalSecretStage stage = await StartAsync();
        stage.Add();
        stage.Fake.NotInstalled = "external-secrets.io";
        await stage.Says(
            "Failed",
            ExternalSecretCauses.ClusterKindNotServed,
            "Look which of its kinds are there: kubectl --context='test' get customresourcedefinitions "
                + "--selector=external-secrets.io/component=controller"
        );
    }

    [Fact]
    public async Task AManifestOfAnOldVersion()
    {
        await using ExternalSecretStage stage = await StartAsync();
        stage.Add();
        stage.Fake.Edit(
            "externalsecret",
            "shop",
            "db",
            static o =>
                o["metadata"]!["annotations"] = new JsonObject
                {
                    ["kubectl.kubernetes.io/last-applied-configuration"] = """{"apiVersion":"external-secrets.io/v1beta1"}""",
                }
        );
        await stage.Says(
            "Synced",
            ExternalSecretCauses.ClusterKindNotServed,
            $"Write the manifest as the cluster has it: {Kubectl} get 'externalsecret/db' --output=yaml"
        );
    }

    [Fact]
    public async Task AKubernetesSecretOfAnotherExternalSecret()
    {
        await using ExternalSecretStage stage = await StartAsync();
        stage.Add("first", target: ""","name":"both" """);
        stage.Add(target: ""","name":"both" """);
        await stage.Says(
            "Failed",
            ExternalSecretCauses.OwnershipConflict,
            $"Give this one a Kubernetes Secret of its own (spec.target.name): {Kubectl} edit 'externalsecret/db'"
        );
        Assert.Contains("belongs to ExternalSecret/first", (await stage.TestAsync()).Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AKubernetesSecretOfSomebodyElse()
    {
        await using ExternalSecretStage stage = await StartAsync();
        stage.Fake.AddSecret("shop", "db-k8s", [new("PASSWORD", "x")], "x");
        stage.Fake.Edit("secret", "shop", "db-k8s", static s => s["metadata"]!["ownerReferences"]![0]!["kind"] = "SealedSecret");
        stage.Add();
        await stage.Says(
            "Failed",
            ExternalSecretCauses.OwnershipConflict,
            $"Give this one a Kubernetes Secret of its own (spec.target.name): {Kubectl} edit 'externalsecret/db'"
        );
        Assert.Contains("belongs to SealedSecret/x", (await stage.TestAsync()).Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AKubernetesSecretThatCannotChange()
    {
        await using ExternalSecretStage stage = await StartAsync();
        stage.Fake.AddSecret("shop", "db-k8s", [new("PASSWORD", "old")], "db");
        stage.Fake.Edit("secret", "shop", "db-k8s", static s => s["immutable"] = true);
        stage.Add();
        await stage.Says(
            "Failed",
            ExternalSecretCauses.ImmutableTarget,
            $"Delete it; the operator makes it again: {Kubectl} delete 'secret/db-k8s'"
        );
    }

    [Theory]
    [InlineData(""","refreshPolicy":"CreatedOnce" """, """{"spec":{"refreshPolicy":"Periodic"}}""")]
    [InlineData(""","refreshInterval":"0" """, """{"spec":{"refreshInterval":"1h"}}""")]
    public async Task WhatIsReadOnlyOnce(string more, string patch)
    {
        await using ExternalSecretStage stage = await StartAsync();
        stage.Add(more: more);
        stage.Fake.Edit("externalsecret", "shop", "db", static o => o["status"]!["refreshTime"] = "2026-01-01T00:00:00Z");
        await stage.SetAsync("db", Canary + "2");
        await stage.Says(
            "Stale",
            ExternalSecretCauses.CreatedOnce,
            $"Let it be read again: {Kubectl} patch 'externalsecret/db' --type=merge --patch='{patch}'"
        );
        stage.Fake.Edit("externalsecret", "shop", "db", static o => o["status"]!["refreshTime"] = "2100-01-01T00:00:00Z");
        await stage.Says("Synced", null, null);
    }

    [Theory]
    [InlineData(0, 0, "Start it: kubectl --context='test' --namespace='operators' scale 'deployment/external-secrets' --replicas=1")]
    [InlineData(2, 0, "Look at it: kubectl --context='test' --namespace='operators' describe 'deployment/external-secrets'")]
    [InlineData(
        null,
        0,
        "Install it: helm upgrade --install external-secrets external-secrets/external-secrets "
            + "--namespace external-secrets --create-namespace"
    )]
    public async Task AnOperatorThatDoesNotRun(int? replicas, int ready, string remedy)
    {
        await using ExternalSecretStage stage = await StartAsync();
        stage.Fake.Remove("deployment", "external-secrets", "external-secrets");
        stage.Fake.AddOperator("operators", replicas ?? 0, ready);
        stage.Add();
        if (replicas is null)
        {
            stage.Fake.Remove("deployment", "operators", "external-secrets");
        }

        await stage.Says("Pending", ExternalSecretCauses.OperatorNotRunning, remedy);
    }

    [Fact]
    public async Task AnOperatorThatHasNotLooked()
    {
        await using ExternalSecretStage stage = await StartAsync();
        stage.AddStore(more: ""","controller":"dev" """);
        stage.Add();
        stage.Fake.Edit("externalsecret", "shop", "db", static o => o.Remove("status"));
        await stage.Says("Pending", ExternalSecretCauses.NotReconciled, $"Look at its events: {Kubectl} describe 'externalsecret/db'");
        Assert.Contains("of the class 'dev'", (await stage.TestAsync()).Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ARefreshThatIsLate()
    {
        await using ExternalSecretStage stage = await StartAsync();
        stage.Add();
        stage.Fake.Edit("externalsecret", "shop", "db", static o => o["status"]!["refreshTime"] = "2026-01-01T00:00:00Z");
        await stage.Says(
            "Stale",
            ExternalSecretCauses.RefreshStale,
            "Refresh it: Sync-FlowExternalSecret 'db' -Namespace 'shop' -Context 'test' -Wait"
        );
    }

    [Fact]
    public async Task NothingToMergeInto()
    {
        await using ExternalSecretStage stage = await StartAsync();
        stage.Add(target: ""","creationPolicy":"Merge" """);
        await stage.Says(
            "Missing",
            ExternalSecretCauses.SecretMissing,
            "Let the operator make it: "
                + Kubectl
                + " patch 'externalsecret/db' --type=merge --patch='{\"spec\":{\"target\":{\"creationPolicy\":\"Owner\"}}}'"
        );
    }

    [Fact]
    public async Task AMachineWithoutKubectl()
    {
        await using ExternalSecretStage stage = await StartAsync();
        File.Delete(stage.Cluster.Sandbox.File("bin/kubectl"));
        await stage.Says("Unknown", ErrorIds.KubectlMissing, "Install it: https://kubernetes.io/docs/tasks/tools/; it must be on PATH");
    }

    [Fact]
    public async Task AClusterThatIsNotReached()
    {
        await using ExternalSecretStage stage = await StartAsync();
        stage.Cluster.Sandbox.Write("config", Workloads.KubernetesSetting.Configuration("test", new Uri("http://127.0.0.1:1")));
        await stage.Says("Unknown", ErrorIds.StoreUnavailable, "See whether it reaches the cluster: kubectl --context 'test' cluster-info");
    }

    [Fact]
    public async Task WhoeverMayNotLook()
    {
        await using ExternalSecretStage stage = await StartAsync();
        stage.Fake.Deny("list", "externalsecrets");
        ExternalSecretTest all = Assert.Single(await stage.TestAllAsync());
        Assert.Equal(
            ("*", "Unknown", ErrorIds.AccessDenied),
            (all.Name, all.State, all.Cause is AccessCauses.NoGrant ? ErrorIds.AccessDenied : all.Cause)
        );
        Assert.Contains("auth can-i --list", all.Remedy!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ANamespaceThatIsNotThere()
    {
        await using ExternalSecretStage stage = await StartAsync();
        ExternalSecretTest all = Assert.Single(await stage.TestAllAsync(new ExternalSecretOptions { Namespace = "nowhere" }));
        Assert.Equal(("Unknown", ErrorIds.ExternalSecretNotFound), (all.State, all.Cause));
        Assert.EndsWith("There are: kubectl --context='test' get namespaces", all.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ANameThatIsNotThereIsTheErrorOfThatItem()
    {
        await using ExternalSecretStage stage = await StartAsync();
        stage.Add();
        List<ExternalSecretTest> tests = await stage.TestAllAsync(new ExternalSecretOptions { Names = ["DB", "dbb"] });
        Assert.Equal("db", Assert.Single(tests).Name);
        FlowSecretException error = Assert.Single(stage.Host.Failures);
        Assert.Equal((ErrorIds.ExternalSecretNotFound, "dbb"), (error.Id, error.Target));
        Assert.Equal("Did you mean 'db'? See which there are: Get-FlowExternalSecret -Namespace 'shop'", error.Remedy);
    }
}
