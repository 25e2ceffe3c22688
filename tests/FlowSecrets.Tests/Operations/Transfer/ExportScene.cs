using System.Text;
using FlowSecrets.Operations;
using FlowSecrets.Operations.Secrets;
using FlowSecrets.Operations.Transfer;
using FlowSecrets.Tests.Support;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Operations.Transfer;

/// <summary>A repository with secrets in its own local store, and a process whose log and environment the tests see.</summary>
internal sealed class ExportScene : IDisposable
{
    public const string Canary = "c4n4ry-7f3a91";

    public const string Catalog = """
        application: Shop 1
        default: local
        environments: { local: { store: local, path: store.db } }
        secrets:
          jwt: { env: JWT_SECRET, local: dev-jwt, workloads: [api], required: true }
          db:
            env: DB
            workloads: [api, web]
            fields:
              host: { env: DB_HOST, sensitive: false, local: localhost }
              port: { sensitive: false }
              password: { env: DB_PASSWORD }
          pem: { env: PEM, workloads: [web] }
          llm.key: { workloads: [web] }
        workloads:
          api: { kind: cloudrun, region: us-central1, service: api }
          web: { kind: cloudrun, region: us-central1, service: web }
        localEnv:
          variables: { MODE: production, DB_URL: "db://u:{{ db.password | urlencode }}@{{ db.host }}" }
        """;

    private MemoryStream _log = new();

    public Sandbox Sandbox { get; } = new();

    public TestHost Host { get; set; } = new();

    public Dictionary<string, string> Environment { get; } = new(StringComparer.Ordinal);

    public IReadOnlyList<string> CommandLine { get; set; } = ["pwsh", "-c", "x"];

    public ExportScene(string catalog = Catalog) => Sandbox.Write("flowsecrets.yaml", catalog);

    public OperationContext Context =>
        Sandbox.Context with
        {
            StandardOutput = () => new Kept(_log),
            SetVariable = (name, value) => Environment[name] = value,
            CommandLine = () => CommandLine,
        };

    /// <summary>What the process wrote to its standard output.</summary>
    public string Log => Encoding.UTF8.GetString(_log.ToArray());

    public async Task<ExportScene> WithAsync(params (string Name, string Value)[] secrets)
    {
        foreach ((string name, string text) in secrets)
        {
            using SecretValue value = SecretValue.FromText(text);
            WriteSecretsOptions options = new() { Names = [name], Value = value };
            Assert.Null(Assert.Single(await new NewSecretsOperation(Sandbox.Context).RunAsync(options, new TestHost())).ErrorId);
        }

        return this;
    }

    /// <summary>The usual secrets: a JSON one, a key of several lines, and one without a variable.</summary>
    public Task<ExportScene> FilledAsync() =>
        WithAsync(
            ("jwt", $"jwt-{Canary}"),
            ("db", $$"""{"host":"db","port":5432,"password":"p@ss%0A{{Canary}}"}"""),
            ("pem", $"-----BEGIN KEY-----\n{Canary}\n-----END KEY-----\n"),
            ("llm.key", $"llm-{Canary}")
        );

    public async Task<List<ExportedVariable>> RunAsync(ExportOptions options) =>
        [.. (await new ExportSecretsOperation(Context).RunAsync(options, Host)).Select(static o => o.Variable!)];

    public async Task<string> TextAsync(ExportOptions options)
    {
        ExportOutput output = Assert.Single(await new ExportSecretsOperation(Context).RunAsync(options with { AsPlainText = true }, Host));
        using SecretValue document = output.Document!;
        return document.RevealText("");
    }

    public void ClearLog() => _log = new MemoryStream();

    public void Dispose() => Sandbox.Dispose();

    /// <summary>Stays open when its user closes it.</summary>
    private sealed class Kept(MemoryStream log) : MemoryStream
    {
        public override void Write(byte[] buffer, int offset, int count) => log.Write(buffer, offset, count);

        public override void Write(ReadOnlySpan<byte> buffer) => log.Write(buffer);
    }
}
