using System.Text;
using FlowSecrets.Errors;
using FlowSecrets.Operations;
using FlowSecrets.Operations.Transfer;
using FlowSecrets.Tests.Local;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Operations.Transfer;

/// <summary>The statements I1 to I9 about Import-FlowSecret that need no PowerShell.</summary>
public sealed class ImportTests : IDisposable
{
    private const string Catalog = """
        application: app
        default: local
        environments: { local: { store: local } }
        secrets:
          jwt-secret: { env: JWT_SECRET }
          api-key: { env: [ONE, UNO] }
          db: { fields: { host: { env: DB_HOST }, port: { required: false }, password: { env: DB_PASSWORD } } }
          data-key: { usage: encryption }
          doc: { format: json }
        """;

    private readonly Sandbox _sandbox = new();
    private TestHost _host = new();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task I1_ThePlanSaysWhatWouldHappenAndChangesNothing()
    {
        await CreateAsync("same", "CANARY-1");
        await CreateAsync("other", "old");
        _host = new TestHost { IsWhatIf = true };
        List<ImportResult> results = await ImportAsync(
            "x.json",
            """{"new":"CANARY-0","same":"CANARY-1","other":"CANARY-2","none":""}""",
            o => o with { UpdateExisting = true }
        );
        Assert.Equal(["Create", "Same", "NewVersion", "Refuse"], results.Select(static r => r.Action));
        Assert.Equal(["Planned", "Unchanged", "Planned", "Failed"], results.Select(static r => r.Status));
        Assert.Equal("old", await ReadAsync("other"));
        Assert.Null(await _sandbox.Store().DescribeAsync("new", default));
        Assert.DoesNotContain("CANARY", _host.Everything + string.Join('\n', results), StringComparison.Ordinal);
    }

    [Fact]
    public async Task I2_WhatExistsIsKeptAndAnEqualValueMakesNoVersion()
    {
        await CreateAsync("a", "1");
        await CreateAsync("b", "1");
        List<ImportResult> kept = await ImportAsync("x.env", "a=1\nb=2\n");
        Assert.Equal(["Unchanged", "Differs"], kept.Select(static r => r.Status));
        List<ImportResult> updated = await ImportAsync("x.env", "a=1\nb=2\n", static o => o with { UpdateExisting = true });
        Assert.Equal(["Unchanged", "Updated"], updated.Select(static r => r.Status));
        Assert.Equal(["1", "2"], updated.Select(static r => r.Version));
        Assert.Single(await _sandbox.Store().ListVersionsAsync("a", default));
        Assert.Equal("2", await ReadAsync("b"));
    }

    [Theory]
    [InlineData("x.env", "none=\ngood=1\n")]
    [InlineData("x.json", """{"none":null,"good":"1"}""")]
    [InlineData("x.tfvars", "none = \"\"\ngood = \"1\"\n")]
    public async Task I3_AnEmptyValueIsRefusedByName(string name, string text)
    {
        List<ImportResult> results = await ImportAsync(name, text);
        Assert.Equal((ErrorIds.EmptyValue, "none"), (results[0].ErrorId, results[0].Error!.Target));
        Assert.Equal("Created", results[1].Status);
        Assert.Null(await _sandbox.Store().DescribeAsync("none", default));
    }

    [Fact]
    public async Task I4_WhatPeopleWriteSurvives()
    {
        const string Hash = "$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy";
        string path = _sandbox.File("x.env");
        File.WriteAllBytes(
            path,
            [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes($"export A=1\r\nHASH='{Hash}'\r\nA=1\r\nB=first\r\nB=last\r\n")]
        );
        List<ImportResult> results = await ImportAsync(path);
        Assert.All(results, static r => Assert.Equal("Created", r.Status));
        Assert.Equal([Hash, "1", "last"], [await ReadAsync("HASH"), await ReadAsync("A"), await ReadAsync("B")]);
        Assert.Contains(_host.Warnings, static w => w.Contains("B has several values", StringComparison.Ordinal));
    }

    [Fact]
    public async Task I5_NamesThatBecomeOneAreAnErrorForBoth()
    {
        List<ImportResult> results = await ImportAsync("x.json", """{"a:b":"1","a-b":"2","c:d":"3"}""");
        Assert.Equal(["c-d", null, null], results.Select(static r => r.StoreName));
        Assert.Equal(["a:b", "a-b"], results.Skip(1).Select(static r => r.Error!.Target));
        Assert.All(results.Skip(1), static r => Assert.Equal(ErrorIds.NameConflict, r.ErrorId));
        Assert.Null(await _sandbox.Store().DescribeAsync("a-b", default));
        Assert.Equal(
            "Created",
            Assert.Single(await ImportAsync("x.json", """{"a:b":"1","a-b":"2"}""", static o => o with { Names = ["a:b"] })).Status
        );
    }

