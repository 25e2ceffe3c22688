using FlowSecrets.CloudFakes;
using FlowSecrets.CloudFakes.Aws;
using FlowSecrets.CloudFakes.Gcp;
using FlowSecrets.Files.Marked;
using FlowSecrets.Model;
using FlowSecrets.Operations;
using FlowSecrets.Operations.Terraform;
using FlowSecrets.Ports;
using FlowSecrets.Tests.Support;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Operations.Terraform;

/// <summary>A catalog with both clouds' fakes, through the door that the module uses.</summary>
internal sealed class TerraformStage : IAsyncDisposable
{
    public const string Canary = "CANARY-VALUE-7f31";
    public const string Web = "serviceAccount:web@acme-prod.iam.gserviceaccount.com";
    public const string Role = "arn:aws:iam::123456789012:role/team/web";
    public const string AppRunner = "arn:aws:apprunner:eu-west-1:123456789012:service/web/0123456789abcdef0123456789abcdef";

    public const string Catalog = $$"""
        application: acme
        default: prod
        environments:
          prod: { store: gcp, project: acme-prod }
          test: { store: gcp, project: acme-test }
          regional: { store: gcp, project: acme-prod, region: europe-west3 }
          aws:
            store: aws
            region: eu-west-1
            prefix: acme/
            workloads:
              web: { kind: apprunner, arn: "{{AppRunner}}" }
              jobs: { kind: ecs, cluster: main, service: jobs }
          local: { store: local }
        secrets:
          db-config:
            description: Database ${x}
            workloads: [web, jobs]
            rotate: { every: 90d, overlap: 1h, previousEnv: DB_OLD }
            env: DATABASE
            fields:
              host: { env: DB_HOST, sensitive: false }
              password: { env: DB_PASSWORD }
          api_token: { env: API_TOKEN, workloads: [web], labels: { team: core } }
          partner: { owner: external, env: PARTNER, workloads: [web] }
        access:
          - { principal: "{{Web}}", role: reader, secrets: ["*"] }
          - { principal: "group:ops@example.com", role: manager, secrets: [api_token] }
          - { principal: "{{Role}}", role: reader, secrets: ["db-*", api_token] }
          - { principal: "arn:aws:iam::999999999999:role/far", role: reader, secrets: [api_token] }
        workloads:
          web: { kind: cloudrun, region: us-central1, service: shop }
          cluster: { kind: kubernetes, namespace: shop, deployment: web }

        """;

    private readonly Sandbox _sandbox = new();

    private TerraformStage(AwsFake aws, GcpFake gcp) => (Aws, Gcp) = (aws, gcp);

    public AwsFake Aws { get; }

    public GcpFake Gcp { get; }

    public TestHost Host { get; set; } = new();

    public string Folder => _sandbox.Folder;

    public static async Task<TerraformStage> StartAsync(string? catalog = null)
    {
        TerraformStage stage = new(await AwsFake.StartAsync(), await GcpFake.StartAsync());
        stage._sandbox.Write("flowsecrets.yaml", catalog ?? Catalog);
        foreach (
            (string name, string value) in new[]
            {
                ("AWS_ENDPOINT_URL", stage.Aws.Endpoint.AbsoluteUri),
                ("AWS_ACCESS_KEY_ID", "test"),
                ("AWS_SECRET_ACCESS_KEY", "test"),
                ("CLOUDSDK_API_ENDPOINT_OVERRIDES_SECRETMANAGER", stage.Gcp.Endpoint.AbsoluteUri),
                ("CLOUDSDK_CONFIG", stage._sandbox.File("gcloud")),
                ("GOOGLE_OAUTH_ACCESS_TOKEN", "test"),
                ("NO_GCE_CHECK", "true"),
            }
        )
        {
            stage._sandbox.Set(name, value);
        }

        return stage;
    }

    public ISecretStore Store(StoreKind kind, string? region = null, string project = "acme-prod") =>
        _sandbox.Providers.OpenStore(
            kind == StoreKind.Aws
                ? new StoreSelection(kind) { Region = region ?? "eu-west-1" }
                : new StoreSelection(kind) { Project = project, Region = region },
            _sandbox.Variable
        );

    /// <summary>Makes a secret with a value that must be nowhere.</summary>
    public static async Task AddAsync(ISecretStore store, string name, params (string Key, string Value)[] labels)
    {
        using SecretValue value = SecretValue.FromText(Canary);
        await store.CreateAsync(name, labels.ToDictionary(static l => l.Key, static l => l.Value, StringComparer.Ordinal), value, default);
    }

    public async Task AddAllAsync(StoreKind kind, string prefix = "")
    {
        ISecretStore store = Store(kind);
        foreach (string name in new[] { "db-config", "api_token", "partner" })
        {
            await AddAsync(store, prefix + name);
        }

        Gcp.ClearCalls();
        Aws.ClearCalls();
    }

    /// <summary>Another machine's point of view: the address of AWS is not this one's.</summary>
    public void Set(string name, string value) => _sandbox.Set(name, value);

    public Task<List<TerraformFile>> RunAsync(string environment, Func<TerraformOptions, TerraformOptions>? with = null) =>
        RunAsync(new TerraformOptions { Environment = environment }, with);

    public Task<List<TerraformFile>> RunAsync(TerraformOptions options, Func<TerraformOptions, TerraformOptions>? with = null) =>
        new ExportTerraformOperation(_sandbox.Context).RunAsync(with is null ? options : with(options), Host);

    public OperationContext Context => _sandbox.Context;

    public string At(string relative) => _sandbox.File(relative);

    /// <summary>A file without its marker.</summary>
    public string Text(string relative)
    {
        string text = _sandbox.Read(relative);
        Assert.True(FileMarker.Read(Path.GetFileName(relative), text) is { IsIntact: true }, relative);
        return text[(text.IndexOf('\n') + 1)..];
    }

    /// <summary>All files of a folder in one text.</summary>
    public string All(string folder) =>
        string.Concat(Directory.GetFiles(_sandbox.File(folder)).Order(StringComparer.Ordinal).Select(File.ReadAllText));

    /// <summary>Names of the calls that were answered by either cloud.</summary>
    public IEnumerable<RecordedCall> Calls => Gcp.Calls.Concat(Aws.Calls);

    public async ValueTask DisposeAsync()
    {
        await Aws.DisposeAsync();
        await Gcp.DisposeAsync();
        _sandbox.Dispose();
    }
}
