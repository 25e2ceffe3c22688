using System.Text.Json;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Operations;
using FlowSecrets.Operations.Transfer;
using FlowSecrets.Tests.Contracts;
using FlowSecrets.Tests.Local;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Operations.Transfer;

/// <summary>What is exported, where to, and what is refused.</summary>
public sealed class ExportTests : IDisposable
{
    private readonly ExportScene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public async Task TheValuesAreTheStoresAndNotTheLocalOnes()
    {
        await _scene.FilledAsync();
        Dictionary<string, string> read = await JsonAsync(new ExportOptions());
        Assert.Equal(["DB", "DB_HOST", "DB_PASSWORD", "DB_URL", "JWT_SECRET", "MODE", "PEM"], read.Keys);
        Assert.Equal("db", read["DB_HOST"]);
        Assert.Equal("jwt-" + ExportScene.Canary, read["JWT_SECRET"]);
    }

    [Fact]
    public async Task ANamedSecretWithoutAVariableGetsOneOfItsKey()
    {
        await _scene.FilledAsync();
        Assert.Equal(["LLM_KEY"], (await JsonAsync(new ExportOptions { Names = ["llm.key"] })).Keys);
        Assert.Equal(["LLM_KEY"], (await JsonAsync(new ExportOptions { StoreNames = ["llm.key"] })).Keys);
        Assert.Equal(["DB", "DB_HOST", "DB_PASSWORD"], (await JsonAsync(new ExportOptions { Names = ["DB"] })).Keys);
    }

    [Theory]
    [InlineData("a-b", "A_B")]
    [InlineData("9lives", "_9LIVES")]
    [InlineData("é/x", "__X")]
    public void AVariableIsMadeOfAnyName(string name, string expected) => Assert.Equal(expected, ExportPlan.VariableOf(name));

    [Fact]
    public async Task TwoNamesThatMeetAreRefusedBeforeAnythingIsRead()
    {
        _scene.Sandbox.Write("flowsecrets.yaml", "application: a\nenvironments: { l: { store: local } }\nsecrets: { a-b: {}, a_b: {} }\n");
        ExportOptions options = new() { Names = ["*"], Format = ExportFormat.Json };
        FlowSecretException error = await SecretStoreContract.Fails(ErrorIds.NameConflict, () => _scene.TextAsync(options));
        Assert.Contains("'a-b'", error.Cause, StringComparison.Ordinal);
        Assert.Contains("'a_b'", error.Cause, StringComparison.Ordinal);
        await SecretStoreContract.Fails(ErrorIds.RequiredSecretMissing, () => _scene.TextAsync(options with { Names = ["a-b"] }));
    }

    [Fact]
    public async Task NamesThatDifferInCaseMeetWhereTheReaderIgnoresIt()
    {
        _scene.Sandbox.Write(
            "flowsecrets.yaml",
            "application: a\nenvironments: { l: { store: local } }\nsecrets: { a: { env: http_proxy_x }, b: { env: HTTP_PROXY_X } }\n"
        );
        await _scene.WithAsync(("a", "1"), ("b", "2"));
        Assert.Equal(2, (await JsonAsync(new ExportOptions())).Count);
        await SecretStoreContract.Fails(
            ErrorIds.NameConflict,
            () => _scene.TextAsync(new ExportOptions { Format = ExportFormat.AzurePipelines })
        );
    }

    [Fact]
    public async Task EveryMissingRequiredSecretIsInOneErrorAndNothingIsWritten()
    {
        _scene.Sandbox.Write(
            "flowsecrets.yaml",
            "application: a\nenvironments: { l: { store: local } }\n"
                + "secrets: { a: { env: A, required: true }, b: { env: B, required: true }, c: { env: C }, d: { env: D } }\n"
        );
        await _scene.WithAsync(("d", "x"));
        ExportOptions options = new() { Format = ExportFormat.Json, Path = _scene.Sandbox.File("x.json") };
        FlowSecretException error = await SecretStoreContract.Fails(ErrorIds.RequiredSecretMissing, () => _scene.RunAsync(options));
        Assert.Contains("A: ", error.Cause, StringComparison.Ordinal);
        Assert.Contains("B: ", error.Cause, StringComparison.Ordinal);
        Assert.DoesNotContain("C: ", error.Cause, StringComparison.Ordinal);
        Assert.Contains("Initialize-FlowSecret", error.Remedy, StringComparison.Ordinal);
        Assert.False(File.Exists(options.Path));
        await _scene.WithAsync(("a", "1"), ("b", "2"));
        List<ExportedVariable> results = await _scene.RunAsync(options);
        Assert.Equal(ItemStatus.Missing, results.Single(static r => r.Name == "C").Status);
        Assert.Equal("{\n  \"A\": \"1\",\n  \"B\": \"2\",\n  \"D\": \"x\"\n}\n", _scene.Sandbox.Read("x.json"));
    }

