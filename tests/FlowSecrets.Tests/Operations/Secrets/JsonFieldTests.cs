using FlowSecrets.Errors;
using FlowSecrets.Operations;
using FlowSecrets.Operations.Secrets;
using FlowSecrets.Tests.Local;
using FlowSecrets.Tests.Support;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Operations.Secrets;

/// <summary>Fields of JSON secrets: what is read and written keeps its type and its text.</summary>
public sealed class JsonFieldTests : IDisposable
{
    private const string Catalog = """
        application: app
        default: local
        environments: { local: { store: local } }
        secrets:
          db: { fields: { host: { }, port: { } } }
          doc: { format: json }
          blob: { format: binary }
        """;

    private readonly Sandbox _sandbox = new();
    private readonly TestHost _host = new();

    public JsonFieldTests() => _sandbox.Write("flowsecrets.yaml", Catalog);

    public void Dispose() => _sandbox.Dispose();

    [Theory]
    [InlineData("5432", "5433", "5433", false)]
    [InlineData("true", "false", "false", false)]
    [InlineData("null", "null", "null", false)]
    [InlineData("1", "1E400", "1E400", false)]
    [InlineData("[1]", "[1,  2]", "[1,  2]", false)]
    [InlineData("\"5432\"", "5433", "\"5433\"", false)]
    [InlineData("\"\\u0035432\"", "5432", "\"\\u0035432\"", false)]
    [InlineData("5432", "true", "\"true\"", true)]
    [InlineData("5432", " 5433", "\" 5433\"", true)]
    [InlineData("5432", "0x10", "\"0x10\"", true)]
    [InlineData("true", "yes", "\"yes\"", true)]
    [InlineData("null", "text", "\"text\"", true)]
    public async Task AFieldKeepsItsTypeOrTheWarningSaysSo(string old, string text, string expected, bool warns)
    {
        await CreateAsync("db", $"{{ \"host\" : \"\\u0061\", \"port\": {old},\n\t\"ratio\": 6.62607015e-34 }}");
        await SetFieldAsync("db", "port", text);
        Assert.Equal($"{{ \"host\" : \"\\u0061\", \"port\": {expected},\n\t\"ratio\": 6.62607015e-34 }}", await ReadAsync("db"));
        Assert.Equal(warns ? 1 : 0, _host.Warnings.Count);
        Assert.All(_host.Warnings, w => Assert.Contains("'port' of 'db'", w, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("db", """{"host":1,"host":2}""")]
    [InlineData("doc", """[{"a":{"b":1,"b":2}}]""")]
    [InlineData(null, """{"a":1,"a":2}""")]
    public async Task AMemberThatStandsTwiceIsRefusedWhenItIsWritten(string? key, string json)
    {
        using SecretValue value = SecretValue.FromText(json);
        WriteSecretsOptions options = new()
        {
            Names = key is null ? [] : [key],
            StoreNames = key is null ? ["free"] : [],
            Value = value,
        };
        SecretChange made = Assert.Single(await new NewSecretsOperation(_sandbox.Context).RunAsync(options, _host));
        Assert.Equal(ErrorIds.ValueNotJson, made.ErrorId);
        Assert.Contains("line 1, column ", made.Message, StringComparison.Ordinal);
        Assert.Null(await _sandbox.FreshStore().DescribeAsync(key ?? "free", default));
        await CreateAsync(key ?? "free", "{}");
        SecretChange set = Assert.Single(await new SetSecretsOperation(_sandbox.Context).RunAsync(options, _host));
        Assert.Equal(ErrorIds.ValueNotJson, set.ErrorId);
    }

    [Theory]
    [InlineData("blob", """{"a":1,"a":2}""")]
    [InlineData("free", """{"a":1,"a":2} and more""")]
    public async Task WhatIsNoJsonIsNotHeldAgainstItsRules(string name, string text)
    {
        using SecretValue value = SecretValue.FromText(text);
        WriteSecretsOptions options = new() { StoreNames = [name], Value = value };
        Assert.Equal(ItemStatus.Created, Assert.Single(await new NewSecretsOperation(_sandbox.Context).RunAsync(options, _host)).Status);
    }

    [Fact]
    public async Task AMemberThatStandsTwiceInTheStoreIsAmbiguousAndTheRestIsReadable()
    {
        const string Json = """{"host":"a","host":"b","port":1}""";
        await CreateAsync("db", Json);
        Assert.Equal(ErrorIds.FieldAmbiguous, (await GetAsync("db", "host")).Id);
        Assert.Equal("1", (await GetAsync("db", "port")).Text);
        Assert.Equal(Json, (await GetAsync("db", null)).Text);
        Assert.Equal(ErrorIds.ValueNotJson, (await SetFieldAsync("db", "port", "2")).ErrorId);
        Assert.Equal(Json, await ReadAsync("db"));
    }

    [Fact]
    public async Task AbsentNullAndEmptyAreDifferentAnswers()
    {
        await CreateAsync("db", """{"host":"","port":null}""");
        Assert.Equal("", (await GetAsync("db", "host")).Text);
        Assert.Equal(ErrorIds.FieldIsNull, (await GetAsync("db", "port")).Id);
        Assert.Equal(ErrorIds.FieldNotFound, (await GetAsync("db", "none")).Id);
    }

    [Fact]
    public async Task HalfASurrogatePairIsNoText()
    {
        await CreateAsync("db", """{"host":"\ud800","port":1,"\udc00":2}""");
        Assert.Equal(ErrorIds.ValueNotText, (await GetAsync("db", "host")).Id);
        Assert.Equal("1", (await GetAsync("db", "port")).Text);
        Assert.Equal(ItemStatus.Updated, (await SetFieldAsync("db", "host", "x")).Status);
        Assert.Equal("""{"host":"x","port":1,"\udc00":2}""", await ReadAsync("db"));
    }

    private const string Nested =
        """{"a.b":"literal","db":{"primary":{"Host":"h","port":1.0},"a.b":{"c":"quoted"},"d.e":"dotted"}"""
        + ""","x":{"y":{"z":"1"}},"x.y":{"z":"2"}}""";

    [Theory]
    [InlineData("a.b", "literal")]
    [InlineData("db.primary.Host", "h")]
    [InlineData("DB.primary.host", "h")]
    [InlineData("db.primary", """{"Host":"h","port":1.0}""")]
    [InlineData("db.primary.port", "1.0")]
    [InlineData("db[\"a.b\"].c", "quoted")]
    [InlineData("db['a.b']['c']", "quoted")]
    [InlineData("db.d.e", "dotted")]
    [InlineData("x.y.z", "2")]
    [InlineData("[\"x\"].y.z", "1")]
    public async Task APathLeadsIntoAField(string path, string expected)
    {
        await CreateAsync("doc", Nested);
        Assert.Equal(expected, (await GetAsync("doc", path)).Text);
    }

    [Theory]
    [InlineData("db.primary.none")]
    [InlineData("db.primary.Host.x")]
    [InlineData("db.")]
    [InlineData(".db")]
    [InlineData("db[primary]")]
    [InlineData("db[\"primary\"")]
    [InlineData("none.primary")]
    public async Task APathThatLeadsNowhereIsNotFound(string path)
    {
        await CreateAsync("doc", Nested);
        Assert.Equal(ErrorIds.FieldNotFound, (await GetAsync("doc", path)).Id);
    }

    [Fact]
    public async Task APathIsSetWhereItLeads()
    {
        await CreateAsync("doc", "{ \"db\": { \"port\" : 1, \"x\": 2 } }");
        await SetFieldAsync("doc", "db.port", "5433");
        Assert.Equal("{ \"db\": { \"port\" : 5433, \"x\": 2 } }", await ReadAsync("doc"));
        await SetFieldAsync("doc", "db.new", "1");
        Assert.Equal("{ \"db\": { \"port\" : 5433, \"x\": 2 }, \"db.new\": \"1\" }", await ReadAsync("doc"));
    }

    [Fact]
    public async Task ANameThatNoSecretHasIsASecretAndAField()
    {
        await CreateAsync("db", """{"host":"h","port":{"a":"1"}}""");
        Assert.Equal(("h", null), await GetAsync("db.host", null));
        Assert.Equal(("1", null), await GetAsync("DB.port.a", null));
        Assert.Equal((null, ErrorIds.FieldNotFound), await GetAsync("db.none", null));
        ReadValuesOptions both = new() { Names = ["db.host", "db.port.a", "none.host"] };
        List<SecretReading> read = await new ReadValuesOperation(_sandbox.Context).RunAsync(both, _host);
        Assert.Equal(["h", "1"], read.Select(static r => r.Value!.RevealText("db")));
        Assert.Equal(ErrorIds.SecretNotInCatalog, _host.Failures.Single().Id);
        read.ForEach(static r => r.Dispose());
    }

    private Task CreateAsync(string name, string json) => LocalStoreKeyTests.CreateAsync(_sandbox.Store(), name, json);

    private Task<string> ReadAsync(string name) => LocalStoreKeyTests.ReadAsync(_sandbox.FreshStore(), name);

    [Fact]
    public async Task WhoReadsAFieldOfATextIsToldHowToReadTheWhole()
    {
        await CreateAsync("blob", "text");
        ReadValuesOptions options = new() { Names = ["blob"], Field = "host" };
        FlowSecretException error = (await new ReadValuesOperation(_sandbox.Context).RunAsync(options, _host)).Single().Error!;
        Assert.Equal(ErrorIds.ValueNotJson, error.Id);
        Assert.StartsWith("See the whole value: Get-FlowSecretValue 'blob'", error.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFieldMatchesWithoutCaseWhereOneDoes()
    {
        await CreateAsync("db", """{"host":"h","port":1}""");
        Assert.Equal(ItemStatus.Updated, (await SetFieldAsync("db", "PORT", "2")).Status);
        Assert.Equal("""{"host":"h","port":2}""", await ReadAsync("db"));
        await CreateAsync("doc", """{"Key":1,"key":2,"Other":3}""");
        Assert.Equal(ErrorIds.FieldNotFound, (await GetAsync("doc", "KEY")).Id);
        Assert.Equal(ItemStatus.Updated, (await SetFieldAsync("doc", "key", "4")).Status);
        Assert.Equal(ItemStatus.Updated, (await SetFieldAsync("doc", "other", "5")).Status);
        Assert.Equal("""{"Key":1,"key":4,"Other":5}""", await ReadAsync("doc"));
    }

    private async Task<SecretChange> SetFieldAsync(string name, string field, string text)
    {
        using SecretValue value = SecretValue.FromText(text);
        WriteSecretsOptions options = new()
        {
            Names = [name],
            Field = field,
            Value = value,
        };
        return Assert.Single(await new SetSecretsOperation(_sandbox.Context).RunAsync(options, _host));
    }

    private async Task<(string? Text, string? Id)> GetAsync(string name, string? field)
    {
        ReadValuesOptions options = new() { Names = [name], Field = field };
        using SecretReading reading = Assert.Single(await new ReadValuesOperation(_sandbox.Context).RunAsync(options, _host));
        return (reading.Value?.RevealText(name), reading.Error?.Id);
    }
}
