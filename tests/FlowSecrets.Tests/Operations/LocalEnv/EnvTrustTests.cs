using FlowSecrets.Catalogs.Trust;
using FlowSecrets.Errors;
using FlowSecrets.Files;
using FlowSecrets.Operations;
using FlowSecrets.Operations.Catalogs;
using FlowSecrets.Operations.LocalEnv;
using FlowSecrets.Operations.Secrets;
using FlowSecrets.Tests.Contracts;
using FlowSecrets.Tests.Local;
using FlowSecrets.Tests.Support;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Operations.LocalEnv;

/// <summary>What a .env file needs approval for: files elsewhere, secrets of other catalogs, variables that load code.</summary>
public sealed class EnvTrustTests : IDisposable
{
    private const string Catalog = """
        application: app
        prefix: app-
        environments: { local: { store: local } }
        secrets:
          jwt: { env: JWT_SECRET, local: dev-jwt }
          openai: { env: OPENAI_API_KEY }
        localEnv: { path: backend/.env }
        """;

    private readonly Sandbox _sandbox = new();

    public EnvTrustTests() => _sandbox.Write("flowsecrets.yaml", Catalog);

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task APathOutsideTheRepositoryNeedsTrust()
    {
        using Sandbox outside = new();
        _sandbox.Write("flowsecrets.yaml", Catalog.Replace("backend/.env", $"\"{outside.File("x.env").Replace('\\', '/')}\""));
        FlowSecretException refused = await SecretStoreContract.Fails(ErrorIds.CatalogNotTrusted, () => RunAsync(null, Nobody));
        Assert.Contains("Approve-FlowSecretCatalog", refused.Remedy);
        Assert.False(File.Exists(outside.File("x.env")));
        await RunAsync(new SyncOptions { TrustCatalog = true });
        Assert.True(File.Exists(outside.File("x.env")));
        File.Delete(outside.File("x.env"));
        await new ApproveCatalogOperation(_sandbox.Context).RunAsync(new ApproveCatalogOptions(), new TestHost());
        await RunAsync(null, Nobody);
        Assert.True(File.Exists(outside.File("x.env")));
        using Sandbox another = new();
        _sandbox.Write("flowsecrets.yaml", Catalog.Replace("backend/.env", $"\"{another.File("x.env").Replace('\\', '/')}\""));
        await SecretStoreContract.Fails(ErrorIds.CatalogNotTrusted, () => RunAsync(null, Nobody));
    }

