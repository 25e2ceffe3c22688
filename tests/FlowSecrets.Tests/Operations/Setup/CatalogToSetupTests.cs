using System.Text;
using System.Text.Json;
using FlowSecrets.Catalogs;
using FlowSecrets.Errors;
using FlowSecrets.Formats.Dotenv;
using FlowSecrets.Model;
using FlowSecrets.Operations;
using FlowSecrets.Operations.Catalogs;
using FlowSecrets.Operations.Setup;
using FlowSecrets.Tests.Catalogs;
using FlowSecrets.Tests.Local;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Operations.Setup;

/// <summary>What a catalog was made from gives its values to the set-up without a further word.</summary>
public sealed class CatalogToSetupTests(ITestOutputHelper output) : IDisposable
{
    private const int Rounds = 3;

    private static readonly (string From, string To)[] Escapes =
    [
        ("\\", "\\\\"),
        ("\"", "\\\""),
        ("\n", "\\n"),
        ("${", "$${"),
        ("%{", "%%{"),
    ];

    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    public static TheoryData<string, CatalogOrigin> Files =>
        new()
        {
            { "prod.tfvars", CatalogOrigin.Tfvars },
            { "prod.tfvars.json", CatalogOrigin.Tfvars },
            { ".env", CatalogOrigin.Env },
            { "values.json", CatalogOrigin.Env },
            { "values.yaml", CatalogOrigin.Env },
        };

    [Theory]
    [MemberData(nameof(Files))]
    public async Task EveryValueArrivesNoneIsLeftOverNoneStandsTwice(string file, CatalogOrigin origin)
    {
        int seed = Repository.Rounds("FLOWSECRETS_TEST_SEED", 20260111);
        output.WriteLine($"Seed {seed} (repeat it with FLOWSECRETS_TEST_SEED={seed}).");
        Random random = new(seed);
        for (int round = 0; round < Rounds; round++)
        {
            bool flat = file == ".env";
            Dictionary<string, object> values = Values(random, flat);
            using Sandbox sandbox = new();
            sandbox.Write(file, Text(file, values));
            (Catalog catalog, List<SetupResult> results, TestHost host) = await RunAsync(sandbox, file, origin, null);

            Assert.Empty(host.Warnings);
            Assert.Equal(values.Count, catalog.Secrets.Count);
            Assert.Equal(values.Count, results.Count);
            Assert.All(results, static r => Assert.Equal(ItemStatus.Created, r.Status));
            List<string> stored = [];
            foreach (CatalogSecret secret in catalog.Secrets)
            {
                stored.Add(await LocalStoreKeyTests.ReadAsync(sandbox.FreshStore(), secret.Key));
            }

            Assert.Equal(
                values.Values.Select(static v => v as string ?? JsonSerializer.Serialize(v)).Select(Canonical),
                stored.Select(Canonical)
            );
        }
    }

    [Fact]
    public async Task ACollectionOfSecretsIsASecretEach()
    {
        _sandbox.Write(
            "x.tfvars",
            """
            secrets = {
              db_password = { description = "Of the database", value = "p" }
              api = { secret_string = "k", recovery_window_in_days = 7 }
              login = { secret_key_value = { user = "u", password = "w" } }
            }
            listed = [ { name = "one", value = "1" }, { name = "two", value = "2" } ]
            nested = { a = { b = ["c"] } }
            plain = { user = "u", port = 5432, none = null }
            """
        );
        (Catalog catalog, List<SetupResult> results, TestHost host) = await RunAsync(_sandbox, "x.tfvars", CatalogOrigin.Tfvars, null);
        Assert.Empty(host.Warnings);
        Assert.Equal(["db-password", "api", "login", "one", "two", "nested", "plain"], catalog.Secrets.Select(static s => s.Key));
        Assert.Equal("Of the database", catalog.Secrets[0].Description);
        Assert.All(results, static r => Assert.Equal(ItemStatus.Created, r.Status));
        Assert.Equal("p", await ReadAsync("db-password"));
        Assert.Equal("k", await ReadAsync("api"));
        Assert.Equal("""{"user":"u","password":"w"}""", await ReadAsync("login"));
        Assert.Equal("2", await ReadAsync("two"));
        Assert.Equal("""{"a":{"b":["c"]}}""", await ReadAsync("nested"));
        Assert.Equal("""{"user":"u","port":5432}""", await ReadAsync("plain"));
    }

    [Theory]
    [InlineData("python", "u:x")]
    [InlineData("dotenv", "${B}:x")]
    public async Task TheStatedProgramIsRememberedInTheCatalog(string format, string value)
    {
        _sandbox.Write(".env", "B=u\nA=\"${B}:x\"\n");
        (Catalog catalog, _, TestHost host) = await RunAsync(_sandbox, ".env", CatalogOrigin.Env, format);
        Assert.Equal(format, catalog.LocalEnv.Target);
        Assert.Equal(value, await ReadAsync("a"));
        Assert.Empty(host.Warnings);
    }

