using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Operations;
using FlowSecrets.Operations.Catalogs;
using FlowSecrets.Operations.LocalEnv;
using FlowSecrets.Tests.Contracts;
using FlowSecrets.Tests.Local;
using FlowSecrets.Tests.Support;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Operations.LocalEnv;

public sealed class SyncLocalEnvTests : IDisposable
{
    private const string Catalog = """
        application: app
        prefix: app-
        default: local
        environments: { local: { store: local } }
        secrets:
          jwt: { category: core, env: JWT_SECRET, description: Signing key, required: true, local: dev-jwt }
          openai: { category: llm, env: OPENAI_API_KEY }
          needed: { category: llm, env: NEEDED }
          db:
            category: database
            fields:
              host: { env: DB_HOST, local: localhost }
              password: { env: DB_PASSWORD, local: "p@ss" }
              token: { env: DB_TOKEN }
          sa-key: { format: json }
        localEnv:
          path: backend/.env
          variables:
            NODE_ENV: development
            URL: "pg://{{ db.password | urlencode }}@{{ db.host }}"
          files: [ { secret: sa-key, path: .secrets/sa.json, env: SA_FILE } ]
        """;

    private readonly Sandbox _sandbox = new();

    public SyncLocalEnvTests() => _sandbox.Write("flowsecrets.yaml", Catalog);

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task AFileInUtf16StaysAsItIs()
    {
        byte[] old = System.Text.Encoding.Unicode.GetBytes("MINE=x\r\n");
        Directory.CreateDirectory(_sandbox.File("backend"));
        await File.WriteAllBytesAsync(_sandbox.File("backend/.env"), old, TestContext.Current.CancellationToken);
        FlowSecretException error = await Assert.ThrowsAsync<FlowSecretException>(() => RunAsync());
        Assert.Equal(ErrorIds.EnvFileInvalid, error.Id);
        Assert.Equal(old, await File.ReadAllBytesAsync(_sandbox.File("backend/.env"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task LocalValuesFetchedOnesTemplatesAndFilesAreWritten()
    {
        await StoreAsync("app-openai", "sk-1");
        await StoreAsync("app-db", """{"token":"t-1","host":"production"}""");
        await StoreAsync("app-sa-key", """{"private":"x"}""");
        List<EnvVariable> results = await RunAsync();
        string[] lines = Lines();
        Assert.Contains("JWT_SECRET=dev-jwt", lines);
        Assert.Contains("OPENAI_API_KEY=sk-1", lines);
        Assert.Contains("NEEDED=", lines);
        Assert.Contains("DB_HOST=localhost", lines);
        Assert.Contains("DB_TOKEN=t-1", lines);
        Assert.Contains("URL=pg://p%40ss@localhost", lines);
        Assert.Contains($"SA_FILE={_sandbox.File(".secrets/sa.json")}", lines);
        Assert.Equal("""{"private":"x"}""", _sandbox.Read(".secrets/sa.json"));
        Assert.Contains("# Signing key", lines);
        Assert.Equal(ItemStatus.Missing, Of(results, "NEEDED").Status);
        Assert.Equal(("db.token", "local"), (Of(results, "DB_TOKEN").Secret, Of(results, "DB_TOKEN").Environment));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_sandbox.File("backend/.env")));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_sandbox.File(".secrets/sa.json")));
        }
    }

    [Fact]
    public async Task AValueThatOnlySomeProgramsReadIsNotBlanked()
    {
        _sandbox.Write("backend/.env", "NEEDED: still-needed\n");
        List<EnvVariable> results = await RunAsync();
        Assert.Equal(ItemStatus.Kept, Of(results, "NEEDED").Status);
        Assert.Contains("NEEDED: still-needed", Lines());
        Assert.DoesNotContain("NEEDED=", Lines());
    }

    [Fact]
    public async Task WhatTheUserHasStaysAndTemplatesAgreeWithIt()
    {
        await StoreAsync("app-openai", "sk-2");
        _sandbox.Write(
            "backend/.env",
            "# my notes\nMINE='a b'   \n\nDB_PASSWORD=own\nOPENAI_API_KEY=sk-1\nodd line\nexport ALSO=mine # why\n"
        );
        List<EnvVariable> results = await RunAsync();
        string text = _sandbox.Read("backend/.env");
        Assert.StartsWith("# my notes\nMINE='a b'   \n\nDB_PASSWORD=own\nOPENAI_API_KEY=sk-2\nodd line\nexport ALSO=mine # why\n", text);
        Assert.Contains("\nURL=pg://own@localhost\n", text);
        Assert.Equal(ItemStatus.Differs, Of(results, "DB_PASSWORD").Status);
        Assert.Equal(ItemStatus.Updated, Of(results, "OPENAI_API_KEY").Status);
    }

    [Fact]
    public async Task AKeepMarkAndAValueThatTheStoreLacksStay()
    {
        await StoreAsync("app-openai", "sk-store");
        _sandbox.Write("backend/.env", "# flowsecrets:keep\nOPENAI_API_KEY=my-own\nNEEDED=mine\n");
        List<EnvVariable> results = await RunAsync();
        Assert.Contains("OPENAI_API_KEY=my-own", Lines());
        Assert.Contains("NEEDED=mine", Lines());
        Assert.Equal(ItemStatus.Kept, Of(results, "OPENAI_API_KEY").Status);
        Assert.Equal(ItemStatus.Kept, Of(results, "NEEDED").Status);
    }

    [Fact]
    public async Task CleanBuildsTheFileAnewButForWhatIsMarked()
    {
        await StoreAsync("app-openai", "sk-store");
        _sandbox.Write(
            "backend/.env",
            "MINE=1\nJWT_SECRET=own\n# flowsecrets:keep\nSPECIAL=yes\n# flowsecrets:keep\nOPENAI_API_KEY=my-own\nNEEDED=mine\n"
        );
        await RunAsync(new SyncOptions { Clean = true });
        string[] lines = Lines();
        Assert.DoesNotContain("MINE=1", lines);
        Assert.Contains("JWT_SECRET=dev-jwt", lines);
        Assert.Contains("SPECIAL=yes", lines);
        Assert.Contains("OPENAI_API_KEY=my-own", lines);
        Assert.Contains("NEEDED=mine", lines);
        List<EnvVariable> again = await RunAsync(new SyncOptions { Clean = true });
        Assert.Equal(ItemStatus.Kept, Of(again, "OPENAI_API_KEY").Status);
        Assert.Equal(lines, Lines());
    }

    [Fact]
    public async Task AnUnchangedFileIsNotRewritten()
    {
        await RunAsync();
        DateTime written = DateTime.UtcNow.AddDays(-1);
        File.SetLastWriteTimeUtc(_sandbox.File("backend/.env"), written);
        List<EnvVariable> results = await RunAsync();
        Assert.Equal(written, File.GetLastWriteTimeUtc(_sandbox.File("backend/.env")));
        Assert.DoesNotContain(results, static r => r.Status is ItemStatus.Created or ItemStatus.Updated);
    }

    [Fact]
    public async Task CrlfBecomesLfAndIsSaid()
    {
        _sandbox.Write("backend/.env", "\uFEFFMINE=1\r\n# note\r\n");
        TestHost host = new();
        await RunAsync(null, host);
        Assert.DoesNotContain('\r', _sandbox.Read("backend/.env"));
        Assert.StartsWith("MINE=1\n# note\n", _sandbox.Read("backend/.env"));
        Assert.Contains(host.Warnings, static w => w.Contains("CRLF"));
    }

    [Fact]
    public async Task CheckWritesNothingAndFindsWhatIsBehind()
    {
        await StoreAsync("app-openai", "sk-1");
        List<EnvVariable> missing = await RunAsync(new SyncOptions { Check = true });
        Assert.False(File.Exists(_sandbox.File("backend/.env")));
        Assert.Equal(ErrorIds.EnvFileOutdated, Of(missing, "JWT_SECRET").ErrorId);
        await RunAsync();
        Assert.All(await RunAsync(new SyncOptions { Check = true }), static r => Assert.Null(r.ErrorId));
        using SecretValue value = SecretValue.FromText("sk-2");
        await _sandbox.Store().AddVersionAsync("app-openai", value, null, null, default);
        List<EnvVariable> outdated = await RunAsync(new SyncOptions { Check = true });
        Assert.Equal(
            (ItemStatus.Outdated, ErrorIds.EnvFileOutdated),
            (Of(outdated, "OPENAI_API_KEY").Status, Of(outdated, "OPENAI_API_KEY").ErrorId)
        );
        Assert.Equal("OPENAI_API_KEY", Assert.Single(outdated, static r => r.ErrorId is not null).Name);
        Assert.Contains("OPENAI_API_KEY=sk-1", Lines());
    }

    [Fact]
    public async Task ARequiredSecretThatIsMissingIsAnErrorAndTheRestIsWritten()
    {
        _sandbox.Write(
            "flowsecrets.yaml",
            Catalog.Replace("needed: { category: llm, env: NEEDED }", "needed: { category: llm, env: NEEDED, required: true }")
        );
        List<EnvVariable> results = await RunAsync();
        Assert.Equal(ErrorIds.RequiredSecretMissing, Of(results, "NEEDED").ErrorId);
        Assert.Contains("JWT_SECRET=dev-jwt", Lines());
    }

    [Fact]
    public async Task AFailureOfTheStoreIsNotTakenForAbsence()
    {
        await StoreAsync("app-openai", "sk-1");
        await _sandbox.Store().SetVersionStateAsync("app-openai", "1", VersionState.Disabled, default);
        _sandbox.Write("backend/.env", "OPENAI_API_KEY=before\n");
        List<EnvVariable> results = await RunAsync();
        Assert.Equal(ErrorIds.VersionDisabled, Of(results, "OPENAI_API_KEY").ErrorId);
        Assert.Contains("-Environment 'local'", Of(results, "OPENAI_API_KEY").Error!.Remedy);
        Assert.Contains("OPENAI_API_KEY=before", Lines());
        Assert.Contains("JWT_SECRET=dev-jwt", Lines());
    }

    [Fact]
    public async Task AValueWithoutAPortableSpellingIsRefusedByName()
    {
        await StoreAsync("app-openai", "it's \"MARK\" $x `y` \\");
        TestHost host = new();
        List<EnvVariable> results = await RunAsync(null, host);
        Assert.Equal(ErrorIds.EnvValueNotPortable, Of(results, "OPENAI_API_KEY").ErrorId);
        Assert.DoesNotContain("MARK", Of(results, "OPENAI_API_KEY").Message + host.Everything);
        await RunAsync(new SyncOptions { Format = EnvDialect.Bash, Path = "bash.env" });
        Assert.Contains("MARK", _sandbox.Read("bash.env"));
    }

    [Theory]
    [InlineData(EnvDialect.Portable)]
    [InlineData(EnvDialect.Docker)]
    [InlineData(EnvDialect.Compose)]
    [InlineData(EnvDialect.Node)]
    [InlineData(EnvDialect.Python)]
    [InlineData(EnvDialect.Systemd)]
    [InlineData(EnvDialect.Bash)]
    [InlineData(EnvDialect.Pwsh)]
    [InlineData(EnvDialect.Json)]
    public async Task EveryDialectIsWrittenAndTakenUpAgain(EnvDialect dialect)
    {
        await StoreAsync("app-openai", "a b#c");
        await RunAsync(new SyncOptions { Format = dialect, Path = "other.env" });
        string text = _sandbox.Read("other.env");
        List<EnvVariable> again = await RunAsync(new SyncOptions { Format = dialect, Path = "other.env" });
        Assert.Equal(text, _sandbox.Read("other.env"));
        Assert.All(again, static r => Assert.Contains(r.Status, new[] { ItemStatus.Unchanged, ItemStatus.Kept, ItemStatus.Missing }));
    }

    [Fact]
    public async Task ASymbolicLinkIsNotFollowed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need rights on Windows.");
        string elsewhere = _sandbox.Write("elsewhere", "untouched");
        Directory.CreateDirectory(_sandbox.File("backend"));
        File.CreateSymbolicLink(_sandbox.File("backend/.env"), elsewhere);
        await SecretStoreContract.Fails(ErrorIds.FileUnsafe, () => RunAsync());
        Assert.Equal("untouched", File.ReadAllText(elsewhere));
    }

    [Fact]
    public async Task WhatSomebodyElseWroteMeanwhileIsNotLost()
    {
        _sandbox.Write("backend/.env", "MINE=1\n");
        TestHost host = new() { BeforeEffect = () => File.AppendAllText(_sandbox.File("backend/.env"), "NEW=2\n") };
        await SecretStoreContract.Fails(ErrorIds.Conflict, () => RunAsync(null, host));
        Assert.Equal("MINE=1\nNEW=2\n", _sandbox.Read("backend/.env"));
    }

    [Fact]
    public async Task CommentsBehindAValueAndExportStay()
    {
        await StoreAsync("app-openai", "sk-2");
        _sandbox.Write("backend/.env", "export NODE_ENV=development   # my note\nexport OPENAI_API_KEY=\"sk-1\" # do not share\n");
        await RunAsync();
        Assert.StartsWith(
            "export NODE_ENV=development   # my note\n# do not share\nexport OPENAI_API_KEY=sk-2\n",
            _sandbox.Read("backend/.env")
        );
    }

    [Fact]
    public async Task AKeptValueIsInTheTemplatesWithCleanToo()
    {
        _sandbox.Write("backend/.env", "# flowsecrets:keep\nDB_PASSWORD=own\n");
        await RunAsync(new SyncOptions { Clean = true });
        Assert.Contains("URL=pg://own@localhost", Lines());
        Assert.DoesNotContain(await RunAsync(new SyncOptions { Check = true }), static r => r.Name == "URL" && r.ErrorId is not null);
    }

    [Fact]
    public async Task WhatAKilledSyncLeftBehindIsRemoved()
    {
        string remains = _sandbox.Write($"backend/.env.{Guid.NewGuid():N}.tmp", "OPENAI_API_KEY=x\n");
        string mine = _sandbox.Write("backend/.env.backup.tmp", "MINE=1\n");
        File.SetLastWriteTimeUtc(remains, DateTime.UtcNow.AddHours(-1));
        File.SetLastWriteTimeUtc(mine, DateTime.UtcNow.AddHours(-1));
        await RunAsync();
        Assert.False(File.Exists(remains));
        Assert.Equal("MINE=1\n", File.ReadAllText(mine));
    }

    [Fact]
    public async Task AFileWithALocalValueIsWritten()
    {
        _sandbox.Write("flowsecrets.yaml", Catalog.Replace("sa-key: { format: json }", "sa-key: { format: json, local: \"{}\" }"));
        Assert.Null(Of(await RunAsync(), "SA_FILE").ErrorId);
        Assert.Equal("{}", _sandbox.Read(".secrets/sa.json"));
    }

    [Fact]
    public async Task AFileThatGitWouldTakeIsWarnedOf()
    {
        Tool.Run(Tool.Require("git"), _sandbox.Folder, null, "init", "--quiet");
        TestHost warned = new();
        await RunAsync(null, warned);
        Assert.Contains(warned.Warnings, static w => w.Contains(ErrorIds.NotIgnoredByGit));
        await RunAsync(new SyncOptions { AddToGitIgnore = true });
        Assert.Contains("/backend/.env", _sandbox.Read(".gitignore"));
        TestHost quiet = new();
        await RunAsync(null, quiet);
        Assert.DoesNotContain(quiet.Warnings, static w => w.Contains(ErrorIds.NotIgnoredByGit));
    }

    [Fact]
    public async Task WhatIfWritesNothing()
    {
        TestHost host = new() { IsWhatIf = true };
        List<EnvVariable> results = await RunAsync(null, host);
        Assert.False(Directory.Exists(_sandbox.File("backend")));
        Assert.Equal(ItemStatus.Planned, Of(results, "JWT_SECRET").Status);
        Assert.NotEmpty(host.Actions);
    }

    [Fact]
    public async Task AnUnclosedQuoteOfTheUsersStopsItBeforeAnythingIsWritten()
    {
        _sandbox.Write("backend/.env", "A=1\nB='open\n");
        await SecretStoreContract.Fails(ErrorIds.EnvFileInvalid, () => RunAsync());
        Assert.Equal("A=1\nB='open\n", _sandbox.Read("backend/.env"));
    }

    private Task<List<EnvVariable>> RunAsync(SyncOptions? options = null, TestHost? host = null) =>
        new SyncLocalEnvOperation(_sandbox.Context).RunAsync(options ?? new SyncOptions(), host ?? new TestHost());

    private Task StoreAsync(string name, string text) => LocalStoreKeyTests.CreateAsync(_sandbox.Store(), name, text);

    private string[] Lines() => _sandbox.Read("backend/.env").Split('\n');

    private static EnvVariable Of(List<EnvVariable> results, string name) => results.Single(r => r.Name == name);
}
