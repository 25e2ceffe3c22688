using System.Text;
using FlowSecrets.Errors;
using FlowSecrets.Operations;
using FlowSecrets.Operations.Transfer;
using FlowSecrets.Tests.Contracts;
using FlowSecrets.Tests.Formats.Ci;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Operations.Transfer;

/// <summary>X2 to X5: an export in a job of GitHub Actions, Azure Pipelines and GitLab.</summary>
public sealed class ExportCiTests : IDisposable
{
    private readonly ExportScene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public async Task X2GitHubGetsTheVariablesAndHidesThem()
    {
        await GitHubAsync();
        _scene.Sandbox.Write("github-env", "EARLIER=1");
        List<ExportedVariable> results = await _scene.RunAsync(new ExportOptions { Workload = "api" });

        GitHubRunner runner = new();
        Assert.DoesNotContain(ExportScene.Canary, runner.ReadLog(_scene.Log), StringComparison.Ordinal);
        Dictionary<string, string> read = runner.ReadFile(await File.ReadAllBytesAsync(GitHubEnv, TestContext.Current.CancellationToken));
        Assert.Equal(["EARLIER", "DB", "DB_HOST", "DB_PASSWORD", "DB_URL", "JWT_SECRET", "MODE"], read.Keys);
        Assert.Equal("1", read["EARLIER"]);
        Assert.Equal("p@ss%0A" + ExportScene.Canary, read["DB_PASSWORD"]);
        Assert.Equal($"db://u:p%40ss%250A{ExportScene.Canary}@db", read["DB_URL"]);
        Assert.All(results, static r => Assert.Equal((ItemStatus.Written, "GitHubEnv"), (r.Status, r.Format)));
        Assert.False(Of(results, "DB_HOST").Masked || Of(results, "MODE").Masked);
        Assert.True(Of(results, "DB_PASSWORD").Masked && Of(results, "DB").Masked && Of(results, "DB_URL").Masked);
        Assert.Equal(("db", "password"), (Of(results, "DB_PASSWORD").Secret, Of(results, "DB_PASSWORD").Field));
        AssertNoCanary(results);
    }

    [Fact]
    public async Task X4WhatIsNoSecretStaysReadable()
    {
        await GitHubAsync();
        await _scene.RunAsync(new ExportOptions());
        GitHubRunner runner = new();
        runner.ReadLog(_scene.Log);
        Assert.Equal("db 5432 { production", runner.Hide("db 5432 { production"));
        string whole = $$"""{"host":"db","port":5432,"password":"p@ss%0A{{ExportScene.Canary}}"}""";
        Assert.Contains(Convert.ToBase64String(Encoding.UTF8.GetBytes(whole)), runner.Masks);
    }

    [Fact]
    public async Task X3TheMasksComeBeforeTheFirstByteOfTheFile()
    {
        await GitHubAsync();
        File.Delete(GitHubEnv);
        Directory.CreateDirectory(GitHubEnv);
        await SecretStoreContract.Fails(ErrorIds.FileUnsafe, () => _scene.RunAsync(new ExportOptions()));
        Assert.Equal("", _scene.Log);
        Directory.Delete(GitHubEnv);
        await _scene.RunAsync(new ExportOptions());
        Assert.Contains("::add-mask::", _scene.Log, StringComparison.Ordinal);
        Assert.True(File.Exists(GitHubEnv));
    }

    [Fact]
    public async Task GitHubOutputHasItsOwnFile()
    {
        await GitHubAsync();
        _scene.Sandbox.Set("GITHUB_OUTPUT", _scene.Sandbox.Write("github-output", ""));
        await _scene.RunAsync(new ExportOptions { Format = ExportFormat.GitHubOutput, Names = ["llm.key"] });
        Assert.Contains("LLM_KEY<<", _scene.Sandbox.Read("github-output"), StringComparison.Ordinal);
        Assert.Equal("", _scene.Sandbox.Read("github-env"));
    }

    [Fact]
    public async Task X2AzureGetsCommandsInItsLogAndABlockForItsSteps()
    {
        await AzureAsync();
        List<ExportedVariable> results = await _scene.RunAsync(new ExportOptions { Workload = "api" });
        AzureAgent agent = new();
        Assert.Empty(agent.Read(_scene.Log));
        Assert.Equal("p@ss%0A" + ExportScene.Canary, agent.Variables["DB_PASSWORD"]);
        Assert.Contains("DB_PASSWORD", agent.Secrets);
        Assert.DoesNotContain("DB_HOST", agent.Secrets);
        Assert.DoesNotContain("db", agent.Masks);
        Assert.Contains("  DB_PASSWORD: $(DB_PASSWORD)", _scene.Host.Verboses);
        Assert.Contains("env:", _scene.Host.Verboses);
        AssertNoCanary(results);
    }

    [Fact]
    public async Task X5AValueWithLinesIsRefusedBeforeAnythingIsWritten()
    {
        await AzureAsync();
        FlowSecretException error = await SecretStoreContract.Fails(
            ErrorIds.ValueNotExpressible,
            () => _scene.RunAsync(new ExportOptions { Workload = "web" })
        );
        Assert.Equal("PEM", error.Target);
        Assert.Contains("-MultilineAsFile", error.Remedy, StringComparison.Ordinal);
        Assert.Contains("GitHubEnv", error.Cause, StringComparison.Ordinal);
        Assert.Equal("", _scene.Log);
        Assert.DoesNotContain(ExportScene.Canary, error + _scene.Host.Everything, StringComparison.Ordinal);
    }

