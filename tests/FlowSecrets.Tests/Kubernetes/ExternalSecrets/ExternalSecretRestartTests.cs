using System.Text.Json.Nodes;
using FlowSecrets.Errors;
using FlowSecrets.Operations;
using FlowSecrets.Operations.ExternalSecrets;
using FlowSecrets.Tests.Support;
using static FlowSecrets.Tests.Kubernetes.ExternalSecrets.ExternalSecretStage;
using static FlowSecrets.Tests.Kubernetes.ExternalSecrets.OldDelivery;

namespace FlowSecrets.Tests.Kubernetes.ExternalSecrets;

/// <summary>What a refresh restarts, and that it ends well whatever fails.</summary>
[Trait(Tier.Name, Tier.Witness)]
public sealed class ExternalSecretRestartTests
{
    [Fact]
    public async Task WhatKeepsTheOldValueIsRestarted()
    {
        await using ExternalSecretStage stage = await WithOldAsync();
        AddWorkload(
            stage,
            "deployment",
            "variable",
            """{"env":[{"name":"P","valueFrom":{"secretKeyRef":{"name":"db-k8s","key":"PASSWORD"}}}]}"""
        );
        AddWorkload(stage, "statefulset", "group", """{"envFrom":[{"secretRef":{"name":"db-k8s"}}]}""");
        AddWorkload(stage, "daemonset", "subpath", """{"volumeMounts":[{"name":"v","mountPath":"/p","subPath":"PASSWORD"}]}""");
        AddWorkload(stage, "deployment", "volume", """{"volumeMounts":[{"name":"v","mountPath":"/p"}]}""");
        AddWorkload(stage, "deployment", "none", "{}");
        ExternalSecretChange change = await stage.SyncAsync(new SyncExternalSecretOptions { Restart = true });
        Assert.Equal(ItemStatus.Updated, change.Status);
        Assert.Equal(["daemonset/subpath", "deployment/variable", "statefulset/group"], change.Restarted.Order(StringComparer.Ordinal));
        Assert.NotNull(Restarted(stage, "deployment", "variable"));
        Assert.NotNull(Restarted(stage, "daemonset", "subpath"));
        Assert.Null(Restarted(stage, "deployment", "volume"));
        Assert.Null(Restarted(stage, "deployment", "none"));
        int patches = Patches(stage);
        Assert.Equal(ItemStatus.Unchanged, (await stage.SyncAsync(new SyncExternalSecretOptions { Restart = true })).Status);
        Assert.Equal(patches, Patches(stage));
    }

    [Fact]
    public async Task AWorkloadThatFailsIsTheFailureOfItsSecret()
    {
        await using ExternalSecretStage stage = await WithOldAsync();
        AddWorkload(stage, "deployment", "variable", """{"envFrom":[{"secretRef":{"name":"db-k8s"}}]}""");
        stage.Fake.Edit("deployment", "shop", "variable", static d => d["spec"]!["paused"] = true);
        await stage.Fails(ErrorIds.WorkloadFailed, new SyncExternalSecretOptions { Restart = true });
        Assert.Equal(New, Delivered(stage));
    }

    /// <summary>Whatever call of kubectl fails: never a success without the value, and never an error that is not ours.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task EveryCallOfKubectlMayFail(bool restarts)
    {
        SyncExternalSecretOptions options = new()
        {
            Wait = true,
            Restart = restarts,
            Timeout = TimeSpan.FromSeconds(30),
        };
        for (int broken = 1; ; broken++)
        {
            await using ExternalSecretStage stage = await WithOldAsync();
            AddWorkload(stage, "deployment", "variable", """{"envFrom":[{"secretRef":{"name":"db-k8s"}}]}""");
            stage.Break(broken);
            List<ExternalSecretChange> changes = await stage.SyncAllAsync(options);
            if (stage.Runs() < broken)
            {
                Assert.Equal(ItemStatus.Updated, Assert.Single(changes).Status);
                Assert.InRange(broken, 8, 40);
                return;
            }

            string?[] ids = [.. changes.Select(static c => c.ErrorId), .. stage.Host.Failures.Select(static f => f.Id)];
            Assert.Equal(ErrorIds.StoreUnavailable, Assert.Single(ids));
            ShowsNoValue(string.Join('\n', changes.Select(static c => c.Message)) + stage.Host.Everything);
        }
    }

    private static void AddWorkload(ExternalSecretStage stage, string kind, string name, string container)
    {
        JsonObject main = Json(container);
        (main["name"], main["image"]) = ("main", "i");
        stage.Fake.AddWorkload(
            kind,
            "shop",
            name,
            new JsonObject
            {
                ["metadata"] = new JsonObject(),
                ["spec"] = new JsonObject
                {
                    ["containers"] = new JsonArray(main),
                    ["volumes"] = new JsonArray(Json("""{"name":"v","secret":{"secretName":"db-k8s"}}""")),
                },
            }
        );
    }

    private static string? Restarted(ExternalSecretStage stage, string kind, string name) =>
        (string?)
            stage.Fake.Object(kind, "shop", name)["spec"]!["template"]!["metadata"]!["annotations"]?["kubectl.kubernetes.io/restartedAt"];

    private static int Patches(ExternalSecretStage stage) =>
        stage.Fake.Calls.Count(static c => c.Operation is "patch deployments" or "patch statefulsets" or "patch daemonsets");
}
