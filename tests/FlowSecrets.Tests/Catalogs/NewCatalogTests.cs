using FlowSecrets.Catalogs;
using FlowSecrets.Errors;
using FlowSecrets.Operations;
using FlowSecrets.Operations.Catalogs;
using FlowSecrets.Ports;
using FlowSecrets.Tests.Support;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Catalogs;

/// <summary>A catalog made from what a team already has: all names, no value.</summary>
public sealed class NewCatalogTests : IDisposable
{
    private const string Mark = "MARKED-7f3a91";

    private const string List = """
        [ { "name": "flowmaestro-jwt-secret", "envVar": "JWT_SECRET", "category": "core", "deployments": ["api", "worker"],
            "required": true, "description": "Signs tokens: \"all\" of them" },
          { "name": "flowmaestro-openai", "envVar": "OPENAI_API_KEY", "deployments": [], "required": false },
          { "name": "shared-cert" } ]
        """;

    private readonly Sandbox _sandbox = new();
    private readonly TestHost _host = new();

    public void Dispose() => _sandbox.Dispose();

    [Theory]
    [InlineData("json")]
    [InlineData("stack")]
    [InlineData("stack as a list")]
    [InlineData("configuration alone")]
    public async Task FromPulumi(string form)
    {
        string text = form switch
        {
            "json" => List,
            "stack" =>
                $"secretsprovider: passphrase\nencryptionsalt: {Mark}\nconfig:\n  gcp:project: p\n  app:apiKey:\n    secure: {Mark}\n  "
                    + $"flowmaestro:secrets: |\n    {List.ReplaceLineEndings("\n    ")}\n",
            "stack as a list" => $"config:\n  flowmaestro:secrets: {List.ReplaceLineEndings(" ")}\n",
            _ => $"flowmaestro:secrets: '{List.ReplaceLineEndings(" ")}'\n",
        };
        Catalog catalog = await MakeAsync(CatalogOrigin.Pulumi, _sandbox.Write("Pulumi.prod.yaml", text), "flowmaestro-");

        string[] encrypted = form == "stack" ? ["api-key"] : [];
        Assert.Equal(["jwt-secret", "openai", "shared-cert", .. encrypted], catalog.Secrets.Select(static s => s.Key));
        CatalogSecret jwt = catalog.Secrets[0];
        Assert.Equal(("core", true, "Signs tokens: \"all\" of them"), (jwt.Category, jwt.Required, jwt.Description));
        Assert.Equal(["JWT_SECRET"], jwt.Env);
        Assert.Equal(["api", "worker"], jwt.Workloads);
        Assert.Equal(["api", "worker"], catalog.Workloads.Keys);
        Assert.Equal(
            ["flowmaestro-jwt-secret", "flowmaestro-openai", "shared-cert", .. encrypted.Select(static k => "flowmaestro-" + k)],
            StoreNames(catalog)
        );
        Assert.False(catalog.Secrets[1].Required);
    }

    [Fact]
    public async Task FromTfvars()
    {
        string path = _sandbox.Write(
            "x.tfvars",
            $"jwt_secret = \"{Mark}\"\nport = 5432\ndb-config = {{\n  user = \"{Mark}\"\n  password = <<EOF\n{Mark}\nEOF\n}}\nempty = "
                + $"{{}}\nnested = {{ a = [\"{Mark}\"] }}\nnothing = null\n"
        );
        Catalog catalog = await MakeAsync(CatalogOrigin.Tfvars, path, "app-");
        Assert.Equal(["jwt-secret", "port", "db-config", "empty", "nested", "nothing"], catalog.Secrets.Select(static s => s.Key));
        Assert.Equal(["JWT_SECRET"], catalog.Secrets[0].Env);
        Assert.Equal(
            ["user:DB_CONFIG_USER", "password:DB_CONFIG_PASSWORD"],
            catalog.Secrets[2].Fields.Select(static f => $"{f.Name}:{f.Env.Single()}")
        );
        Assert.Equal(SecretFormat.Json, catalog.Secrets[2].Format);
        Assert.Equal("app-jwt-secret", StoreNames(catalog)[0]);
    }

