using FlowSecrets.Errors;
using FlowSecrets.Operations;
using FlowSecrets.Operations.LocalEnv;
using FlowSecrets.Tests.Processes;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Operations.LocalEnv;

/// <summary>What a sync finds out from git about the file that it writes.</summary>
[Trait("Tier", Tier.Witness)]
public sealed class SyncGitTests : IDisposable
{
    private readonly HostileRepository _repository = new();
    private readonly Sandbox _home = new();

    public SyncGitTests() =>
        File.WriteAllText(
            _repository.File("flowsecrets.yaml"),
            """
            application: app
            default: local
            environments: { local: { store: local } }
            secrets:
              jwt: { env: JWT_SECRET, local: dev-jwt }
            localEnv: { path: backend/.env }
            """
        );

    public void Dispose()
    {
        _repository.Dispose();
        _home.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task NoProgramOfTheRepositoryRuns(bool isWhatIf)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The program is a shell script.");
        await SyncAsync(new TestHost());
        _repository.MakePartial($"ext::{_repository.Program}");
        _repository.Git("check-ignore", "--quiet", "--", "backend/.env");
        Assert.True(_repository.Ran);
        await SyncAsync(new TestHost { IsWhatIf = isWhatIf });
        Assert.False(_repository.Ran);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ARepositoryThatGitRefusesIsWarnedOf(bool isWhatIf)
    {
        await SyncAsync(new TestHost());
        File.WriteAllText(_repository.File(".git/config"), "[");
        TestHost host = new() { IsWhatIf = isWhatIf };
        await SyncAsync(host);
        Assert.Contains(host.Warnings, static w => w.StartsWith(ErrorIds.GitNotAvailable + ":", StringComparison.Ordinal));
        Assert.DoesNotContain(host.Warnings, static w => w.Contains('\n'));
    }

    [Fact]
    public async Task ARepositoryOfSomebodyElseIsWarnedOfWithTheCommandThatTrustsIt()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The program is a shell script.");
        string git = _home.Write(
            "bin/git",
            "#!/bin/sh\necho \"fatal: detected dubious ownership in repository at '$PWD'\" >&2\nexit 128\n"
        );
        File.SetUnixFileMode(git, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        _home.Set("PATH", Path.GetDirectoryName(git)!);
        TestHost host = new();
        await SyncAsync(host);
        string warning = Assert.Single(host.Warnings, static w => w.StartsWith(ErrorIds.GitNotAvailable + ":", StringComparison.Ordinal));
        Assert.Contains("git config --global --add safe.directory", warning, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnAbsentGitIsWarnedOfInARepositoryAlone()
    {
        _home.Set("PATH", "");
        TestHost host = new();
        await SyncAsync(host);
        Assert.Contains(host.Warnings, static w => w.StartsWith(ErrorIds.GitNotAvailable + ":", StringComparison.Ordinal));
        Directory.Delete(_repository.File(".git"), recursive: true);
        TestHost outside = new();
        await SyncAsync(outside);
        Assert.DoesNotContain(outside.Warnings, static w => w.StartsWith(ErrorIds.GitNotAvailable, StringComparison.Ordinal));
    }

    private Task<List<EnvVariable>> SyncAsync(TestHost host) =>
        new SyncLocalEnvOperation(new OperationContext(() => _home.Providers, _repository.Folder) { Variable = _home.Variable }).RunAsync(
            new SyncOptions(),
            host
        );
}
