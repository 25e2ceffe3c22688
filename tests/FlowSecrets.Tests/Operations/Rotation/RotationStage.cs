using FlowSecrets.CloudFakes;
using FlowSecrets.CloudFakes.Aws;
using FlowSecrets.CloudFakes.Gcp;
using FlowSecrets.Model;
using FlowSecrets.Operations;
using FlowSecrets.Operations.Rotation;
using FlowSecrets.Ports;
using FlowSecrets.Providers;
using FlowSecrets.Tests.Soaks;
using FlowSecrets.Tests.Support;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Operations.Rotation;

/// <summary>A store, a catalog, and who rotates with it; where wanted with a model of the target and of the workloads.</summary>
internal sealed class RotationStage : IAsyncDisposable
{
    private readonly string _environment;

    private RotationStage(string environment) => _environment = environment;

    public Sandbox Sandbox { get; } = new();

    public ImpatientClock Clock { get; } = new();

    /// <summary>Null: the local store.</summary>
    public CloudFake? Fake { get; private set; }

    /// <summary>The store as another process sees it.</summary>
    public ISecretStore Store =>
        new ProviderDoor().OpenStore(
            _environment switch
            {
                "gcp" => new StoreSelection(StoreKind.Gcp) { Project = "flow-test" },
                "aws" => new StoreSelection(StoreKind.Aws) { Region = "eu-west-1" },
                _ => new StoreSelection(StoreKind.Local),
            },
            Sandbox.Variable
        );

    /// <summary>Null: the real ones.</summary>
    public Func<IRotationTarget>? Target { get; set; }

    /// <summary>Null: the real ones.</summary>
    public Func<CatalogWorkload, IWorkload>? Workload { get; set; }

    /// <summary>Hears what is said.</summary>
    public TestHost Host { get; set; } = new();

    /// <param name="environment">local, gcp or aws.</param>
    /// <param name="catalog">The lines under 'secrets', and what follows them.</param>
    public static async Task<RotationStage> StartAsync(string environment, string catalog)
    {
        RotationStage stage = new(environment)
        {
            Fake = environment switch
            {
                "gcp" => await GcpFake.StartAsync(),
                "aws" => await AwsFake.StartAsync(),
                _ => null,
            },
        };
        if (stage.Fake is { } fake)
        {
            foreach (
                (string name, string value) in new[]
                {
                    ("CLOUDSDK_API_ENDPOINT_OVERRIDES_SECRETMANAGER", fake.Endpoint.AbsoluteUri),
                    ("AWS_ENDPOINT_URL", fake.Endpoint.AbsoluteUri),
                    ("AWS_ACCESS_KEY_ID", "AKIATEST"),
                    ("AWS_SECRET_ACCESS_KEY", "test"),
                    ("CLOUDSDK_CONFIG", stage.Sandbox.File("gcloud")),
                    ("NO_GCE_CHECK", "true"),
                }
            )
            {
                stage.Sandbox.Set(name, value);
            }
        }

        stage.Sandbox.Write(
            "flowsecrets.yaml",
            $$"""
            application: stage
            default: {{environment}}
            environments: { local: { store: local }, gcp: { store: gcp, project: flow-test }, aws: { store: aws, region: eu-west-1 } }
            secrets:
            {{catalog}}
            """
        );
        return stage;
    }

    public async Task CreateAsync(string name, string text)
    {
        using SecretValue value = SecretValue.FromText(text);
        await Store.CreateAsync(name, new Dictionary<string, string>(StringComparer.Ordinal), value, default);
    }

    /// <summary>A version that a person or another tool adds.</summary>
    public async Task AddAsync(string name, string text, string? stage = null)
    {
        using SecretValue value = SecretValue.FromText(text);
        await Store.AddVersionAsync(name, value, stage, null, default);
    }

    public async Task<string> CurrentAsync(string name)
    {
        using ReadSecret read = await Store.ReadAsync(name, VersionSelector.Current, default);
        return read.Value.RevealText(name);
    }

    public Task<RotationView> ViewAsync(string name) => Store.Rotation.ViewAsync(new RotationSubject(name), default);

    public async Task<RotationResult> RotateAsync(string name, bool force = false) =>
        Assert.Single(await RunAsync(new InvokeRotationOptions { Names = [name], Force = force }));

    public async Task<List<RotationResult>> RunAsync(InvokeRotationOptions options, int? throttleLimit = null) =>
        await new InvokeRotationOperation(Context with { ThrottleLimit = throttleLimit }).RunAsync(options, Host);

    public async Task<RotationResult> UndoAsync(string name) =>
        Assert.Single(await new UndoRotationOperation(Context).RunAsync(new UndoRotationOptions { Names = [name] }, Host));

    public async ValueTask DisposeAsync()
    {
        if (Fake is not null)
        {
            await Fake.DisposeAsync();
        }

        Sandbox.Dispose();
    }

    public OperationContext Context
    {
        get
        {
            ProviderDoor door = new();
            InterleavedProviders providers = new(
                door,
                s => door.OpenStore(s, Sandbox.Variable),
                Target ?? (() => throw new InvalidOperationException("The catalog has a target, and the test none."))
            )
            {
                Workload = Workload,
            };
            return Sandbox.Context with { Providers = () => providers, Clock = Clock };
        }
    }
}
