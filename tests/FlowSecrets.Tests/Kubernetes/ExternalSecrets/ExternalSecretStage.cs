using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Kubernetes;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Operations;
using FlowSecrets.Operations.ExternalSecrets;
using FlowSecrets.Ports;
using FlowSecrets.Providers;
using FlowSecrets.Providers.Gcp.SecretManager;
using FlowSecrets.Providers.Kubernetes.ExternalSecrets;
using FlowSecrets.Providers.Kubernetes.Workloads;
using FlowSecrets.Tests.Gcp.Iam;
using FlowSecrets.Tests.Kubernetes.Workloads;
using FlowSecrets.Tests.Support;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Kubernetes.ExternalSecrets;

/// <summary>
/// A cluster with the operator, the store 'gcp' in the namespace shop, and Google's fake, which the operator reads as its own service
/// account: what it may is decided there. By the real kubectl; time leaps.
/// </summary>
internal sealed class ExternalSecretStage : IAsyncDisposable
{
    public const string Eso = "serviceAccount:eso@flow-test.iam.gserviceaccount.com";
    public const string Canary = "canary-value/word+7";
    public const string Kubectl = "kubectl --context='test' --namespace='shop'";

    private const string Catalog = """
        application: app
        environments: { prod: { store: gcp, project: flow-test } }
        secrets: { db: { }, gone: { }, empty: { }, config: { fields: { user: { }, pass: { } } } }
        kubernetes: { namespace: shop, context: test }

        """;

    private const string WorkloadIdentity = """
        {"workloadIdentity":{"clusterLocation":"r","clusterName":"c","clusterProjectID":"flow-test",
        "serviceAccountRef":{"name":"eso","namespace":"shop"}}}
        """;

    private readonly StageProviders _providers;

    private ExternalSecretStage(KubernetesSetting cluster, GcpAccessWorld world)
    {
        (Cluster, World) = (cluster, world);
        _providers = new StageProviders(this);
        Context = new OperationContext(() => _providers, cluster.Sandbox.Folder) { Variable = Variable, Clock = Clock };
    }

    public KubernetesSetting Cluster { get; }

    public KubernetesFake Fake => Cluster.Fake;

    public GcpAccessWorld World { get; }

    public LeapingClock Clock { get; } = new();

    public OperationContext Context { get; }

    public TestHost Host { get; init; } = new();

    /// <summary>Another store than Google's; null: that one.</summary>
    public ISecretStore? Store { get; set; }

    public static async Task<ExternalSecretStage> StartAsync(string catalog = Catalog, TestHost? host = null)
    {
        KubernetesSetting cluster = await KubernetesSetting.StartAsync();
        ExternalSecretStage stage = new(cluster, await GcpAccessWorld.StartAsync(withSecret: false)) { Host = host ?? new TestHost() };
        cluster.Sandbox.Write("flowsecrets.yaml", catalog);
        await stage.CreateAsync("db", Canary);
        stage.Grant("db");
        stage.Fake.Cloud = stage.Read;
        stage.Fake.AddOperator("external-secrets");
        stage.Fake.AddServiceAccount("shop", "eso", ("iam.gke.io/gcp-service-account", "eso@flow-test.iam.gserviceaccount.com"));
        stage.AddStore();
        return stage;
    }

    public static JsonObject Json(string text) => (JsonObject)JsonNode.Parse(text)!;

    /// <summary>The store 'gcp', with what is different.</summary>
    /// <param name="space">Empty: a ClusterSecretStore.</param>
    public void AddStore(string space = "shop", string name = "gcp", string more = "", string status = "True", string? auth = null) =>
        Fake.AddStore(
            space,
            name,
            new JsonObject
            {
                ["spec"] = With(
                    new JsonObject
                    {
                        ["provider"] = new JsonObject
                        {
                            ["gcpsm"] = new JsonObject { ["projectID"] = "flow-test", ["auth"] = Json(auth ?? WorkloadIdentity) },
                        },
                    },
                    more
                ),
                ["status"] = new JsonObject
                {
                    ["conditions"] = new JsonArray(
                        new JsonObject
                        {
                            ["type"] = "Ready",
                            ["status"] = status,
                            ["reason"] = status == "True" ? "Valid" : "InvalidProviderConfig",
                            ["message"] = status == "True" ? "store validated" : "unable to create client",
                        }
                    ),
                },
            }
        );

