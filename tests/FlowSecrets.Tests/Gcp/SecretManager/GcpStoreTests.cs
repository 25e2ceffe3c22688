using System.Net.Http.Json;
using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Faults;
using FlowSecrets.CloudFakes.Gcp;
using FlowSecrets.CloudFakes.Gcp.SecretManager;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Providers.Gcp.Connection;
using FlowSecrets.Providers.Gcp.SecretManager;
using FlowSecrets.Tests.Contracts;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Gcp.SecretManager;

/// <summary>What only Google has: 'latest', aliases, replication, regional secrets, quotas.</summary>
public sealed class GcpStoreTests : IAsyncLifetime
{
    private static readonly Dictionary<string, string> NoLabels = [];

    private GcpFake _fake = null!;
    private GcpStore _store = null!;

    public async ValueTask InitializeAsync()
    {
        _fake = await GcpFake.StartAsync(new GcpFakeOptions { Locations = ["europe-west1"] });
        _store = CloudStores.Gcp(_fake);
    }

    public ValueTask DisposeAsync() => _fake.DisposeAsync();

    [Fact]
    public async Task ADisabledNewestVersionIsRefusedWithTheChoice()
    {
        await CreateAsync("s", "one");
        await AddAsync("s", "two");
        await _store.SetVersionStateAsync("s", "2", VersionState.Disabled, default);
        FlowSecretException error = await SecretStoreContract.Fails(
            ErrorIds.VersionDisabled,
            () => _store.ReadAsync("s", default, default)
        );
        Assert.Equal("Version 2 of 's' is disabled.", error.Cause);
        Assert.Equal(
            "Enable it: Set-FlowSecretVersion -StoreName 's' -Version 2 -State Enabled; or read version 1: Get-FlowSecretValue "
                + "-StoreName 's' -Version 1.",
            error.Remedy
        );
        Assert.Equal(VersionState.Disabled, (await _store.DescribeAsync("s", default))!.CurrentState);
    }

    [Fact]
    public async Task WhoMayOnlyReadValuesNeedsNoOtherPermission()
    {
        await CreateAsync("s", "one");
        foreach (string operation in new[] { "GetSecret", "ListSecrets", "GetSecretVersion", "ListSecretVersions" })
        {
            _fake.Faults.Deny(operation);
        }

        using ReadSecret read = await _store.ReadAsync("s", default, default);
        Assert.Equal("one", read.Value.RevealText(""));
        await foreach (ReadOutcome outcome in _store.ReadManyAsync(["s"], default))
        {
            Assert.Null(outcome.Error);
        }
    }

    [Fact]
    public async Task PreviousIsTheAliasOrElseTheNewestEnabledBefore()
    {
        await CreateAsync("s", "one");
        await AddAsync("s", "two");
        await AddAsync("s", "three");
        await _store.SetVersionStateAsync("s", "2", VersionState.Disabled, default);
        Assert.Equal("one", await ReadAsync("s", Stages.Previous));
        await _store.SetVersionStateAsync("s", "2", VersionState.Enabled, default);
        Assert.Equal("two", await ReadAsync("s", Stages.Previous));
        await _store.MoveStageAsync("s", Stages.Previous, "1", null, default);
        Assert.Equal("one", await ReadAsync("s", Stages.Previous));
    }

    [Fact]
    public async Task ReplicationAndKeyAreAsToldAndShown()
    {
        GcpStore chosen = CloudStores.Gcp(
            _fake,
            new GcpStoreOptions
            {
                Limits = CloudStores.Quick,
                Replication = "europe-west1, europe-north1",
                KmsKey = "projects/p/locations/europe-west1/keyRings/r/cryptoKeys/k",
            }
        );
        await chosen.CreateAsync("managed", NoLabels, null, default);
        SecretDescription managed = (await _store.DescribeAsync("managed", default))!;
        Assert.Equal("europe-west1, europe-north1", managed.Replication);
        Assert.Equal("projects/p/locations/europe-west1/keyRings/r/cryptoKeys/k", managed.KmsKey);
        await CreateAsync("automatic", "x");
        Assert.Equal("automatic", (await _store.DescribeAsync("automatic", default))!.Replication);
    }

    [Fact]
    public async Task ARegionalSecretIsAnotherThanTheGlobalOneOfItsName()
    {
        GcpStore regional = CloudStores.Gcp(_fake, selection: new StoreSelection(StoreKind.Gcp) { Region = "europe-west1" });
        using SecretValue value = SecretValue.FromText("regional");
        await regional.CreateAsync("s", NoLabels, value, default);
        await SecretStoreContract.Fails(ErrorIds.SecretNotFound, () => _store.ReadAsync("s", default, default));
        using ReadSecret read = await regional.ReadAsync("s", default, default);
        Assert.Equal("regional", read.Value.RevealText(""));
        Assert.Equal("flow-test/europe-west1", regional.Place.Location);
        Assert.Equal("europe-west1", (await regional.DescribeAsync("s", default))!.Replication);
    }