    [Fact]
    public async Task I5_NamesOfTheCatalogToo()
    {
        _sandbox.Write("flowsecrets.yaml", Catalog);
        List<ImportResult> results = await ImportAsync("x.env", "ONE=1\nUNO=2\njwt_secret=a\njwt-secret_=b\nJWT-SECRET=c\n");
        Assert.Equal(
            ["JWT-SECRET", "ONE", "UNO", "jwt_secret"],
            results
                .Where(static r => r.ErrorId == ErrorIds.NameConflict)
                .Select(static r => r.Source.Single())
                .Order(StringComparer.Ordinal)
        );
        Assert.Null(await _sandbox.Store().DescribeAsync("api-key", default));
    }

    [Fact]
    public async Task I6_AValueThatReadsBackDifferentlyIsAnError()
    {
        ProvidersWith liar = new(_sandbox.Providers, static s => FaultyStore.Of(s, new FaultPoint(3, isAfter: false)));
        List<ImportResult> results = await ImportAsync("x.env", "a=1\n", context: _sandbox.Context with { Providers = () => liar });
        Assert.Equal(ErrorIds.ReadBackFailed, Assert.Single(results).ErrorId);
        Assert.Equal("Unchanged", Assert.Single(await ImportAsync("x.env", "a=1\n")).Status);
    }

    [Fact]
    public async Task I9_TheCatalogSaysWhatNamesMean()
    {
        _sandbox.Write("flowsecrets.yaml", Catalog);
        List<ImportResult> results = await ImportAsync(
            "x.env",
            "JWT_SECRET=j\nDB_HOST=h\nDB_PASSWORD=5432\nDATA_KEY=k\nPORT=3000\nDOC='{\"n\":1.0}'\n"
        );
        Assert.Equal(["jwt-secret", "db", "data-key", "doc", null], results.Select(static r => r.Name));
        Assert.Equal(["Created", "Created", "Created", "Created", "Skipped"], results.Select(static r => r.Status));
        Assert.Equal("""{"host":"h","password":"5432"}""", await ReadAsync("db"));
        Assert.Equal("""{"n":1.0}""", await ReadAsync("doc"));

        // Fields that are there stay, those that are not are added, and an encryption key needs its own word.
        results = await ImportAsync("y.json", """{"db":{"host":"h2","port":1},"data-key":"k2"}""");
        Assert.Equal(["Updated", "Differs"], results.Select(static r => r.Status));
        Assert.Equal("""{"host":"h","password":"5432","port":1}""", await ReadAsync("db"));
        results = await ImportAsync("y.json", """{"db":{"host":"h2"},"data-key":"k2"}""", static o => o with { UpdateExisting = true });
        Assert.Equal(["Updated", "Failed"], results.Select(static r => r.Status));
        Assert.Equal(ErrorIds.EncryptionKeyProtected, results[1].ErrorId);
    }

    [Fact]
    public async Task I9_EncryptedEntriesOfPulumiAreRefusedByName()
    {
        const string Stack = """
            config:
              app:plain: text
              app:apiToken: { secure: v1:abc }
              app:nested: { a: { b: { secure: v1:def } } }
              app:secrets: [{ name: listed, value: { secure: v1:ghi } }]
            """;
        List<ImportResult> results = await ImportAsync("Pulumi.prod.yaml", Stack);
        Assert.Equal(
            ["plain", "api-token", "listed", "nested"],
            results
                .Select(static r => r.Source.Single())
                .OrderBy(static n => n == "plain" ? 0 : 1)
                .ThenBy(static n => n, StringComparer.Ordinal)
        );
        Assert.All(
            results.Where(static r => r.Source[0] != "plain"),
            static r => Assert.Equal((ErrorIds.BadInput, "Refuse"), (r.ErrorId, r.Action))
        );
        Assert.Equal("text", await ReadAsync("plain"));
    }

    [Theory]
    [InlineData("x.tfvars", "other = \"1\"\nsecrets = { a = \"x\", \"b\" = { value = \"y\" } }\n")]
    [InlineData("x.tfvars", "secrets = [{ name = \"a\", value = \"x\" }, { name = \"b\", value = \"y\" }]\n")]
    [InlineData("x.json", """{"secrets":{"a":"x","b":"y"}}""")]
    [InlineData("x.env", """secrets='{"a":"x","b":"y"}'""")]
    public async Task OneVariableHoldsManySecrets(string name, string text)
    {
        List<ImportResult> results = await ImportAsync(name, text, static o => o with { Expand = "secrets" });
        Assert.Equal(["a", "b"], results.Select(static r => r.StoreName));
        Assert.Equal(["x", "y"], [await ReadAsync("a"), await ReadAsync("b")]);
    }