    [Fact]
    public async Task X6AFileIsForItsOwnerAloneAndReplacedOnlyWithForce()
    {
        await _scene.FilledAsync();
        ExportOptions options = new() { Path = _scene.Sandbox.File("x.ps1") };
        Assert.All(await _scene.RunAsync(options), r => Assert.Equal(("PowerShell", options.Path), (r.Format, r.Path)));
        byte[] first = await File.ReadAllBytesAsync(options.Path, default);
        await SecretStoreContract.Fails(ErrorIds.FileExists, () => _scene.RunAsync(options));
        await _scene.RunAsync(options with { Force = true });
        Assert.Equal(first, await File.ReadAllBytesAsync(options.Path, default));
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need rights on Windows.");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(options.Path));
        File.CreateSymbolicLink(_scene.Sandbox.File("link.json"), options.Path);
        ExportOptions link = new() { Path = _scene.Sandbox.File("link.json"), Force = true };
        await SecretStoreContract.Fails(ErrorIds.FileUnsafe, () => _scene.RunAsync(link));
    }

    [Fact]
    public async Task X6AndX10AFileThatGitWouldTakeIsRefused()
    {
        await _scene.FilledAsync();
        string git = Tool.Require("git");
        Tool.Run(git, _scene.Sandbox.Folder, null, "init", "--quiet");
        _scene.Sandbox.Write(".gitignore", "ignored/\n*.d/\nstack.yaml\n");
        Directory.CreateDirectory(_scene.Sandbox.File("ignored"));
        ExportOptions options = new() { Format = ExportFormat.Kubernetes, Path = _scene.Sandbox.File("secret.yaml") };
        FlowSecretException error = await SecretStoreContract.Fails(ErrorIds.NotIgnoredByGit, () => _scene.RunAsync(options));
        Assert.Equal(options.Path, error.Target);
        Assert.False(File.Exists(options.Path));
        await _scene.RunAsync(options with { Path = _scene.Sandbox.File("ignored/secret.yaml") });
        Assert.Contains("name: \"shop-1\"", _scene.Sandbox.Read("ignored/secret.yaml"), StringComparison.Ordinal);
        await _scene.RunAsync(new ExportOptions { Format = ExportFormat.ComposeSecrets, Path = _scene.Sandbox.File("stack.yaml") });
        Assert.Equal("db", _scene.Sandbox.Read("stack.d/DB_HOST"));
        _scene.Sandbox.Write(".gitignore", "stack.yaml\n");
        ExportOptions beside = new()
        {
            Format = ExportFormat.ComposeSecrets,
            Path = _scene.Sandbox.File("stack.yaml"),
            Force = true,
        };
        await SecretStoreContract.Fails(ErrorIds.NotIgnoredByGit, () => _scene.RunAsync(beside));
    }

