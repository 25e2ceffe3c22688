using FlowSecrets.Errors;
using FlowSecrets.Operations;
using FlowSecrets.Operations.LocalEnv;
using FlowSecrets.Tests.Local;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Operations.LocalEnv;

/// <summary>Fields that are empty, null, absent, twice there or no text: each is its own answer, and the others are written.</summary>
public sealed class SyncFieldTests : IDisposable
{
    private readonly Sandbox _sandbox = new();
    private readonly TestHost _host = new();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task EachStateOfAFieldIsItsOwnAnswer()
    {
        WriteCatalog(required: false);
        await StoreAsync(
            """{"host":"h","pi":3.14159265358979323846264338327950288,"empty":"","nil":null,"half":"\ud800","two":1,"two":2}"""
        );
        _sandbox.Write(".env", "EMPTY=old\nHALF=mine\n");
        List<EnvVariable> results = await SyncAsync();
        Assert.Equal(
            [
                ("HOST", ItemStatus.Created, null),
                ("PI", ItemStatus.Created, null),
                ("EMPTY", ItemStatus.Updated, null),
                ("NIL", ItemStatus.Missing, null),
                ("HALF", ItemStatus.Failed, ErrorIds.ValueNotText),
                ("TWO", ItemStatus.Failed, ErrorIds.FieldAmbiguous),
                ("NONE", ItemStatus.Missing, null),
            ],
            results.Select(static r => (r.Name, r.Status, r.ErrorId))
        );
        Assert.Contains("is null", results[3].Message, StringComparison.Ordinal);
        Assert.Contains("no field", results[6].Message, StringComparison.Ordinal);
        string[] lines = _sandbox.Read(".env").Split('\n');
        Assert.Contains("HOST=h", lines);
        Assert.Contains("PI=3.14159265358979323846264338327950288", lines);
        Assert.Contains("EMPTY=", lines);
        Assert.Contains("HALF=mine", lines);
        Assert.DoesNotContain(_host.Warnings, static w => w.Contains("EMPTY", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ATemplateLeadsIntoAField()
    {
        _sandbox.Write(
            "flowsecrets.yaml",
            """
            application: app
            default: local
            environments: { local: { store: local } }
            secrets:
              db: { fields: { options: {}, "dotted.name": {} } }
              made: { fields: { json: { local: '{"x":{"y":"local"}}' } } }
            localEnv:
              path: .env
              variables:
                HOST: '{{ db.options.primary.host }}'
                QUOTED: '{{ db.options["a.b"] | upper }}'
                DOTTED: '{{ db["dotted.name"] }}'
                LOCAL: '{{ made.json.x.y }}'
                NONE: '{{ db.options.none.host | default "n" }}'
            """
        );
        await LocalStoreKeyTests.CreateAsync(
            _sandbox.Store(),
            "db",
            """{"options":{"primary":{"host":"h"},"a.b":"q"},"dotted.name":"d"}"""
        );
        await SyncAsync();
        string[] lines = _sandbox.Read(".env").Split('\n');
        Assert.All(["HOST=h", "QUOTED=Q", "DOTTED=d", "LOCAL=local", "NONE=n"], line => Assert.Contains(line, lines));
    }

    [Fact]
    public async Task ARequiredFieldThatIsEmptyIsAnError()
    {
        WriteCatalog(required: true);
        await StoreAsync("""{"host":"h","pi":1,"empty":"","nil":"x","half":"x","two":"x","none":"x"}""");
        _sandbox.Write(".env", "EMPTY=old\n");
        Assert.Equal(ErrorIds.EmptyValue, Assert.Single(await SyncAsync(), static r => r.ErrorId is not null).ErrorId);
        Assert.Contains("EMPTY=old", _sandbox.Read(".env"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AJsonFileKeepsWhatIsNotChanged()
    {
        WriteCatalog(required: false);
        await StoreAsync("""{"host":"h","pi":1E400,"empty":"","nil":"x","half":"x","two":"x","none":"x"}""");
        const string Mine = "{\"mine\" : 1.0, \"half\\ud800\": \"\\u0061\", \"HOST\": \"\\u0068\", \"PI\": 3.0, ";
        _sandbox.Write("env.json", Mine + "\"NIL\": null}\n");
        SyncOptions options = new() { Path = "env.json", Format = EnvDialect.Json };
        await new SyncLocalEnvOperation(_sandbox.Context).RunAsync(options, _host);
        string text = _sandbox.Read("env.json");
        Assert.StartsWith(Mine.Replace("3.0", "1E400"), text, StringComparison.Ordinal);
        Assert.Contains("\"NIL\": \"x\", \"EMPTY\": \"\"", text, StringComparison.Ordinal);
        Assert.All(
            await new SyncLocalEnvOperation(_sandbox.Context).RunAsync(options, _host),
            static r => Assert.Equal(ItemStatus.Unchanged, r.Status)
        );
        Assert.Equal(text, _sandbox.Read("env.json"));
    }

    private void WriteCatalog(bool required) =>
        _sandbox.Write(
            "flowsecrets.yaml",
            $$"""
            application: app
            default: local
            environments: { local: { store: local } }
            secrets:
              db:
                required: {{(required ? "true" : "false")}}
                fields:
                  host: { env: HOST }
                  pi: { env: PI }
                  empty: { env: EMPTY }
                  nil: { env: NIL }
                  half: { env: HALF }
                  two: { env: TWO }
                  none: { env: NONE }
            localEnv: { path: .env }
            """
        );

    private Task StoreAsync(string json) => LocalStoreKeyTests.CreateAsync(_sandbox.Store(), "db", json);

    private Task<List<EnvVariable>> SyncAsync() => new SyncLocalEnvOperation(_sandbox.Context).RunAsync(new SyncOptions(), _host);
}