    [Fact]
    public async Task X5AValueWithLinesGoesIntoAFileOfTheJob()
    {
        await AzureAsync();
        List<ExportedVariable> results = await _scene.RunAsync(new ExportOptions { Workload = "web", MultilineAsFile = true });
        AzureAgent agent = new();
        agent.Read(_scene.Log);
        string file = agent.Variables["PEM"];
        Assert.Equal(Path.Combine(_scene.Sandbox.File("agent"), "flowsecrets-PEM"), file);
        Assert.Equal($"-----BEGIN KEY-----\n{ExportScene.Canary}\n-----END KEY-----\n", await File.ReadAllTextAsync(file, default));
        Assert.Contains(ExportScene.Canary, agent.Masks);
        Assert.DoesNotContain("PEM", agent.Secrets);
        Assert.Equal((file, true), (Of(results, "PEM").Path, Of(results, "PEM").Masked));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
    }

    [Fact]
    public async Task X2InPowerShellAJobOfGitLabHasTheVariablesAtOnce()
    {
        await _scene.FilledAsync();
        _scene.Sandbox.Set("GITLAB_CI", "true");
        _scene.CommandLine = ["pwsh", "-NoProfile", "-NonInteractive", "-Command", "-"];
        List<ExportedVariable> results = await _scene.RunAsync(new ExportOptions { Workload = "web" });
        Assert.Equal(["DB", "DB_HOST", "DB_PASSWORD", "DB_URL", "MODE", "PEM"], _scene.Environment.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("", _scene.Log);
        Assert.All(results, static r => Assert.False(r.Masked));
    }

    [Fact]
    public async Task X2InAnotherShellAJobOfGitLabGetsAFileAndNeverAReport()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The file is for a POSIX shell.");
        await _scene.FilledAsync();
        _scene.Sandbox.Set("GITLAB_CI", "true");
        _scene.Sandbox.Set("CI_PROJECT_DIR", _scene.Sandbox.File("project"));
        Directory.CreateDirectory(_scene.Sandbox.File("project.tmp"));
        List<ExportedVariable> results = await _scene.RunAsync(new ExportOptions { Workload = "web" });
        string file = Of(results, "PEM").Path!;
        Assert.StartsWith(_scene.Sandbox.File("project.tmp"), file);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        string command = _scene.Host.Said.Single(static s => s.Contains(" . '", StringComparison.Ordinal));
        command = command[(command.IndexOf(": ", StringComparison.Ordinal) + 2)..];
        (int exitCode, string text, string error) = Tool.Run(
            Tool.Require("bash"),
            _scene.Sandbox.Folder,
            null,
            "-c",
            $"{command}; bash -c 'printf %s \"$PEM\"'"
        );
        Assert.Equal((0, ""), (exitCode, error));
        Assert.Equal($"-----BEGIN KEY-----\n{ExportScene.Canary}\n-----END KEY-----\n", text);
        Assert.False(File.Exists(file));
        Assert.Empty(_scene.Environment);
        Assert.Equal("", _scene.Log);
    }

    [Fact]
    public async Task X2ElsewhereTheFormatMustBeSaid()
    {
        await _scene.FilledAsync();
        FlowSecretException error = await SecretStoreContract.Fails(ErrorIds.BadArgument, () => _scene.RunAsync(new ExportOptions()));
        Assert.Contains("-Format: Portable, ", error.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ExportFormat.AzurePipelines)]
    [InlineData(ExportFormat.GitHubEnv)]
    public async Task OutsideOfItsJobACommandIsPlainText(ExportFormat format)
    {
        await _scene.FilledAsync();
        ExportOptions options = new() { Names = ["jwt"], Format = format };
        await SecretStoreContract.Fails(ErrorIds.BadArgument, () => _scene.RunAsync(options));
        Assert.Contains(ExportScene.Canary, await _scene.TextAsync(options), StringComparison.Ordinal);
        Assert.Equal("", _scene.Log);
    }

    [Fact]
    public async Task AShortValueIsNotHiddenAndTheWarningNamesIt()
    {
        _scene.Sandbox.Set("GITHUB_ENV", GitHubEnvPath());
        _scene.Sandbox.Set("GITHUB_ACTIONS", "true");
        await _scene.WithAsync(("jwt", "abc"));
        ExportedVariable result = Assert.Single(await _scene.RunAsync(new ExportOptions { Names = ["jwt"] }));
        Assert.False(result.Masked);
        Assert.Contains("JWT_SECRET", Assert.Single(_scene.Host.Warnings), StringComparison.Ordinal);
    }

    private string GitHubEnv => _scene.Sandbox.File("github-env");

    private string GitHubEnvPath() => _scene.Sandbox.Write("github-env", "");

    private async Task GitHubAsync()
    {
        await _scene.FilledAsync();
        _scene.Sandbox.Set("GITHUB_ACTIONS", "true");
        _scene.Sandbox.Set("GITHUB_ENV", GitHubEnvPath());
    }

    private async Task AzureAsync()
    {
        await _scene.FilledAsync();
        _scene.Sandbox.Set("TF_BUILD", "True");
        Directory.CreateDirectory(_scene.Sandbox.File("agent"));
        _scene.Sandbox.Set("AGENT_TEMPDIRECTORY", _scene.Sandbox.File("agent"));
    }

    private void AssertNoCanary(List<ExportedVariable> results) =>
        Assert.DoesNotContain(
            ExportScene.Canary,
            _scene.Host.Everything + System.Text.Json.JsonSerializer.Serialize(results),
            StringComparison.Ordinal
        );

    private static ExportedVariable Of(List<ExportedVariable> results, string name) => results.Single(r => r.Name == name);
}