    /// <summary>An ExternalSecret in shop that delivers PASSWORD, with what is different; the operator looks at it.</summary>
    public void Add(
        string name = "db",
        string key = "db",
        string reference = "",
        string target = "",
        string more = "",
        string store = """{"name":"gcp"}""",
        string? data = null
    )
    {
        JsonObject remote = With(new JsonObject { ["key"] = key }, reference);
        JsonObject spec = new()
        {
            ["refreshInterval"] = "1h",
            ["secretStoreRef"] = Json(store),
            ["target"] = With(new JsonObject { ["name"] = $"{name}-k8s" }, target),
            ["data"] = new JsonArray(new JsonObject { ["secretKey"] = "PASSWORD", ["remoteRef"] = remote }),
        };
        if (data is not null)
        {
            spec.Remove("data");
            spec = With(spec, data);
        }

        Fake.AddExternalSecret("shop", name, With(spec, more));
        Fake.Reconcile("shop", name);
    }

    /// <summary>The same with further members, as they stand in an object.</summary>
    private static JsonObject With(JsonObject json, string members)
    {
        foreach ((string name, JsonNode? value) in Json($"{{{members.Trim().TrimStart(',')}}}"))
        {
            json[name] = value?.DeepClone();
        }

        return json;
    }

    public async Task CreateAsync(string name, string? value)
    {
        using SecretValue? made = value is null ? null : SecretValue.FromText(value);
        await World.As(null).CreateAsync(name, new Dictionary<string, string>(), made, default);
    }

    /// <returns>The new version.</returns>
    public async Task<string> SetAsync(string name, string value)
    {
        using SecretValue made = SecretValue.FromText(value);
        return (await World.As(null).AddVersionAsync(name, made, null, null, default)).Version;
    }

    public void Grant(string name) => World.Iam.Grant($"projects/flow-test/secrets/{name}", Eso, GcpAccessWorld.Accessor);

    public Task<List<ExternalSecretItem>> GetAsync(ExternalSecretOptions? options = null) =>
        new GetExternalSecretsOperation(Context).RunAsync(options ?? new ExternalSecretOptions(), Host);

    public Task<List<ExternalSecretTest>> TestAllAsync(ExternalSecretOptions? options = null) =>
        new TestExternalSecretsOperation(Context).RunAsync(options ?? new ExternalSecretOptions(), Host);

    /// <summary>The test of the only ExternalSecret.</summary>
    public async Task<ExternalSecretTest> TestAsync(string name = "db") =>
        Assert.Single(await TestAllAsync(new ExternalSecretOptions { Names = [name] }));

    /// <summary>Asserts state, cause and the whole remedy, and that no value is in any of it.</summary>
    public async Task Says(string state, string? cause, string? remedy, string name = "db")
    {
        ExternalSecretTest test = await TestAsync(name);
        Assert.Equal((state, cause, remedy), (test.State, test.Cause, test.Remedy));
        Assert.NotEmpty(test.Evidence);
        ShowsNoValue(test.Evidence + test.Remedy);
    }

    public Task<List<ExternalSecretChange>> SyncAllAsync(SyncExternalSecretOptions? options = null) =>
        new SyncExternalSecretsOperation(Context).RunAsync(options ?? new SyncExternalSecretOptions { Wait = true }, Host);

    public async Task<ExternalSecretChange> SyncAsync(SyncExternalSecretOptions? options = null)
    {
        ExternalSecretChange change = Assert.Single(await SyncAllAsync(options));
        ShowsNoValue(change + change.Message + Host.Everything);
        return change;
    }