    [Fact]
    public async Task X6ADiskErrorBetweenTheFilesOfComposeLeavesNone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Limits of Unix file systems.");
        await _scene.FilledAsync();
        string tooLong = "Z" + new string('N', 239); // with the ending of a temporary file
        string catalog = _scene.Sandbox.Read("flowsecrets.yaml").Replace("env: PEM,", $"env: {tooLong},", StringComparison.Ordinal);
        _scene.Sandbox.Write("flowsecrets.yaml", catalog);
        ExportOptions options = new() { Format = ExportFormat.ComposeSecrets, Path = _scene.Sandbox.File("stack.yaml") };
        await SecretStoreContract.Fails(ErrorIds.FileNotWritable, () => _scene.RunAsync(options));
        Assert.False(File.Exists(options.Path) || Directory.Exists(_scene.Sandbox.File("stack.d")));
    }

    [Fact]
    public async Task UnderWhatIfNothingIsReadOrWritten()
    {
        _scene.Host = new TestHost { IsWhatIf = true };
        ExportOptions options = new() { Path = _scene.Sandbox.File("x.json") };
        Assert.All(await _scene.RunAsync(options), static r => Assert.Equal(ItemStatus.Planned, r.Status));
        Assert.Contains("7 variables", Assert.Single(_scene.Host.Actions), StringComparison.Ordinal);
        Assert.False(File.Exists(options.Path) || File.Exists(_scene.Sandbox.File("store.db")));
        _scene.Sandbox.Write("x.json", "mine");
        await SecretStoreContract.Fails(ErrorIds.FileExists, () => _scene.RunAsync(options));
    }

    [Fact]
    public async Task AValueThatTheFormatCannotCarryIsRefusedByName()
    {
        await _scene.FilledAsync();
        ExportOptions options = new() { Format = ExportFormat.Docker, Path = _scene.Sandbox.File("x.env") };
        FlowSecretException error = await SecretStoreContract.Fails(ErrorIds.ValueNotExpressible, () => _scene.RunAsync(options));
        Assert.Equal("PEM", error.Target);
        Assert.Contains("Portable", error.Cause, StringComparison.Ordinal);
        Assert.DoesNotContain("JWT_SECRET", error.Cause, StringComparison.Ordinal);
        Assert.DoesNotContain(ExportScene.Canary, error.ToString(), StringComparison.Ordinal);
        Assert.False(File.Exists(options.Path));
        await SecretStoreContract.Fails(
            ErrorIds.ValueNotExpressible,
            () => _scene.TextAsync(new ExportOptions { Names = ["jwt"], Format = ExportFormat.GitLabDotenv })
        );
        ExportOptions forced = new()
        {
            Names = ["jwt"],
            Format = ExportFormat.GitLabDotenv,
            Force = true,
        };
        Assert.Equal($"JWT_SECRET=jwt-{ExportScene.Canary}\n", await _scene.TextAsync(forced));
    }

    [Fact]
    public async Task AFieldThatCannotBeReadIsItsOwnErrorAndNothingIsWritten()
    {
        await _scene.WithAsync(("jwt", "x"));
        StoreSelection selection = new(StoreKind.Local) { Path = _scene.Sandbox.File("store.db") };
        await LocalStoreKeyTests.CreateAsync(
            _scene.Sandbox.Providers.OpenStore(selection, _scene.Sandbox.Variable),
            "db",
            "no JSON " + ExportScene.Canary
        );
        ExportOptions options = new() { Path = _scene.Sandbox.File("x.json") };
        List<ExportedVariable> results = await _scene.RunAsync(options);
        Assert.Equal(ErrorIds.ValueNotJson, results.Single(static r => r.Name == "DB_HOST").ErrorId);
        Assert.Equal(ItemStatus.Skipped, results.Single(static r => r.Name == "JWT_SECRET").Status);
        Assert.False(File.Exists(options.Path));
        Assert.DoesNotContain(ExportScene.Canary, JsonSerializer.Serialize(results), StringComparison.Ordinal);
    }

    [Fact]
    public async Task UserSecretsOfTheProjectAreMerged()
    {
        await _scene.FilledAsync();
        _scene.Sandbox.Set("APPDATA", _scene.Sandbox.File("data"));
        _scene.Sandbox.Write("app/x.csproj", "<Project><PropertyGroup><UserSecretsId>shop</UserSecretsId></PropertyGroup></Project>");
        _scene.Sandbox.Write("data/Microsoft/UserSecrets/shop/secrets.json", "{ \"Mine\": \"1\" }");
        ExportOptions options = new()
        {
            Names = ["db"],
            Format = ExportFormat.UserSecrets,
            Path = _scene.Sandbox.File("app/x.csproj"),
        };
        Assert.All(await _scene.RunAsync(options), r => Assert.EndsWith("secrets.json", r.Path));
        Dictionary<string, string> read = JsonSerializer.Deserialize<Dictionary<string, string>>(
            _scene.Sandbox.Read("data/Microsoft/UserSecrets/shop/secrets.json")
        )!;
        Assert.Equal(["Mine", "DB", "DB_HOST", "DB_PASSWORD"], read.Keys);
    }

    [Theory]
    [InlineData("<Project/>")]
    [InlineData("<Project><UserSecretsId>../../x</UserSecretsId></Project>")]
    [InlineData("<Project><UserSecretsId>..</UserSecretsId></Project>")]
    [InlineData("<Project><UserSecretsId>$(Id)</UserSecretsId></Project>")]
    [InlineData("<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><Project><UserSecretsId>&e;</UserSecretsId></Project>")]
    [InlineData("no XML")]
    public async Task AProjectWithoutAUsableIdIsRefused(string project)
    {
        await _scene.FilledAsync();
        _scene.Sandbox.Set("APPDATA", _scene.Sandbox.File("data"));
        _scene.Sandbox.Write("x.csproj", project);
        await SecretStoreContract.Fails(
            ErrorIds.BadArgument,
            () => _scene.RunAsync(new ExportOptions { Format = ExportFormat.UserSecrets })
        );
        Assert.False(Directory.Exists(_scene.Sandbox.File("data")));
    }

    public static TheoryData<string> BadOptions => [.. Bad.Keys];

    [Theory]
    [MemberData(nameof(BadOptions))]
    public async Task ParametersThatDoNotGoTogetherAreRefused(string what)
    {
        await _scene.FilledAsync();
        await SecretStoreContract.Fails(ErrorIds.BadArgument, () => _scene.RunAsync(Bad[what](_scene)));
    }

    [Fact]
    public async Task WithoutACatalogASecretIsNamedAsItsStoreDoes()
    {
        File.Delete(_scene.Sandbox.File("flowsecrets.yaml"));
        await SecretStoreContract.Fails(ErrorIds.NoCatalog, () => _scene.TextAsync(new ExportOptions { Format = ExportFormat.Json }));
        await SecretStoreContract.Fails(
            ErrorIds.NoCatalog,
            () => _scene.TextAsync(new ExportOptions { Format = ExportFormat.Json, Workload = "api" })
        );
        await LocalStoreKeyTests.CreateAsync(_scene.Sandbox.Store(), "plain-name", "x");
        Assert.Equal(["PLAIN_NAME"], (await JsonAsync(new ExportOptions { StoreNames = ["plain-name"] })).Keys);
    }

    private static readonly Dictionary<string, Func<ExportScene, ExportOptions>> Bad = new(StringComparer.Ordinal)
    {
        ["no consent"] = static _ => new ExportOptions { Format = ExportFormat.Json },
        ["both ways"] = static s => new ExportOptions { AsPlainText = true, Path = s.Sandbox.File("x.json") },
        ["no ending"] = static s => new ExportOptions { Path = s.Sandbox.File("x.xml") },
        ["no folder"] = static s => new ExportOptions { Path = s.Sandbox.File("not/there/x.json") },
        ["files without a path"] = static _ => new ExportOptions { Format = ExportFormat.ComposeSecrets, AsPlainText = true },
        ["a path for a log"] = static s => new ExportOptions { Format = ExportFormat.AzurePipelines, Path = s.Sandbox.File("x") },
        ["files elsewhere"] = static s => new ExportOptions { MultilineAsFile = true, Path = s.Sandbox.File("x.json") },
        ["no such workload"] = static s => new ExportOptions { Workload = "nobody", Path = s.Sandbox.File("x.json") },
        ["names and a workload"] = static s => new ExportOptions
        {
            Workload = "api",
            Names = ["jwt"],
            Path = s.Sandbox.File("x.json"),
        },
        ["a name for JSON"] = static s => new ExportOptions { KubernetesSecret = "x", Path = s.Sandbox.File("x.json") },
        ["no name of an object"] = static s => new ExportOptions
        {
            Format = ExportFormat.Kubernetes,
            KubernetesSecret = "A_B",
            Path = s.Sandbox.File("x.yaml"),
        },
    };

    private async Task<Dictionary<string, string>> JsonAsync(ExportOptions options) =>
        JsonSerializer.Deserialize<Dictionary<string, string>>(await _scene.TextAsync(options with { Format = ExportFormat.Json }))!;
}
