using System.Text.Json.Nodes;
using FlowSecrets.Model;
using FlowSecrets.Tests.Support;
using static FlowSecrets.Tests.Kubernetes.Workloads.KubernetesStage;

namespace FlowSecrets.Tests.Kubernetes.Workloads;

/// <summary>Which version runs: by our annotation, else by what the Kubernetes Secret has and when the pods were started.</summary>
[Trait(Tier.Name, Tier.Witness)]
public sealed class KubernetesStateTests
{
    private static readonly DateTimeOffset Past = DateTimeOffset.UtcNow.AddDays(-1);
    private static readonly DateTimeOffset Future = DateTimeOffset.UtcNow.AddDays(1);

    [Theory]
    [InlineData("6", New, "6", true, "annotation")]
    [InlineData("7", New, "7", false, "annotation")]
    [InlineData(
        "7",
        Old,
        "7",
        true,
        "annotation, but the key 'DB_PASSWORD' of the Kubernetes Secret 'db', which DB_PASSWORD is taken from, does not have the "
            + "current value"
    )]
    [InlineData("6", Old, "6", true, "annotation")]
    public async Task AnAnnotationSaysIt(string deployed, string held, string version, bool stale, string source)
    {
        await using KubernetesStage stage = await StartAsync();
        stage.Fake.AddSecret("shop", "db", DataOf(held), "db");
        Annotate(stage, "flowsecrets.io/versions", $$"""{"db-password":"{{deployed}}"}""");
        Assert.Equal(new WorkloadVersion("db-password", version, stale, source), await VersionAsync(stage, Password()));
        Assert.Equal(0, stage.Patches);
    }

    [Fact]
    public async Task WithoutAnAnnotationOtherBytesAreOlder()
    {
        await using KubernetesStage stage = await StartAsync();
        WorkloadVersion version = await VersionAsync(stage, Password() with { Since = Past });
        Assert.Equal((null, true), (version.Version, version.IsStale));
        Assert.Contains("the Kubernetes Secret 'db'", version.Source, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WithTheSameBytesTheStartDecides()
    {
        await using KubernetesStage stage = await StartAsync();
        stage.Fake.AddSecret("shop", "db", DataOf(New), "db");
        Assert.Equal(
            new WorkloadVersion("db-password", null, true, "Kubernetes Secret, started before the version was current"),
            await VersionAsync(stage, Password() with { Since = Future })
        );
        Assert.Null((await VersionAsync(stage, Password())).IsStale);
        Annotate(stage, "kubectl.kubernetes.io/restartedAt", Future.AddHours(-1).ToString("O"));
        Assert.Equal(
            new WorkloadVersion("db-password", "7", false, "Kubernetes Secret, started since the version is current"),
            await VersionAsync(stage, Password() with { Since = Past })
        );
        Assert.True((await VersionAsync(stage, Password() with { Since = Future })).IsStale);
    }

    /// <summary>The store had the value before they were started, but what they were started with did not.</summary>
    [Fact]
    public async Task PodsFromBeforeTheSecretWasFilledAreNotTakenForCurrent()
    {
        await using KubernetesStage stage = await StartAsync();
        stage.Fake.AddSecret("shop", "db", DataOf(New), "db");
        Annotate(stage, "kubectl.kubernetes.io/restartedAt", DateTimeOffset.UtcNow.AddHours(-1).ToString("O"));
        Assert.Null((await VersionAsync(stage, Password() with { Since = Past })).IsStale);
    }

    [Fact]
    public async Task WithoutARestartTheOldestPodDecides()
    {
        await using KubernetesStage stage = await StartAsync();
        stage.Fake.Skew = TimeSpan.FromHours(-2);
        stage.Fake.AddSecret("shop", "db", DataOf(New), "db");
        stage.Fake.Skew = TimeSpan.Zero;
        Assert.False((await VersionAsync(stage, Password() with { Since = Past })).IsStale);
        stage.Fake.Deny("list", "pods");
        Assert.Null((await VersionAsync(stage, Password() with { Since = Past })).IsStale);
    }

    [Fact]
    public async Task AForeignAnnotationIsNone()
    {
        await using KubernetesStage stage = await StartAsync();
        Annotate(stage, "flowsecrets.io/versions", "[not json");
        Assert.Null((await VersionAsync(stage, Password())).Version);
    }

    [Fact]
    public async Task OfAnUnmappedSecretTheOldTextsDecide()
    {
        await using KubernetesStage stage = await StartAsync(containers: Container("main", Variable("DATABASE_URL", "db", "DATABASE_URL")));
        Assert.True((await VersionAsync(stage, Password())).IsStale);
        stage.Fake.AddSecret("shop", "db", DataOf(New), "db");
        Assert.Null((await VersionAsync(stage, Password())).IsStale);
    }

    [Fact]
    public async Task WithoutSecretsNoneIsRead()
    {
        await using KubernetesStage stage = await StartAsync();
        stage.Fake.Deny("get", "secrets");
        WorkloadState state = await stage.Workload().StateAsync([], default);
        Assert.Equal((WorkloadHealth.Healthy, "", true), (state.Health, state.Detail, state.HoldsValues));
        Assert.Empty(state.Versions);
    }

    [Theory]
    [InlineData("""{"name":"main","volumeMounts":[{"name":"v"}]}""", false)]
    [InlineData("""{"name":"main","volumeMounts":[{"name":"p"}]}""", false)]
    [InlineData("""{"name":"main"}""", true)]
    [InlineData("""{"name":"main","volumeMounts":[{"name":"v"}],"envFrom":[{"secretRef":{"name":"db"} }]}""", true)]
    [InlineData(
        """{"name":"main","volumeMounts":[{"name":"v"}],"env":[{"name":"A","valueFrom":{"secretKeyRef":{"name":"db","key":"A"} } }]}""",
        true
    )]
    public async Task FilesAloneAreNotHeld(string container, bool held)
    {
        await using KubernetesStage stage = await StartAsync(
            containers: container,
            more: """
            ,"volumes":[{"name":"v","secret":{"secretName":"db"} },
            {"name":"p","projected":{"sources":[{"secret":{"name":"db"} }]} }]
            """
        );
        Assert.Equal(held, (await stage.Workload().StateAsync([], default)).HoldsValues);
    }

    [Fact]
    public async Task FilesWithTheOldValueAreOlder()
    {
        await using KubernetesStage stage = await StartAsync(
            containers: """{"name":"main","volumeMounts":[{"name":"v"}]}""",
            more: ""","volumes":[{"name":"v","secret":{"secretName":"db"} }]"""
        );
        Assert.True((await VersionAsync(stage, Password())).IsStale);
    }

    private static async Task<WorkloadVersion> VersionAsync(KubernetesStage stage, WorkloadSecret secret)
    {
        WorkloadVersion version = Assert.Single((await stage.Workload().StateAsync([secret], default)).Versions);
        ShowsNoValue(version.ToString());
        return version;
    }

    private static void Annotate(KubernetesStage stage, string name, string text) =>
        stage.Fake.Edit("deployment", "shop", "api", d => ((JsonObject)d["spec"]!["template"]!["metadata"]!["annotations"]!)[name] = text);
}
