using FlowSecrets.CloudFakes.Aws;
using FlowSecrets.CloudFakes.Gcp;
using FlowSecrets.Model;
using FlowSecrets.Operations;
using FlowSecrets.Operations.Copying;
using FlowSecrets.Ports;
using FlowSecrets.Tests.Contracts;
using FlowSecrets.Tests.Support;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Operations.Copying;

/// <summary>A catalog with two locations of each store, on the fakes and in a folder of its own.</summary>
public sealed class CopyScene : IAsyncDisposable
{
    private const string Environments = """
        application: app
        default: local
        environments:
          local: { store: local, path: one.db }
          local2: { store: local, path: two.db }
          gcp: { store: gcp, project: flow-test }
          gcp2: { store: gcp, project: flow-other }
          aws: { store: aws, region: eu-west-1 }
          aws2: { store: aws, region: us-east-1 }
          aws-prefixed: { store: aws, region: eu-central-1, prefix: "prod/", names: { api-key: legacy/api } }
          again: { store: gcp, project: flow-test }

        """;

    public static readonly TheoryData<string, string> Pairs = new()
    {
        { "local", "local2" },
        { "local", "gcp" },
        { "local", "aws" },
        { "gcp", "local" },
        { "gcp", "gcp2" },
        { "gcp", "aws" },
        { "aws", "local" },
        { "aws", "gcp" },
        { "aws", "aws2" },
    };

    private readonly GcpFake _gcp;
    private readonly AwsFake _aws;
    private readonly Sandbox _sandbox = new();

    private CopyScene(GcpFake gcp, AwsFake aws) => (_gcp, _aws) = (gcp, aws);

    internal GcpFake Gcp => _gcp;

    internal AwsFake Aws => _aws;

    internal Sandbox Sandbox => _sandbox;

    internal TestHost Host { get; set; } = new();

    /// <summary>What is changed of the stores that a copy opens; null: nothing.</summary>
    internal Func<ISecretStore, ISecretStore>? Change { get; set; }

    public static async Task<CopyScene> StartAsync(
        string secrets = "secrets: { jwt-secret: {}, api-key: {}, data-key: { usage: encryption } }"
    )
    {
        CopyScene scene = new(await GcpFake.StartAsync(), await AwsFake.StartAsync());
        scene._sandbox.Write("flowsecrets.yaml", Environments + secrets + "\n");
        return scene;
    }

    /// <summary>The store of an environment, as another process would open it.</summary>
    internal ISecretStore Store(string environment) =>
        Open(
            environment switch
            {
                "local" => new StoreSelection(StoreKind.Local) { Path = _sandbox.File("one.db") },
                "local2" => new StoreSelection(StoreKind.Local) { Path = _sandbox.File("two.db") },
                "gcp" => new StoreSelection(StoreKind.Gcp) { Project = "flow-test" },
                "gcp2" => new StoreSelection(StoreKind.Gcp) { Project = "flow-other" },
                "aws" => new StoreSelection(StoreKind.Aws) { Region = "eu-west-1" },
                "aws2" => new StoreSelection(StoreKind.Aws) { Region = "us-east-1" },
                _ => new StoreSelection(StoreKind.Aws) { Region = "eu-central-1" },
            }
        );

    internal async Task<List<CopyResult>> CopyAsync(
        string from,
        string to,
        Func<CopySecretsOptions, CopySecretsOptions>? change = null,
        FaultPoint? fault = null,
        CancellationToken cancellationToken = default
    )
    {
        OperationContext context = _sandbox.Context with { Providers = () => new Clouds(this, fault) };
        CopySecretsOptions options = new()
        {
            From = from,
            To = to,
            TrustCatalog = true,
        };
        CopySecretsOperation operation = new(context);
        return await OperationRunner.RunAsync(operation, change?.Invoke(options) ?? options, Host, cancellationToken);
    }

    /// <summary>Makes a secret with these values, oldest first.</summary>
    internal async Task SeedAsync(string environment, string name, params string[] values) =>
        await SeedAsync(Store(environment), name, [], values);

    internal static async Task SeedAsync(ISecretStore store, string name, Dictionary<string, string> labels, params string[] values)
    {
        string? current = null;
        foreach (string text in values)
        {
            using SecretValue value = SecretValue.FromText(text);
            current = current is null
                ? (await store.CreateAsync(name, labels, value, default)).CurrentVersion
                : (await store.AddVersionAsync(name, value, null, null, default)).Version;
        }
    }

    /// <summary>The readable values, oldest first, each with its stages: "v1", "v2:previous", "v3:current".</summary>
    internal async Task<List<string>> StateAsync(string environment, string name)
    {
        ISecretStore store = Store(environment);
        List<string> state = [];
        foreach (SecretVersionInfo info in (await store.ListVersionsAsync(name, default)).Reverse())
        {
            string stages = info.Stages.Count == 0 ? "" : ":" + string.Join('+', info.Stages.Order(StringComparer.Ordinal));
            string value = info.State.ToString();
            if (info.State == VersionState.Enabled)
            {
                using ReadSecret read = await store.ReadAsync(name, new(info.Version, null), default);
                value = read.Value.RevealText(name);
            }

            state.Add(value + stages);
        }

        return state;
    }

    public async ValueTask DisposeAsync()
    {
        await _gcp.DisposeAsync();
        await _aws.DisposeAsync();
        _sandbox.Dispose();
    }

    private ISecretStore Open(StoreSelection selection) =>
        selection.Store switch
        {
            StoreKind.Gcp => CloudStores.Gcp(_gcp, selection: selection),
            StoreKind.Aws => CloudStores.Aws(_aws.Endpoint, region: selection.Region!),
            _ => _sandbox.Providers.OpenStore(selection, _sandbox.Variable),
        };

    private sealed class Clouds(CopyScene scene, FaultPoint? fault) : IProviders
    {
        private IProviders Inner => scene._sandbox.Providers;

        public IDocumentFormat Documents => Inner.Documents;

        public void Prepare(StoreKind store)
        {
            // The fakes need nothing.
        }

        public ISecretStore OpenStore(StoreSelection selection, Func<string, string?> environment) =>
            fault is not null ? FaultyStore.Of(scene.Open(selection), fault)
            : scene.Change is { } change ? change(scene.Open(selection))
            : scene.Open(selection);

        public IWorkload OpenWorkload(CatalogWorkload workload, StoreSelection store, Func<string, string?> environment) =>
            Inner.OpenWorkload(workload, store, environment);

        public IExternalSecrets OpenExternalSecrets(ClusterSpace space, Func<string, string?> environment) =>
            Inner.OpenExternalSecrets(space, environment);

        public string ServerOf(CatalogTarget target, string key, SecretValue value, bool isAdmin) =>
            Inner.ServerOf(target, key, value, isAdmin);

        public IRotationTarget OpenTarget(RotationTargetSettings settings) => Inner.OpenTarget(settings);
    }
}
