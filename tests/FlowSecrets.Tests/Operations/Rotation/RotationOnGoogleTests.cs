using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Gcp;
using FlowSecrets.CloudFakes.Gcp.SecretManager;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Operations;
using FlowSecrets.Providers.Gcp.Connection;
using FlowSecrets.Providers.Gcp.Rotation;
using FlowSecrets.Providers.Gcp.SecretManager;
using FlowSecrets.Tests.Contracts;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Operations.Rotation;

/// <summary>Rotation on Google Secret Manager: the secret in which a pending value waits.</summary>
public sealed class RotationOnGoogleTests
{
    private const string Catalog = "  s: { generate: { kind: base64url }, rotate: { every: 90d, overlap: 24h } }";

    [Fact]
    public async Task AValueWaitsWhereTheSecretsOwnRulesHold()
    {
        await using GcpFake fake = await GcpFake.StartAsync();
        GcpStore store = CloudStores.Gcp(
            fake,
            new GcpStoreOptions { Limits = CloudStores.Quick, Replication = "europe-west1,europe-west4" }
        );
        await CreateAsync(store);
        JsonObject policy = (JsonObject)
            JsonNode.Parse(
                """
                {"version":1,"bindings":[
                {"role":"roles/secretmanager.secretAccessor","members":["serviceAccount:api@flow-test.iam.gserviceaccount.com"]}]}
                """
            )!;
        await store.SetPolicyAsync("s", policy, default);
        RotationView view = await StageAsync(store, "new-value");
        Assert.Equal(("1", "1", false), (view.Current, view.Pending!.Basis, view.Pending.IsPromoted));

        string aside = GcpAside.NameOf("s", "1");
        GcpSecret secret = await store.GetAsync("s", default);
        GcpSecret sibling = await store.GetAsync(aside, default);
        Assert.Equal(
            secret.Replication!.UserManaged!.Replicas!.Select(static r => r.Location),
            sibling.Replication!.UserManaged!.Replicas!.Select(static r => r.Location)
        );
        Assert.Equal("pending", sibling.Labels!["flowsecrets"]);
        Assert.Equal(policy["bindings"]!.ToJsonString(), (await store.GetPolicyAsync(aside, default))["bindings"]!.ToJsonString());
        Assert.Equal(["s"], (await store.ListAsync("", default).ToListAsync()).Select(static d => d.StoreName));

        // 'latest' has not moved.
        using ReadSecret current = await store.ReadAsync("s", VersionSelector.Current, default);
        Assert.Equal("old-value", current.Value.RevealText(null));
    }

    [Fact]
    public async Task WhoMayNotCopyThePolicyRotatesAllTheSame()
    {
        await using RotationStage stage = await RotationStage.StartAsync("gcp", Catalog);
        await stage.CreateAsync("s", "old-value");
        stage.Fake!.Faults.Deny("GetIamPolicy");
        Assert.Equal(ItemStatus.Rotated, (await stage.RotateAsync("s")).Status);
    }

    [Fact]
    public async Task AStrangersSecretOfThatNameIsLeftAlone()
    {
        await using RotationStage stage = await RotationStage.StartAsync("gcp", Catalog);
        await stage.CreateAsync("s", "old-value");
        string aside = GcpAside.NameOf("s", "1");
        await stage.CreateAsync(aside, "theirs");
        Assert.Equal(ErrorIds.RotationInProgress, (await stage.RotateAsync("s")).ErrorId);
        Assert.Equal(("old-value", "theirs"), (await stage.CurrentAsync("s"), await stage.CurrentAsync(aside)));
    }

    [Fact]
    public async Task AGivenUpValueIsKeptAndNoLongerPending()
    {
        // States lag behind all the while, so nothing may depend on them.
        await using GcpFake fake = await GcpFake.StartAsync(new GcpFakeOptions { Convergence = TimeSpan.FromHours(1) });
        GcpStore store = CloudStores.Gcp(fake);
        await CreateAsync(store);
        fake.Skew = TimeSpan.FromHours(2);
        RotationView view = await StageAsync(store, "given-up");
        await store.Rotation.DiscardAsync(view, default);
        Assert.Null((await store.Rotation.ViewAsync(view.Subject, default)).Pending);
        Assert.Equal(
            ErrorIds.Conflict,
            (await Assert.ThrowsAsync<FlowSecretException>(() => store.Rotation.PromoteAsync(view, default))).Id
        );
        using (
            ReadSecret kept = await store.Rotation.ReadAsync(view, Assert.Single(await store.Rotation.LeftAsync(view, default)), default)
        )
        {
            Assert.Equal("given-up", kept.Value.RevealText(null));
        }

        // The next rotation of the same version takes its place, and all of it goes in the end.
        view = await StageAsync(store, "second");
        view = await store.Rotation.PromoteAsync(view, default);
        Assert.Equal("2", view.Current);
        await store.Rotation.CloseAsync(view, new RotationRecord(RotationState.Overlap) { From = "1", To = "2" }, default);
        Assert.Null(await store.DescribeAsync(GcpAside.NameOf("s", "1"), default));
    }