    [Fact]
    public async Task AFileThatProgramsReadDifferentlyGivesItsNamesAndNoValue()
    {
        _sandbox.Write(".env", "A=x\nDB_PASSWORD=MARKED#word\n");
        TestHost host = new();
        await MakeAsync(_sandbox, ".env", CatalogOrigin.Env, null, host);
        Assert.Equal(["a", "db-password"], CatalogExamples.Valid(_sandbox.Read("flowsecrets.yaml")).Secrets.Select(static s => s.Key));
        Assert.Contains(host.Warnings, static w => w.Contains(":2: DB_PASSWORD:"));
        FlowSecretException error = await Assert.ThrowsAsync<FlowSecretException>(() => SetUpAsync(_sandbox, ".env", null, host));
        Assert.Equal(ErrorIds.EnvFileInvalid, error.Id);
        Assert.DoesNotContain("MARKED", error.Message + host.Everything, StringComparison.Ordinal);
        await SetUpAsync(_sandbox, ".env", "python", host);
        Assert.Equal("MARKED#word", await ReadAsync("db-password"));
    }

    [Fact]
    public async Task NamesOfOtherKindsFindTheirSecrets()
    {
        _sandbox.Write(".env", "spring.datasource.password=pw\nA-B=y\nhttp_proxy=z\n");
        (Catalog catalog, List<SetupResult> results, TestHost host) = await RunAsync(_sandbox, ".env", CatalogOrigin.Env, null);
        Assert.Empty(host.Warnings);
        Assert.All(results, static r => Assert.Equal(ItemStatus.Created, r.Status));
        Assert.Equal(["SPRING_DATASOURCE_PASSWORD", "A_B", "http_proxy"], catalog.Secrets.SelectMany(static s => s.Env));
        Assert.Equal("pw", await ReadAsync("spring-datasource-password"));
    }

    [Fact]
    public async Task EncryptedSettingsOfPulumiAreListedAndTakenFromWhatItPrints()
    {
        _sandbox.Write(
            "Pulumi.prod.yaml",
            "config:\n  gcp:project: p\n  shop:dbPassword: { secure: v1:x }\n  shop:secrets: '[{ \"name\": \"api-key\" }]'\n"
        );
        TestHost host = new();
        await MakeAsync(_sandbox, "Pulumi.prod.yaml", CatalogOrigin.Pulumi, null, host);
        Catalog catalog = CatalogExamples.Valid(_sandbox.Read("flowsecrets.yaml"));
        Assert.Equal(["api-key", "db-password"], catalog.Secrets.Select(static s => s.Key));

        await SetUpAsync(_sandbox, "Pulumi.prod.yaml", null, host);
        Assert.Contains("shop:dbPassword is encrypted", Assert.Single(host.Warnings), StringComparison.Ordinal);
        _sandbox.Write(
            "clear.json",
            """{ "gcp:project": { "value": "p", "secret": false }, "shop:dbPassword": { "value": "w", "secret": true } }"""
        );
        await SetUpAsync(_sandbox, "clear.json", "pulumi", new TestHost());
        Assert.Equal("w", await ReadAsync("db-password"));
    }

    [Fact]
    public async Task PulumiSettingsWithEncryptedPartsAreJson()
    {
        _sandbox.Write("Pulumi.prod.yaml", "config:\n  shop:db: { user: u, key: { secure: v1:z } }\n  shop:keys: [{ secure: v1:y }]\n");
        await MakeAsync(_sandbox, "Pulumi.prod.yaml", CatalogOrigin.Pulumi, null, new TestHost());
        _sandbox.Write(
            "clear.json",
            """
            { "shop:db": { "value": "{}", "objectValue": { "user": "u", "key": "w" }, "secret": true },
              "shop:keys": { "value": "[]", "objectValue": ["a"], "secret": true } }
            """
        );
        await SetUpAsync(_sandbox, "clear.json", "pulumi", new TestHost());
        Assert.Equal("""{ "user": "u", "key": "w" }""", await ReadAsync("db"));
        Assert.Equal("""["a"]""", await ReadAsync("keys"));
    }