    [Theory]
    [InlineData(".git/config")]
    [InlineData("out/.env")]
    public async Task GitsOwnFilesAndLinksToElsewhereNeedTrust(string path)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need rights on Windows.");
        using Sandbox outside = new();
        Directory.CreateDirectory(_sandbox.File(".git"));
        Directory.CreateSymbolicLink(_sandbox.File("out"), outside.Folder);
        _sandbox.Write("flowsecrets.yaml", Catalog.Replace("backend/.env", path));
        await SecretStoreContract.Fails(ErrorIds.CatalogNotTrusted, () => RunAsync(null, Nobody));
        Assert.False(File.Exists(outside.File(".env")));
    }

    [Theory]
    [InlineData("~/GIT~1/config")]
    [InlineData(".git::$INDEX_ALLOCATION/config")]
    [InlineData(".git /config")]
    [InlineData(".git./config")]
    [InlineData(".G\u200CIT/config")]
    [InlineData("//server/share/x.env")]
    [InlineData("nul")]
    public async Task APathIsJudgedByItsTextAsAnySystemReadsIt(string path)
    {
        _sandbox.Write("flowsecrets.yaml", Catalog.Replace("backend/.env", $"\"{path}\""));
        await SecretStoreContract.Fails(ErrorIds.CatalogNotTrusted, () => RunAsync(null, Nobody));
        Assert.Equal(
            ["flowsecrets.yaml"],
            Directory.GetFileSystemEntries(_sandbox.Folder).Select(Path.GetFileName).Where(n => n != "home")
        );
    }

    [Fact]
    public async Task ASecretOfAnotherCatalogIsNotDeliveredWithoutApproval()
    {
        using Sandbox other = new();
        other.Write("flowsecrets.yaml", "application: o\nenvironments: { local: { store: local } }\nsecrets: { app-openai: {} }\n");
        await CreateAsync(_sandbox.Context with { WorkingDirectory = other.Folder }, "app-openai");
        List<EnvVariable> refused = await RunAsync(null, Nobody);
        Assert.Equal(ErrorIds.CatalogNotTrusted, Of(refused, "OPENAI_API_KEY").ErrorId);
        Assert.Contains("-Secret 'app-openai'", Of(refused, "OPENAI_API_KEY").Error!.Remedy);
        Assert.DoesNotContain("sk-1", _sandbox.Read("backend/.env"));
        Assert.Contains("JWT_SECRET=dev-jwt", _sandbox.Read("backend/.env"));

        await new ApproveCatalogOperation(_sandbox.Context).RunAsync(
            new ApproveCatalogOptions { Secrets = ["app-openai"] },
            new TestHost()
        );
        Assert.Null(Of(await RunAsync(null, Nobody), "OPENAI_API_KEY").ErrorId);
        Assert.Contains("OPENAI_API_KEY=sk-1", _sandbox.Read("backend/.env"));
    }

    [Fact]
    public async Task AFileThatGitTracksIsNotReplacedWithoutApproval()
    {
        string git = Tool.Require("git");
        _sandbox.Write("flowsecrets.yaml", Catalog.Replace("{ path: backend/.env }", "{ files: [{ secret: jwt, path: build.ps1 }] }"));
        _sandbox.Write("build.ps1", "precious");
        Tool.Run(git, _sandbox.Folder, null, "init", "--quiet");
        Tool.Run(git, _sandbox.Folder, null, "add", "build.ps1");
        await CreateAsync(_sandbox.Context, "jwt");
        EnvVariable refused = Of(await RunAsync(new SyncOptions { Force = true }, Nobody), "build.ps1");
        Assert.Equal(ErrorIds.CatalogNotTrusted, refused.ErrorId);
        Assert.Equal("precious", _sandbox.Read("build.ps1"));
        Assert.Null(Of(await RunAsync(new SyncOptions { Force = true }, new TestHost()), "build.ps1").ErrorId);
    }

    [Fact]
    public async Task AFileThatSomebodyElseWroteIsReplacedOnlyWithForce()
    {
        _sandbox.Write("flowsecrets.yaml", Catalog.Replace("{ path: backend/.env }", "{ files: [{ secret: openai, path: key.txt }] }"));
        await CreateAsync(_sandbox.Context, "openai");
        _sandbox.Write("key.txt", "precious");
        Assert.Equal(ErrorIds.FileExists, Of(await RunAsync(null, Nobody), "key.txt").ErrorId);
        Assert.Equal("precious", _sandbox.Read("key.txt"));
        Assert.Null(Of(await RunAsync(new SyncOptions { Force = true }, Nobody), "key.txt").ErrorId);
        Assert.Equal("sk-1", _sandbox.Read("key.txt"));

        // A file that this module wrote is updated without a word.
        _sandbox.Write("key.txt", "older");
        Assert.Null(Of(await RunAsync(null, Nobody), "key.txt").ErrorId);
        Assert.Equal("sk-1", _sandbox.Read("key.txt"));
    }

    [Theory]
    [InlineData("oo/.env")]
    [InlineData("gg/x.env")]
    public async Task ALinkThatLeadsUpwardsIsFollowedAsTheKernelDoes(string path)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need rights on Windows.");
        using Sandbox outside = new();
        Directory.CreateDirectory(outside.File("a/b"));
        Directory.CreateDirectory(_sandbox.File(".git/hooks"));
        File.CreateSymbolicLink(_sandbox.File("o"), outside.File("a/b"));
        File.CreateSymbolicLink(_sandbox.File("oo"), "o/..");
        File.CreateSymbolicLink(_sandbox.File("d"), ".git/hooks");
        File.CreateSymbolicLink(_sandbox.File("gg"), "d/..");
        _sandbox.Write("flowsecrets.yaml", Catalog.Replace("backend/.env", path));
        await SecretStoreContract.Fails(ErrorIds.CatalogNotTrusted, () => RunAsync(null, Nobody));
        Assert.False(File.Exists(outside.File("a/.env")) || File.Exists(_sandbox.File(".git/x.env")));
    }

    [Theory]
    [InlineData(".")]
    [InlineData("nested")]
    public async Task ATrackedFileIsFoundBehindALinkAndInANestedRepository(string repository)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need rights on Windows.");
        string git = Tool.Require("git");
        _sandbox.Write("nested/.env", "MINE=1\n");
        Tool.Run(git, _sandbox.File(repository), null, "init", "--quiet");
        Tool.Run(git, _sandbox.File(repository), null, "add", "-f", repository == "." ? "nested/.env" : ".env");
        File.CreateSymbolicLink(_sandbox.File("dir"), "nested");
        _sandbox.Write("flowsecrets.yaml", Catalog.Replace("backend/.env", "dir/.env"));
        await SecretStoreContract.Fails(ErrorIds.CatalogNotTrusted, () => RunAsync(null, Nobody));
        Assert.Equal("MINE=1\n", _sandbox.Read("nested/.env"));
    }

    [Fact]
    public async Task TheUsersStoreBehindALinkedFileIsNotTheCatalogs()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need rights on Windows.");
        await LocalStoreKeyTests.CreateAsync(_sandbox.Store(), "app-openai", "sk-of-another");
        Directory.CreateDirectory(_sandbox.File("st"));
        using Sandbox outside = new();
        File.Copy(_sandbox.StoreFile, outside.File("flowsecrets.db"));
        File.CreateSymbolicLink(_sandbox.File("st/flowsecrets.db"), outside.File("flowsecrets.db"));
        _sandbox.Write("flowsecrets.yaml", Catalog.Replace("{ store: local }", "{ store: local, path: st }"));
        await SecretStoreContract.Fails(ErrorIds.CatalogNotTrusted, () => RunAsync(null, Nobody));
    }

    /// <summary>Whoever makes a name first does not own what the user writes there later.</summary>
    [Fact]
    public async Task AWrittenSecretBelongsToTheCatalogThatWroteIt()
    {
        await CreateAsync(_sandbox.Context, "openai");
        using Sandbox real = new();
        real.Write("flowsecrets.yaml", Catalog);
        using SecretValue value = SecretValue.FromText("sk-of-the-real-one");
        WriteSecretsOptions options = new() { Names = ["openai"], Value = value };
        OperationContext there = _sandbox.Context with { WorkingDirectory = real.Folder };
        Assert.Null(Assert.Single(await new SetSecretsOperation(there).RunAsync(options, new TestHost())).ErrorId);
        Assert.Equal(ErrorIds.CatalogNotTrusted, Of(await RunAsync(null, Nobody), "OPENAI_API_KEY").ErrorId);
        Assert.DoesNotContain("sk-of-the-real-one", _sandbox.Read("backend/.env"));
    }

    /// <summary>What another catalog wrote does not get out by way of a default or of a write over it.</summary>
    [Fact]
    public async Task ASetUpDoesNotUseSecretsOfOtherCatalogs()
    {
        using Sandbox other = new();
        other.Write("flowsecrets.yaml", "application: o\nenvironments: { local: { store: local } }\nsecrets: { dbpw: {} }\n");
        await CreateAsync(_sandbox.Context with { WorkingDirectory = other.Folder }, "dbpw");
        _sandbox.Write(
            "flowsecrets.yaml",
            "application: a\nenvironments: { local: { store: local } }\n"
                + "secrets: { src: { name: dbpw }, y: { env: Y, default: '{{ src }}' } }\nlocalEnv: { path: .env }\n"
        );
        FlowSecrets.Operations.Setup.InitializeOptions options = new() { Names = ["y"], NonInteractive = true };
        FlowSecrets.Operations.Setup.InitializeSecretsOperation setup = new(_sandbox.Context);
        await SecretStoreContract.Fails(ErrorIds.CatalogNotTrusted, () => setup.RunAsync(options, Nobody));
        Assert.Null(await _sandbox.FreshStore().DescribeAsync("y", default));
    }

    [Fact]
    public async Task ALinkedGitignoreIsNotWritten()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need rights on Windows.");
        using Sandbox outside = new();
        string profile = outside.Write(".bashrc", "# mine\n");
        Tool.Run(Tool.Require("git"), _sandbox.Folder, null, "init", "--quiet");
        File.CreateSymbolicLink(_sandbox.File(".gitignore"), profile);
        await SecretStoreContract.Fails(ErrorIds.FileUnsafe, () => RunAsync(new SyncOptions { AddToGitIgnore = true }, Nobody));
        Assert.Equal("# mine\n", File.ReadAllText(profile));
    }

    [Fact]
    public async Task TheCatalogsOwnSecretsNeedNoQuestion()
    {
        await CreateAsync(_sandbox.Context, "openai");
        TestHost host = Nobody;
        Assert.Null(Of(await RunAsync(null, host), "OPENAI_API_KEY").ErrorId);
        Assert.Empty(host.Approvals);
    }

    [Fact]
    public async Task ASecretFromBeforeIsTheCatalogsThatUsesItFirst()
    {
        await LocalStoreKeyTests.CreateAsync(_sandbox.Store(), "app-openai", "sk-0");
        TestHost asked = new();
        Assert.Null(Of(await RunAsync(null, asked), "OPENAI_API_KEY").ErrorId);
        Assert.Single(asked.Approvals);
        using Sandbox other = new();
        other.Write("flowsecrets.yaml", Catalog);
        OperationContext elsewhere = _sandbox.Context with { WorkingDirectory = other.Folder };
        List<EnvVariable> refused = await new SyncLocalEnvOperation(elsewhere).RunAsync(new SyncOptions(), Nobody);
        Assert.Equal(ErrorIds.CatalogNotTrusted, Of(refused, "OPENAI_API_KEY").ErrorId);
        Assert.Contains(FilePaths.Real(_sandbox.File("flowsecrets.yaml")), Of(refused, "OPENAI_API_KEY").Error!.Cause);
    }

    [Theory]
    [InlineData("LD_PRELOAD")]
    [InlineData("NODE_OPTIONS")]
    [InlineData("PSModulePath")]
    [InlineData("GIT_SSH_COMMAND")]
    [InlineData("https_proxy")]
    [InlineData("FLOWSECRETS_HOME")]
    public async Task AVariableThatLoadsCodeNeedsApproval(string name)
    {
        _sandbox.Write("flowsecrets.yaml", Catalog.Replace("JWT_SECRET", name));
        EnvVariable refused = Of(await RunAsync(null, Nobody), name);
        Assert.Equal(ErrorIds.CatalogNotTrusted, refused.ErrorId);
        Assert.DoesNotContain("dev-jwt", _sandbox.Read("backend/.env"));
        Assert.Null(Of(await RunAsync(null, new TestHost()), name).ErrorId);
        Assert.Null(Of(await RunAsync(null, Nobody), name).ErrorId);
    }

    [Fact]
    public async Task ANoIsNotStoredAndWhatIfAsksNothing()
    {
        _sandbox.Write("flowsecrets.yaml", Catalog.Replace("JWT_SECRET", "LD_PRELOAD"));
        Assert.Equal(ErrorIds.CatalogNotTrusted, Of(await RunAsync(null, new TestHost { Approves = false }), "LD_PRELOAD").ErrorId);
        TestHost dry = new() { IsWhatIf = true };
        Assert.Equal(ItemStatus.Planned, Of(await RunAsync(null, dry), "LD_PRELOAD").Status);
        Assert.Empty(dry.Approvals);
        Assert.Contains(dry.Said, static s => s.Contains("LD_PRELOAD", StringComparison.Ordinal));
        Assert.Equal(ErrorIds.CatalogNotTrusted, Of(await RunAsync(null, Nobody), "LD_PRELOAD").ErrorId);
    }

    /// <summary>Nobody can answer a question.</summary>
    private static TestHost Nobody => new() { Approves = null };

    private Task<List<EnvVariable>> RunAsync(SyncOptions? options, TestHost host) =>
        new SyncLocalEnvOperation(_sandbox.Context).RunAsync(options ?? new SyncOptions(), host);

    private Task<List<EnvVariable>> RunAsync(SyncOptions options) => RunAsync(options, Nobody);

    private static async Task CreateAsync(OperationContext context, string name)
    {
        using SecretValue value = SecretValue.FromText("sk-1");
        WriteSecretsOptions options = new() { Names = [name], Value = value };
        Assert.Null(Assert.Single(await new NewSecretsOperation(context).RunAsync(options, new TestHost())).ErrorId);
    }

    private static EnvVariable Of(List<EnvVariable> results, string name) => results.Single(r => r.Name == name);
}