    [Fact]
    public async Task TwoRotatorsOfTheSameVersionMeet()
    {
        await using GcpFake fake = await GcpFake.StartAsync();
        GcpStore store = CloudStores.Gcp(fake);
        await CreateAsync(store);
        RotationView seen = await store.Rotation.ViewAsync(new RotationSubject("s"), default);
        using SecretValue first = SecretValue.FromText("first");
        using SecretValue second = SecretValue.FromText("second");
        await store.Rotation.StageAsync(seen, first, default);
        RotationView met = await store.Rotation.StageAsync(seen, second, default);
        using ReadSecret aside = await store.Rotation.ReadAsync(met, met.Pending!.Version, default);
        Assert.Equal("first", aside.Value.RevealText(null));
    }

    [Fact]
    public async Task AStragglersValueDoesNotComeNearALaterRotation()
    {
        await using GcpFake fake = await GcpFake.StartAsync();
        GcpStore store = CloudStores.Gcp(fake);
        await CreateAsync(store);
        RotationView seen = await store.Rotation.ViewAsync(new RotationSubject("s"), default);
        using (SecretValue next = SecretValue.FromText("next"))
        {
            await store.AddVersionAsync("s", next, null, null, default);
        }

        using SecretValue late = SecretValue.FromText("late");
        Assert.Equal(
            ErrorIds.Conflict,
            (await Assert.ThrowsAsync<FlowSecretException>(() => store.Rotation.StageAsync(seen, late, default))).Id
        );
        Assert.Null((await store.Rotation.ViewAsync(seen.Subject, default)).Pending);
    }

    [Fact]
    public async Task TheNewestVersionIsNotDisabledAtRetirement()
    {
        await using GcpFake fake = await GcpFake.StartAsync();
        GcpStore store = CloudStores.Gcp(fake);
        await CreateAsync(store);
        RotationView view = await store.Rotation.ViewAsync(new RotationSubject("s"), default);
        await store.Rotation.RetireAsync(view with { Current = "0" }, "1", new RotationRecord(RotationState.Retired), default);
        Assert.Equal(VersionState.Enabled, Assert.Single(await store.ListVersionsAsync("s", default)).State);
    }

    [Fact]
    public async Task TheRehearsalSeesThatTheAnnotationsAreUsedUp()
    {
        await using RotationStage stage = await RotationStage.StartAsync("gcp", Catalog);
        await stage.CreateAsync("s", "old-value");
        Assert.True(stage.Store.Rotation.RoomIn(await stage.ViewAsync("s")).IsFine);
        await stage.Store.SetAnnotationsAsync(
            "s",
            new Dictionary<string, string>(StringComparer.Ordinal) { ["notes"] = new('x', 15_000) },
            default
        );
        Assert.False(stage.Store.Rotation.RoomIn(await stage.ViewAsync("s")).IsFine);
    }

    [Theory]
    [InlineData("s", "7", "s-flowsecrets-pending-7")]
    [InlineData(
        "n234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890"
            + "1234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890"
            + "12345678901234567890123456789012345678901234567890123",
        "12",
        null
    )]
    public void ItsNameFitsAndTellsTheVersion(string name, string basis, string? expected)
    {
        string aside = GcpAside.NameOf(name, basis);
        Assert.True(aside.Length <= 255);
        Assert.EndsWith($"-flowsecrets-pending-{basis}", aside, StringComparison.Ordinal);
        Assert.Equal(expected ?? aside, aside);
        Assert.NotEqual(aside, GcpAside.NameOf(name[..^1] + "x", basis));
    }

    private static async Task CreateAsync(GcpStore store)
    {
        using SecretValue value = SecretValue.FromText("old-value");
        await store.CreateAsync("s", new Dictionary<string, string>(StringComparer.Ordinal), value, default);
    }

    private static async Task<RotationView> StageAsync(GcpStore store, string text)
    {
        using SecretValue value = SecretValue.FromText(text);
        return await store.Rotation.StageAsync(await store.Rotation.ViewAsync(new RotationSubject("s"), default), value, default);
    }
}