    [Theory]
    [InlineData("x.tfvars", "secrets = \"text\"\n", ErrorIds.BadInput)]
    [InlineData("x.tfvars", "secrets = [{ value = \"x\" }]\n", ErrorIds.BadInput)]
    [InlineData("x.tfvars", "other = \"text\"\n", ErrorIds.BadArgument)]
    public async Task AVariableWithoutSecretsIsAnError(string name, string text, string id) =>
        Assert.Equal(
            id,
            (await Assert.ThrowsAsync<FlowSecretException>(() => ImportAsync(name, text, static o => o with { Expand = "secrets" }))).Id
        );

    [Fact]
    public async Task ANameThatTheSourceLacksIsTheErrorOfThatName()
    {
        List<ImportResult> results = await ImportAsync("x.env", "DB_A=1\nDB_B=2\nC=3\n", static o => o with { Names = ["db_*", "nope"] });
        Assert.Equal(["DB_A", "DB_B"], results.Select(static r => r.StoreName));
        Assert.Equal((ErrorIds.NameNotInSource, "nope"), (_host.Failures.Single().Id, _host.Failures.Single().Target));
    }

    [Fact]
    public async Task BinaryValuesOfAKubernetesSecretArriveByteByByte()
    {
        byte[] bytes = [0xFF, 0x00, 0xFE];
        await ImportAsync("s.yaml", $"apiVersion: v1\nkind: Secret\ndata:\n  bin: {Convert.ToBase64String(bytes)}\n  text: dGV4dA==\n");
        using Model.ReadSecret read = await _sandbox.FreshStore().ReadAsync("bin", default, default);
        Assert.Equal(bytes, read.Value.AsSpan().ToArray());
        Assert.Equal("text", await ReadAsync("text"));
    }

    [Fact]
    public async Task PipedTextIsADocument()
    {
        List<ImportResult> results = await new ImportSecretsOperation(_sandbox.Context).RunAsync(
            new ImportOptions { Text = "{\n \"a\": \"1\"\n}\n", Format = "Json" },
            _host
        );
        Assert.Equal("Created", Assert.Single(results).Status);
        await Assert.ThrowsAsync<FlowSecretException>(() =>
            new ImportSecretsOperation(_sandbox.Context).RunAsync(new ImportOptions { Text = "x", Format = "Toml" }, _host)
        );
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AFaultAtEachCallAndTheSameCommandAgainEndAlike(bool isAfter)
    {
        for (int at = 1; ; at++)
        {
            using Sandbox sandbox = new();
            await LocalStoreKeyTests.CreateAsync(sandbox.Store(), "old", "0");
            string path = sandbox.Write("x.env", "new=1\nold=2\nother=3\n");
            FaultPoint point = new(at, isAfter);
            ProvidersWith faulty = new(sandbox.Providers, s => FaultyStore.Of(s, point));
            ImportOptions options = new()
            {
                Path = path,
                UpdateExisting = true,
                RemoveSource = true,
            };
            try
            {
                await new ImportSecretsOperation(sandbox.Context with { Providers = () => faulty }).RunAsync(options, new TestHost());
            }
            catch (FlowSecretException e)
            {
                Assert.Equal(ErrorIds.StoreUnavailable, e.Id);
            }

            if (File.ReadAllText(path).Length > 0)
            {
                Assert.Equal("new=1\nold=2\nother=3\n", File.ReadAllText(path));
                TestHost host = new();
                await new ImportSecretsOperation(sandbox.Context).RunAsync(options, host);
                Assert.Empty(host.Failures);
            }

            Assert.Empty(File.ReadAllText(path));
            foreach ((string name, string value, int versions) in new[] { ("new", "1", 1), ("old", "2", 2), ("other", "3", 1) })
            {
                Assert.Equal(value, await LocalStoreKeyTests.ReadAsync(sandbox.FreshStore(), name));
                Assert.Equal(versions, (await sandbox.FreshStore().ListVersionsAsync(name, default)).Count);
            }

            if (point.Failed is null)
            {
                Assert.True(at > 6);
                return;
            }
        }
    }

    private Task CreateAsync(string name, string value) => LocalStoreKeyTests.CreateAsync(_sandbox.Store(), name, value);

    private Task<string> ReadAsync(string name) => LocalStoreKeyTests.ReadAsync(_sandbox.FreshStore(), name);

    private Task<List<ImportResult>> ImportAsync(
        string name,
        string text,
        Func<ImportOptions, ImportOptions>? with = null,
        OperationContext? context = null
    ) => ImportAsync(_sandbox.Write(name, text), with, context);

    private Task<List<ImportResult>> ImportAsync(
        string path,
        Func<ImportOptions, ImportOptions>? with = null,
        OperationContext? context = null
    )
    {
        ImportOptions options = new() { Path = path };
        return new ImportSecretsOperation(context ?? _sandbox.Context).RunAsync(with?.Invoke(options) ?? options, _host);
    }
}
