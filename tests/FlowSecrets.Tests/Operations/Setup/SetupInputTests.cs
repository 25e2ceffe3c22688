using FlowSecrets.Errors;
using FlowSecrets.Operations;
using FlowSecrets.Operations.Setup;
using FlowSecrets.Tests.Local;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Operations.Setup;

/// <summary>What a file gives reaches the secret that it names, as it is written.</summary>
public sealed class SetupInputTests : IDisposable
{
    private const string Catalog = """
        application: app
        default: local
        environments: { local: { store: local } }
        secrets:
          doc: { format: json }
          pair: { fields: { p-w: { }, p_w: { } } }
          db: { env: DB_JSON, fields: { host: { required: false, env: DB_HOST }, port: { required: false }, options: { required: false } } }
          a-b_c: { env: ABC }
          a_b-c: {}
          one-name: { env: [ONE, UNO] }
        """;

    private readonly Sandbox _sandbox = new();
    private readonly TestHost _host = new();

    public SetupInputTests() => _sandbox.Write("flowsecrets.yaml", Catalog);

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task JsonStaysAsItIsWritten()
    {
        const string Doc =
            "{ \"h\": 6.62607015e-34, \"pi\": 3.14159265358979323846264338327950288,\n \"e\": 1E400, \"z\": -0, \"s\": \"\u0085\" }";
        await InitializeAsync("in.json", $"{{\"doc\": {Doc}}}");
        Assert.Equal(Doc, await ReadAsync("doc"));
    }

    [Fact]
    public async Task MembersKeepTheirTypes()
    {
        await InitializeAsync("in.json", """{"db": {"host": "5432", "port": 5432, "options": {"tls": true}}}""");
        Assert.Equal("""{"host":"5432","port":5432,"options":{"tls": true}}""", await ReadAsync("db"));
    }

    [Fact]
    public async Task AnUpdateKeepsTheTypeThatTheStoreHasIfTheFileHasNone()
    {
        await LocalStoreKeyTests.CreateAsync(_sandbox.Store(), "db", """{ "host": 1, "port": 1 }""");
        await InitializeAsync("in.env", "DB_HOST=2\n", update: true);
        Assert.Equal("""{ "host": 2, "port": 1 }""", await ReadAsync("db"));
        await InitializeAsync("in.env", "DB_HOST=x\n", update: true);
        Assert.Equal("""{ "host": "x", "port": 1 }""", await ReadAsync("db"));
        Assert.Contains(_host.Warnings, static w => w.Contains("'host' of 'db'", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AVariableCarriesAWholeJsonSecret()
    {
        await InitializeAsync("in.env", """DB_JSON='{"host":"h","port":1.0}'""" + "\n");
        Assert.Equal("""{"host":"h","port":1.0}""", await ReadAsync("db"));
    }

    [Fact]
    public async Task EachFieldGetsItsOwnValue()
    {
        await InitializeAsync("in.json", """{"pair": {"p_w": "under", "p-w": "dash"}}""");
        Assert.Equal("""{"p-w":"dash","p_w":"under"}""", await ReadAsync("pair"));
    }

    [Fact]
    public async Task AnExactNameWinsAndTheLenientOneIsLeftOutWithAWarning()
    {
        await InitializeAsync("in.json", """{"one_name": "lenient", "one-name": "exact"}""");
        Assert.Equal("exact", await ReadAsync("one-name"));
        Assert.Contains(_host.Warnings, static w => w.Contains("one_name", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("in.json", """{"a_b_c": "x"}""", "'a-b_c'", "'a_b-c'")]
    [InlineData("in.json", """{"ONE": "x", "UNO": "y"}""", "'ONE'", "'UNO'")]
    [InlineData("in.json", """{"db": {"host": "x"}, "DB_HOST": "y"}""", "'db.host'", "'DB_HOST'")]
    [InlineData("in.json", """{"pair-p_w.x": 1, "pair.p_w": "1", "pair": {"p_w": "2"}}""", "'pair.p_w'", "'pair.p_w'")]
    public async Task WhatCannotBeToldApartIsNamed(string file, string text, string one, string other)
    {
        FlowSecretException error = await Assert.ThrowsAsync<FlowSecretException>(() => InitializeAsync(file, text));
        Assert.Equal(ErrorIds.BadInput, error.Id);
        Assert.Contains(one, error.Cause, StringComparison.Ordinal);
        Assert.Contains(other, error.Cause, StringComparison.Ordinal);
    }

    private Task<List<SetupResult>> InitializeAsync(string file, string text, bool update = false) =>
        new InitializeSecretsOperation(_sandbox.Context).RunAsync(
            new InitializeOptions
            {
                NonInteractive = true,
                UpdateExisting = update,
                InputPath = _sandbox.Write(file, text),
            },
            _host
        );

    private Task<string> ReadAsync(string name) => LocalStoreKeyTests.ReadAsync(_sandbox.FreshStore(), name);
}