    [Fact]
    public async Task FromEnv()
    {
        Catalog catalog = await MakeAsync(
            CatalogOrigin.Env,
            _sandbox.Write(
                ".env",
                $"\uFEFF# {Mark}\r\nJWT_SECRET='{Mark}\r\n{Mark}'\r\nexport dbUser={Mark}\r\nJWT_SECRET=x\r\nEMPTY=\r\n\r\n"
            ),
            ""
        );
        Assert.Equal(
            ["jwt-secret:JWT_SECRET", "dbuser:dbUser", "empty:EMPTY"],
            catalog.Secrets.Select(static s => $"{s.Key}:{s.Env.Single()}")
        );
    }

    [Fact]
    public async Task ALineOfAnEnvFileThatIsNoVariableIsNotPassedOver()
    {
        string path = _sandbox.Write("pem.env", $"KEY=x\n{Mark} base64\n");
        FlowSecretException error = await Assert.ThrowsAsync<FlowSecretException>(() => MakeAsync(CatalogOrigin.Env, path, ""));
        Assert.Equal(ErrorIds.BadInput, error.Id);
        Assert.Contains($"{path}:2", error.Message);
        Assert.DoesNotContain(Mark, error.Message);
    }

    [Fact]
    public async Task FromStore()
    {
        ISecretStore store = _sandbox.Store();
        foreach (string name in new[] { "app-jwt", "app-db.pass", "other-key" })
        {
            using SecretValue value = SecretValue.FromText(Mark);
            await store.CreateAsync(name, new Dictionary<string, string>(StringComparer.Ordinal), value, default);
        }

        await store.CreateAsync("app-gone", new Dictionary<string, string>(StringComparer.Ordinal), null, default);
        await store.DeleteAsync("app-gone", TimeSpan.FromDays(7), default);
        Catalog catalog = await MakeAsync(CatalogOrigin.Store, null, "app-");
        Assert.Equal(["app-db.pass", "app-jwt"], StoreNames(catalog).Order(StringComparer.Ordinal));
        Assert.Equal(["DB_PASS", "JWT"], catalog.Secrets.SelectMany(static s => s.Env).Order(StringComparer.Ordinal));
        Assert.Equal(StoreKind.Local, Assert.Single(catalog.Environments).Value.Selection.Store);
    }

    [Fact]
    public async Task TheApplicationIsTheFoldersNameUnlessItIsGiven()
    {
        string from = _sandbox.Write(".env", "A=1\n");
        Assert.Equal(Path.GetFileName(_sandbox.Folder), (await MakeAsync(CatalogOrigin.Env, from, "")).Application);
        NewCatalogOptions options = new()
        {
            Origin = CatalogOrigin.Env,
            From = from,
            Application = "yes: it's",
            Path = "other.yaml",
        };
        Assert.Equal("yes: it's", Assert.Single(await RunAsync(options)).Application);
        CatalogExamples.Valid(_sandbox.Read("other.yaml"));
    }

    [Theory]
    [InlineData(CatalogOrigin.Pulumi, "config: {}\n", ErrorIds.BadInput)]
    [InlineData(CatalogOrigin.Pulumi, "config: { a:secrets: MARKED-7f3a91 }\n", ErrorIds.BadInput)]
    [InlineData(CatalogOrigin.Pulumi, "{ \"a:secrets\": \"[{ MARKED-7f3a91\" }", ErrorIds.BadInput)]
    [InlineData(CatalogOrigin.Pulumi, "[ { \"envVar\": \"MARKED-7f3a91\" }, \"MARKED-7f3a91\" ]", ErrorIds.BadInput)]
    [InlineData(CatalogOrigin.Pulumi, "[ { \"name\": \"a\", \"value\": \"MARKED-7f3a91\" } ]", ErrorIds.BadInput)]
    [InlineData(CatalogOrigin.Pulumi, "[ { \"name\": \"a\" }, { \"name\": \"a\" } ]", ErrorIds.BadInput)]
    [InlineData(CatalogOrigin.Pulumi, "[ { \"name\": \"a b\" } ]", ErrorIds.BadInput)]
    [InlineData(
        CatalogOrigin.Pulumi,
        "[ { \"name\": \"a\", \"envVar\": \"X\" }, { \"name\": \"b\", \"envVar\": \"X\" } ]",
        ErrorIds.BadInput
    )]
    [InlineData(CatalogOrigin.Pulumi, "[]", ErrorIds.BadInput)]
    [InlineData(CatalogOrigin.Pulumi, "a: [MARKED-7f3a91\nb: 1\n", ErrorIds.BadInput)]
    [InlineData(CatalogOrigin.Tfvars, "a = MARKED-7f3a91()\n", ErrorIds.BadInput)]
    [InlineData(CatalogOrigin.Tfvars, "# nothing\n", ErrorIds.BadInput)]
    [InlineData(CatalogOrigin.Env, "A='MARKED-7f3a91\n", ErrorIds.EnvFileInvalid)]
    [InlineData(CatalogOrigin.Env, "", ErrorIds.BadInput)]
    public async Task WhatCannotBecomeACatalogIsRefusedWithoutItsValues(CatalogOrigin origin, string text, string id)
    {
        FlowSecretException error = await Assert.ThrowsAsync<FlowSecretException>(() =>
            RunAsync(new NewCatalogOptions { Origin = origin, From = _sandbox.Write("source", text) })
        );
        Assert.Equal(id, error.Id);
        Assert.DoesNotContain(Mark, error.ToString() + _host.Everything, StringComparison.Ordinal);
        Assert.False(File.Exists(_sandbox.File("flowsecrets.yaml")));
    }