    [Theory]
    [InlineData("config:\n  shop:secrets: { secure: v1:x }\n", "pulumi config get 'shop:secrets'")]
    [InlineData("config:\n  shop:region: eu\n", "Pulumi.STACK.yaml")]
    public async Task APulumiFileWithoutReadableSecretsSaysWhy(string text, string remedy)
    {
        _sandbox.Write("Pulumi.prod.yaml", text);
        FlowSecretException error = await Assert.ThrowsAsync<FlowSecretException>(() =>
            MakeAsync(_sandbox, "Pulumi.prod.yaml", CatalogOrigin.Pulumi, null, new TestHost())
        );
        Assert.Equal(ErrorIds.BadInput, error.Id);
        Assert.Contains(remedy, error.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnUnknownFormatIsABadArgument()
    {
        _sandbox.Write(".env", "A=x\n");
        await MakeAsync(_sandbox, ".env", CatalogOrigin.Env, null, new TestHost());
        FlowSecretException error = await Assert.ThrowsAsync<FlowSecretException>(() =>
            SetUpAsync(_sandbox, ".env", "xml", new TestHost())
        );
        Assert.Equal(ErrorIds.BadArgument, error.Id);
    }

    private static async Task<(Catalog Catalog, List<SetupResult> Results, TestHost Host)> RunAsync(
        Sandbox sandbox,
        string file,
        CatalogOrigin origin,
        string? format
    )
    {
        TestHost host = new();
        await MakeAsync(sandbox, file, origin, format, host);
        return (CatalogExamples.Valid(sandbox.Read("flowsecrets.yaml")), await SetUpAsync(sandbox, file, null, host), host);
    }

    private static Task<List<CatalogTest>> MakeAsync(Sandbox sandbox, string file, CatalogOrigin origin, string? format, TestHost host) =>
        new NewCatalogOperation(sandbox.Context).RunAsync(
            new NewCatalogOptions
            {
                Origin = origin,
                From = file,
                Format = format,
            },
            host
        );

    private static Task<List<SetupResult>> SetUpAsync(Sandbox sandbox, string file, string? format, TestHost host) =>
        new InitializeSecretsOperation(sandbox.Context).RunAsync(
            new InitializeOptions
            {
                NonInteractive = true,
                InputPath = file,
                Format = format,
            },
            host
        );

    private Task<string> ReadAsync(string name) => LocalStoreKeyTests.ReadAsync(_sandbox.FreshStore(), name);

    private static string Canonical(string text)
    {
        try
        {
            return JsonSerializer.Serialize(JsonDocument.Parse(text).RootElement);
        }
        catch (JsonException)
        {
            return text;
        }
    }

    private static Dictionary<string, object> Values(Random random, bool flat)
    {
        Dictionary<string, object> values = new(StringComparer.Ordinal);
        string[] texts =
        [
            .. HostileText.Sequence(random.Next(), 200).Where(static t => t.Length > 0 && !t.Contains('\0') && !t.Contains('\r')),
        ];
        int next = 0;
        string Value() => texts.Skip(next).First(t => next++ >= 0 && (!flat || EnvWriter.Format(EnvDialect.Portable, "A", t) is not null));
        foreach (int i in Enumerable.Range(0, 12))
        {
            values[
                (i % 3) switch
                {
                    0 => $"KEY_{i}",
                    1 => $"lower_{i}",
                    _ => $"mixedCase{i}",
                }
            ] =
                flat || i % 4 < 2 ? Value()
                : i % 4 == 2 ? new Dictionary<string, string>(StringComparer.Ordinal) { ["user"] = Value(), ["pass word"] = Value() }
                : new Dictionary<string, string[]>(StringComparer.Ordinal) { ["list"] = [Value(), Value()] };
        }

        return values;
    }

    private static string Text(string file, Dictionary<string, object> values)
    {
        StringBuilder text = new();
        switch (Path.GetExtension(file))
        {
            case ".json":
                return JsonSerializer.Serialize(values);
            case ".yaml":
                return CatalogExamples.Documents.Write(
                    DocNode.Map([.. values.Select(static v => KeyValuePair.Create(DocNode.String(v.Key), Node(v.Value)))])
                );
            case ".tfvars":
                foreach ((string name, object value) in values)
                {
                    text.Append(name).Append(" = ").Append(Hcl(value)).Append('\n');
                }

                return text.ToString();
            default:
                foreach ((string name, object value) in values)
                {
                    text.Append(EnvWriter.Format(EnvDialect.Portable, name, (string)value)).Append('\n');
                }

                return text.ToString();
        }
    }

    private static DocNode Node(object value) =>
        value switch
        {
            Dictionary<string, string> map => DocNode.Map([
                .. map.Select(static m => KeyValuePair.Create(DocNode.String(m.Key), DocNode.String(m.Value))),
            ]),
            Dictionary<string, string[]> lists => DocNode.Map([
                .. lists.Select(static m => KeyValuePair.Create(DocNode.String(m.Key), DocNode.List([.. m.Value.Select(DocNode.String)]))),
            ]),
            _ => DocNode.String((string)value),
        };

    private static string Hcl(object value) =>
        value switch
        {
            Dictionary<string, string> map => $"{{ {string.Join(", ", map.Select(static m => $"{Hcl(m.Key)} = {Hcl(m.Value)}"))} }}",
            Dictionary<string, string[]> lists =>
                $"{{ {string.Join(", ", lists.Select(static m => $"{Hcl(m.Key)} = [{string.Join(", ", m.Value.Select(Hcl))}]"))} }}",
            _ => $"\"{Escapes.Aggregate((string)value, static (text, e) => text.Replace(e.From, e.To, StringComparison.Ordinal))}\"",
        };
}
