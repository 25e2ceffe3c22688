using FlowSecrets.Model;
using FlowSecrets.Operations;
using FlowSecrets.Operations.Access;
using FlowSecrets.Ports;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Operations.Access;

/// <summary>A catalog with an environment of each cloud, each with a store in memory.</summary>
internal sealed class AccessSetting : IDisposable
{
    public const string Api = "serviceAccount:api@p.iam.gserviceaccount.com";
    public const string Ops = "group:ops@example.com";
    public const string Dev = "user:dev@example.com";
    public const string Role = "arn:aws:iam::123456789012:role/api";

    private const string Catalog = $$"""
        application: app
        default: prod
        environments:
          prod:  { store: gcp, project: p }
          stage: { store: gcp, project: s, prefix: s-, access: [ { principal: "{{Dev}}", role: manager, secrets: [jwt] } ] }
          aws:   { store: aws, region: eu-west-1 }
          local: { store: local }
        secrets:
          jwt: { workloads: [api] }
          db: { workloads: [api] }
          llm-a: { }
          llm-b: { }
        access:
          - { principal: "{{Api}}", role: reader, secrets: [jwt, db] }
          - { principal: "{{Ops}}", role: writer, secrets: ["llm-*"] }
          - { principal: "{{Role}}", role: reader, secrets: ["*"] }
        workloads:
          api: { kind: cloudrun, region: r, service: api }
          idle: { kind: cloudrun, region: r, service: idle }

        """;

    private readonly Sandbox _sandbox = new();

    public AccessSetting(string? catalog = null)
    {
        _sandbox.Write("flowsecrets.yaml", catalog ?? Catalog);
        Providers = new FakeProviders { Stores = StoreOf };
        Providers.Workloads["api"] = new WorkloadIdentity(Api, "said so");
        Providers.Workloads["idle"] = new WorkloadIdentity(Dev, "said so");
    }

    public FakeAccess Access { get; } = new();

    public FakeProviders Providers { get; }

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    public int Concurrency { get; init; } = 8;

    /// <summary>What is in other places: by the location, such as "p/europe-west1" or "s".</summary>
    public Dictionary<string, string[]> Elsewhere { get; } = new(StringComparer.Ordinal);

    /// <summary>What this machine is set to, for a selection without a project.</summary>
    public string Machine { get; set; } = "p";

    public OperationContext Context =>
        new(() => Providers, Path.GetDirectoryName(_sandbox.File("x"))!) { Variable = _sandbox.Variable, Clock = Clock };

    public static string WithPublic { get; } = Catalog.Replace(Dev, "allUsers", StringComparison.Ordinal);

    public Task<List<SecretAccess>> TestAsync(TestAccessOptions options, TestHost? host = null) =>
        new TestAccessOperation(Context).RunAsync(options, host ?? new TestHost());

    public Task<List<SecretGrantItem>> GetAsync(AccessOptions options, TestHost? host = null) =>
        new GetAccessOperation(Context).RunAsync(options, host ?? new TestHost());

    public Task<List<SecretAccessChange>> ChangeAsync(
        ChangeAccessOptions options,
        TestHost? host = null,
        CancellationToken cancellationToken = default
    ) => OperationRunner.RunAsync(new ChangeAccessOperation(Context), options, host ?? new TestHost(), cancellationToken);

    public void Dispose() => _sandbox.Dispose();

    private FakeStore StoreOf(StoreSelection selection)
    {
        string place = selection.Project ?? (selection.Store == StoreKind.Gcp ? Machine : selection.Store.ToString());
        string location = selection.Store == StoreKind.Gcp && selection.Region is { } region ? $"{place}/{region}" : place;
        return new FakeStore(
            new Place(selection.Store, location, "me@example.com")
            {
                Text = $"{(selection.Store == StoreKind.Gcp ? "project" : "store")} {location}",
            },
            Access,
            Elsewhere.GetValueOrDefault(location) ?? []
        )
        {
            Concurrency = Concurrency,
        };
    }
}