    [Fact]
    public async Task AFileThatIsMissingOrNoTextIsBadInput()
    {
        Assert.Equal(
            ErrorIds.BadInput,
            (
                await Assert.ThrowsAsync<FlowSecretException>(() =>
                    RunAsync(new NewCatalogOptions { Origin = CatalogOrigin.Env, From = "none.env" })
                )
            ).Id
        );
        File.WriteAllBytes(_sandbox.File("binary"), [0x41, 0x3D, 0xFF, 0xFE]);
        Assert.Equal(
            ErrorIds.BadInput,
            (
                await Assert.ThrowsAsync<FlowSecretException>(() =>
                    RunAsync(new NewCatalogOptions { Origin = CatalogOrigin.Env, From = "binary" })
                )
            ).Id
        );
    }

    [Fact]
    public async Task ACatalogIsReplacedOnlyByForce()
    {
        _sandbox.Write("flowsecrets.yaml", "mine\n");
        NewCatalogOptions options = new() { Origin = CatalogOrigin.Env, From = _sandbox.Write(".env", "A=1\n") };
        Assert.Equal(ErrorIds.CatalogExists, (await Assert.ThrowsAsync<FlowSecretException>(() => RunAsync(options))).Id);
        Assert.Equal("mine\n", _sandbox.Read("flowsecrets.yaml"));
        Assert.Equal(ItemStatus.Created, Assert.Single(await RunAsync(options with { Force = true })).Status);
        CatalogExamples.Valid(_sandbox.Read("flowsecrets.yaml"));
    }

    [Theory]
    [InlineData(true, ItemStatus.Planned)]
    [InlineData(false, ItemStatus.Skipped)]
    public async Task NothingIsWrittenUnderWhatIfOrWithoutConsent(bool isWhatIf, string status)
    {
        TestHost host = new() { IsWhatIf = isWhatIf, Agrees = false };
        List<CatalogTest> results = await new NewCatalogOperation(_sandbox.Context).RunAsync(
            new NewCatalogOptions { Origin = CatalogOrigin.Env, From = _sandbox.Write(".env", "A=1\n") },
            host
        );
        Assert.Equal(status, Assert.Single(results).Status);
        Assert.Single(host.Actions);
        Assert.False(File.Exists(_sandbox.File("flowsecrets.yaml")));
    }

    private async Task<Catalog> MakeAsync(CatalogOrigin origin, string? from, string prefix)
    {
        CatalogTest result = Assert.Single(
            await RunAsync(
                new NewCatalogOptions
                {
                    Origin = origin,
                    From = from,
                    Prefix = prefix,
                    Store = origin == CatalogOrigin.Store ? StoreKind.Local : null,
                }
            )
        );
        string text = _sandbox.Read("flowsecrets.yaml");
        Assert.DoesNotContain(Mark, text + _host.Everything + result, StringComparison.Ordinal);
        Catalog catalog = CatalogExamples.Valid(text);
        Assert.Equal((ItemStatus.Created, catalog.Secrets.Count), (result.Status, result.Secrets));
        return catalog;
    }

    private Task<List<CatalogTest>> RunAsync(NewCatalogOptions options) =>
        new NewCatalogOperation(_sandbox.Context).RunAsync(options, _host);

    private static string[] StoreNames(Catalog catalog) =>
        [.. catalog.Secrets.Select(s => catalog.StoreName(s, catalog.Environments.Values.First()))];
}