    /// <summary>Asserts that it fails so, and gives the error.</summary>
    public async Task<FlowSecretException> Fails(string id, SyncExternalSecretOptions? options = null)
    {
        ExternalSecretChange change = await SyncAsync(options);
        Assert.Equal((ItemStatus.Failed, id), (change.Status, change.ErrorId));
        return change.Error!;
    }

    /// <summary>Lets one run of kubectl from now on fail.</summary>
    /// <param name="number">From 1.</param>
    public void Break(int number)
    {
        string kubectl = File.ReadAllText(Cluster.Sandbox.File("bin/kubectl"));
        string count = Cluster.Sandbox.Write("count", "");
        Cluster.Kubectl(
            $"echo x >> '{count}'\n[ $(wc -l < '{count}') = {number} ] && {{ echo 'error: broken' >&2; exit 1; }}\n"
                + kubectl[kubectl.IndexOf("export", StringComparison.Ordinal)..]
        );
    }

    /// <summary>So many runs of kubectl there were since then.</summary>
    public int Runs() => File.ReadAllLines(Cluster.Sandbox.File("count")).Length;

    public static void ShowsNoValue(string text)
    {
        Assert.DoesNotContain(Canary, text, StringComparison.Ordinal);
        Assert.DoesNotContain(Uri.EscapeDataString(Canary), text, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(Canary)), text, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        await World.DisposeAsync();
        await Cluster.DisposeAsync();
    }

    private string? Variable(string name) => name == "PATH" ? Cluster.Sandbox.File("bin") : Cluster.Sandbox.Variable(name);

    /// <summary>As the operator: Google decides what it may, and this says so in its client's words.</summary>
    private string Read(ExternalRead read)
    {
        GcpStore store = World.As(Eso);
        VersionSelector selector = ExternalSecretStore.SelectorOf(read.Version);
        try
        {
            using ReadSecret found = Task.Run(() => store.ReadAsync(read.Key, selector, default)).GetAwaiter().GetResult();
            string text = found.Value.RevealText(null);
            return read.Property is null ? text
                : JsonNode.Parse(text)![read.Property] is { } member ? member.ToString()
                : throw new ExternalReadException($"key {read.Property} does not exist in secret {read.Key}");
        }
        catch (FlowSecretException e)
        {
            throw new ExternalReadException(
                e.Id is ErrorIds.SecretNotFound or ErrorIds.SecretHasNoVersion ? "Secret does not exist"
                : e.Id == ErrorIds.VersionDisabled
                    ? "unable to access Secret from SecretManager Client: rpc error: code = FailedPrecondition "
                        + "desc = Secret Version is in DISABLED state."
                : "unable to access Secret from SecretManager Client: rpc error: code = PermissionDenied desc = Permission "
                    + $"'secretmanager.versions.access' denied for resource 'projects/flow-test/secrets/{read.Key}/versions/latest' "
                    + "(or it may not exist)."
            );
        }
    }

    private sealed class StageProviders(ExternalSecretStage stage) : IProviders
    {
        private readonly ProviderDoor _door = new();

        public IDocumentFormat Documents => _door.Documents;

        public void Prepare(StoreKind store) { }

        public ISecretStore OpenStore(StoreSelection selection, Func<string, string?> environment) => stage.Store ?? stage.World.As(null);

        public IWorkload OpenWorkload(CatalogWorkload workload, StoreSelection store, Func<string, string?> environment) =>
            new KubernetesWorkload(workload, store.Store, environment) { Clock = stage.Clock };

        public IExternalSecrets OpenExternalSecrets(ClusterSpace space, Func<string, string?> environment) =>
            new KubernetesExternalSecrets(space, environment) { Clock = stage.Clock };

        public string ServerOf(CatalogTarget target, string key, SecretValue value, bool isAdmin) => throw new NotSupportedException();

        public IRotationTarget OpenTarget(RotationTargetSettings settings) => throw new NotSupportedException();
    }
}