    [Fact]
    public async Task LabelsAnnotationsAndAliasesDoNotDisturbEachOther()
    {
        await _store.CreateAsync("s", new Dictionary<string, string> { ["team"] = "web" }, null, default);
        await AddAsync("s", "one");
        await _store.MoveStageAsync("s", "blue", "1", null, default);
        await _store.SetAnnotationsAsync("s", new Dictionary<string, string> { ["Runbook.url"] = "https://example.com/Ä" }, default);
        await _store.SetLabelsAsync("s", new Dictionary<string, string> { ["team"] = "api" }, default);
        SecretDescription s = (await _store.DescribeAsync("s", default))!;
        Assert.Equal("api", s.Labels["team"]);
        Assert.Equal("https://example.com/Ä", s.Annotations["Runbook.url"]);
        Assert.Equal("one", await ReadAsync("s", "blue"));
        await SecretStoreContract.Fails(
            ErrorIds.BadArgument,
            () => _store.SetLabelsAsync("s", new Dictionary<string, string> { ["Team"] = "x" }, default)
        );
        await SecretStoreContract.Fails(
            ErrorIds.BadArgument,
            () => _store.SetAnnotationsAsync("s", new Dictionary<string, string> { ["a"] = new string('x', 16_384) }, default)
        );
    }

    [Fact]
    public async Task ExpiryIsShown()
    {
        await CreateAsync("s", "one");
        using HttpClient http = new();
        HttpResponseMessage reply = await http.PatchAsync(
            new Uri(_fake.Endpoint, "v1/projects/flow-test/secrets/s?updateMask=expireTime"),
            JsonContent.Create(new JsonObject { ["expireTime"] = "2030-01-02T03:04:05Z" })
        );
        reply.EnsureSuccessStatusCode();
        Assert.Equal(new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero), (await _store.DescribeAsync("s", default))!.Expires);
    }

    [Fact]
    public async Task TwentyWritersOfAliasesLoseNone()
    {
        await CreateAsync("s", "one");
        await Task.WhenAll(Enumerable.Range(0, 5).Select(i => _store.MoveStageAsync("s", $"alias-{i}", "1", null, default)));
        Assert.Equal(6, (await _store.ListVersionsAsync("s", default))[0].Stages.Count);
    }

    [Fact]
    public async Task ASecretThatSomebodyElseMadeAnewIsReadAsItIs()
    {
        await CreateAsync("s", "one");
        await AddAsync("s", "two");
        GcpStore other = CloudStores.Gcp(_fake);
        await other.DeleteAsync("s", null, default);
        using SecretValue value = SecretValue.FromText("anew");
        await other.CreateAsync("s", NoLabels, value, default);
        Assert.Equal("1", (await _store.DescribeAsync("s", default))!.CurrentVersion);
        using ReadSecret read = await _store.ReadAsync("s", default, default);
        Assert.Equal("anew", read.Value.RevealText(""));
    }

    [Fact]
    public async Task TheQuotasAreKeptSoThatGoogleNeedNot()
    {
        await using GcpFake strict = await GcpFake.StartAsync(new GcpFakeOptions { Quotas = true });
        GcpStore store = CloudStores.Gcp(
            strict,
            new GcpStoreOptions { Limits = CloudStores.Quick, Quotas = new GcpQuotas(TimeProvider.System, regional: false) }
        );
        await store.CreateAsync("s", NoLabels, null, default);
        for (int i = 0; i < 6; i++)
        {
            using SecretValue value = SecretValue.FromText($"v{i}");
            await store.AddVersionAsync("s", value, null, null, default);
        }

        Assert.DoesNotContain(strict.Calls, static c => c.Status == 429);
        Assert.Equal(6, (await store.ListVersionsAsync("s", default)).Count);
    }

    [Fact]
    public async Task WaitingForAQuotaIsNoSilenceOfGoogle()
    {
        GcpStore store = CloudStores.Gcp(
            _fake,
            new GcpStoreOptions
            {
                Limits = CloudStores.Quick with { Try = TimeSpan.FromMilliseconds(400) },
                Quotas = new GcpQuotas(TimeProvider.System, regional: false),
            }
        );
        await store.CreateAsync("s", NoLabels, null, default);
        await Task.WhenAll(
            Enumerable
                .Range(0, 6)
                .Select(async i =>
                {
                    using SecretValue value = SecretValue.FromText($"v{i}");
                    await store.AddVersionAsync("s", value, null, null, default);
                })
        );
        Assert.Equal(6, (await store.ListVersionsAsync("s", default)).Count);
    }

    [Fact]
    public async Task WhoeverWasFasterIsNamedAndNothingIsLost()
    {
        await CreateAsync("s", "one");
        GcpStore other = CloudStores.Gcp(_fake);
        using SecretValue two = SecretValue.FromText("two");
        using SecretValue three = SecretValue.FromText("three");
        _fake.Faults.QueueFor("AddSecretVersion", Fault.Throttle);
        Task ours = _store.AddVersionAsync("s", three, null, "1", default);
        await other.AddVersionAsync("s", two, null, null, default);
        FlowSecretException? conflict = null;
        try
        {
            await ours;
        }
        catch (FlowSecretException e)
        {
            conflict = e;
        }

        IReadOnlyList<SecretVersionInfo> versions = await _store.ListVersionsAsync("s", default);
        Assert.InRange(versions.Count, 2, 3);
        Assert.True(conflict is null || conflict.Id == ErrorIds.Conflict);
        Assert.True(conflict is null || versions.Count == 3 || conflict.Remedy.Contains("nothing was changed", StringComparison.Ordinal));
    }

    private async Task CreateAsync(string name, string text)
    {
        using SecretValue value = SecretValue.FromText(text);
        await _store.CreateAsync(name, NoLabels, value, default);
    }

    private async Task AddAsync(string name, string text)
    {
        using SecretValue value = SecretValue.FromText(text);
        await _store.AddVersionAsync(name, value, null, null, default);
    }

    private async Task<string> ReadAsync(string name, string stage)
    {
        using ReadSecret read = await _store.ReadAsync(name, new VersionSelector(null, stage), default);
        return read.Value.RevealText(name);
    }
}
