using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Operations;
using FlowSecrets.Tests.Gcp.Iam;
using FlowSecrets.Tests.Support;
using static FlowSecrets.Tests.Kubernetes.ExternalSecrets.ExternalSecretStage;

namespace FlowSecrets.Tests.Kubernetes.ExternalSecrets;

/// <summary>From an error to the delivered version, and what is said if kubectl fails on the way.</summary>
[Trait(Tier.Name, Tier.Witness)]
public sealed class ExternalSecretFaultTests
{
    /// <summary>What was explained and fixed is delivered.</summary>
    [Fact]
    public async Task AfterTheRemedyARefreshBringsTheVersion()
    {
        await using ExternalSecretStage stage = await StartAsync();
        stage.World.Iam.Revoke("projects/flow-test/secrets/db", Eso, GcpAccessWorld.Accessor);
        stage.Add();
        await stage.Says("Failed", AccessCauses.NoGrant, GcpAccessWorld.Grant(Eso));
        stage.Grant("db");
        ExternalSecretChange change = await stage.SyncAsync();
        Assert.Equal((ItemStatus.Updated, "db@1"), (change.Status, Assert.Single(change.Versions)));
        await stage.Says("Synced", null, null);
    }

    /// <summary>Without a service account of its own, the store logs in as the operator's pod.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AStoreWithoutALoginUsesTheOperatorsAccount(bool isSeen)
    {
        await using ExternalSecretStage stage = await StartAsync();
        stage.Fake.AddServiceAccount(
            "external-secrets",
            "external-secrets",
            ("iam.gke.io/gcp-service-account", "eso@flow-test.iam.gserviceaccount.com")
        );
        stage.AddStore(auth: "{}");
        stage.World.Iam.Revoke("projects/flow-test/secrets/db", Eso, GcpAccessWorld.Accessor);
        stage.Add();
        if (!isSeen)
        {
            stage.Fake.Deny("list", "deployments");
        }

        await stage.Says(
            "Failed",
            isSeen ? AccessCauses.NoGrant : ExternalSecretCauses.UpdateFailed,
            isSeen ? GcpAccessWorld.Grant(Eso) : $"Look at its events: {Kubectl} describe 'externalsecret/db'"
        );
    }

    /// <summary>A binding to the pool itself, without a service account of Google.</summary>
    [Fact]
    public async Task AnAccountWithoutAnAnnotationIsThePoolsMember()
    {
        await using ExternalSecretStage stage = await StartAsync();
        stage.Fake.AddServiceAccount("shop", "eso");
        stage.World.Iam.Revoke("projects/flow-test/secrets/db", Eso, GcpAccessWorld.Accessor);
        stage.Add();
        ExternalSecretTest test = await stage.TestAsync();
        Assert.Contains("which no annotation iam.gke.io/gcp-service-account binds", test.Evidence, StringComparison.Ordinal);
        Assert.Contains("--member='serviceAccount:flow-test.svc.id.goog[shop/eso]'", test.Remedy!, StringComparison.Ordinal);
    }

    /// <summary>Whatever call of kubectl fails, the test ends with an answer, and never says that all is well.</summary>
    [Fact]
    public async Task EveryCallOfATestMayFail()
    {
        for (int broken = 1; ; broken++)
        {
            await using ExternalSecretStage stage = await StartAsync();
            stage.World.Iam.Revoke("projects/flow-test/secrets/db", Eso, GcpAccessWorld.Accessor);
            stage.Add();
            stage.Break(broken);
            ExternalSecretTest test = await stage.TestAsync();
            Assert.Empty(stage.Host.Failures);
            if (stage.Runs() < broken)
            {
                Assert.Equal(AccessCauses.NoGrant, test.Cause);
                Assert.InRange(broken, 6, 20);
                return;
            }

            Assert.Equal(("Unknown", ErrorIds.StoreUnavailable), (test.State, test.Cause));
            Assert.NotNull(test.Remedy);
            ShowsNoValue(test.Evidence + stage.Host.Everything);
        }
    }

    /// <summary>The same for a list: it is an error, and never a shorter list.</summary>
    [Fact]
    public async Task EveryCallOfAListMayFail()
    {
        for (int broken = 1; ; broken++)
        {
            await using ExternalSecretStage stage = await StartAsync();
            stage.Add();
            stage.Break(broken);
            List<ExternalSecretItem> items = await stage.GetAsync();
            if (stage.Runs() < broken)
            {
                Assert.Single(items);
                Assert.Empty(stage.Host.Failures);
                return;
            }

            Assert.Equal(ErrorIds.StoreUnavailable, Assert.Single(stage.Host.Failures).Id);
        }
    }
}
