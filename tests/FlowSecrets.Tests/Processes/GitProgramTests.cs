using FlowSecrets.Files;
using FlowSecrets.Processes;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Processes;

/// <summary>Nothing that a repository names runs when git is asked about it. Each case first shows that its bait works.</summary>
[Trait("Tier", Tier.Witness)]
public sealed class GitProgramTests
{
    private static readonly string[] Path = ["check-ignore", "--quiet", "--", "backend/.env"];

    private static readonly string[][] Questions =
    [
        Path,
        ["rev-parse", "HEAD"],
        ["rev-list", "--objects", "--all"],
        ["ls-files", "--cached", "-z"],
        ["ls-tree", "-r", "HEAD"],
        ["cat-file", "-p", "HEAD"],
        ["cat-file", "--batch-all-objects", "--batch-check"],
        ["log", "--all", "-p", "--no-color"],
        ["show", "HEAD"],
        ["diff-tree", "-p", "HEAD^", "HEAD"],
    ];

    /// <summary>Settings, and the plain git command that starts their program. None: it takes a terminal or a server.</summary>
    public static TheoryData<string, string[], string[]> Baits =>
        new()
        {
            { "core.fsmonitor", ["core.fsmonitor={0}"], ["status"] },
            { "core.hooksPath", ["core.hooksPath={1}"], ["commit", "--quiet", "--allow-empty", "--message=x"] },
            { "core.sshCommand", ["core.sshCommand={0}", "remote.r.url=ssh://host/x"], ["fetch", "r"] },
            { "core.gitProxy", ["core.gitProxy={0}", "remote.r.url=git://host/x"], ["fetch", "r"] },
            { "core.pager", ["core.pager={0}"], [] },
            { "pager.log", ["pager.log={0}"], [] },
            { "alias", ["alias.check-ignore=!{0}", "alias.evil=!{0}"], ["evil"] },
            { "credential.helper", ["credential.helper={0}"], ["credential", "fill"] },
            { "core.askPass", ["core.askPass={0}"], [] },
            { "diff.external", ["diff.external={0}"], ["log", "-p", "--ext-diff"] },
            { "textconv", ["diff.evil.textconv={0}"], ["log", "-p"] },
            { "diff driver", ["diff.evil.command={0}"], ["log", "-p", "--ext-diff"] },
            {
                "filter",
                ["filter.evil.clean={0}", "filter.evil.smudge={0}", "filter.evil.process={0}", "filter.evil.required=true"],
                ["checkout", "HEAD^", "--", "a.txt"]
            },
            { "gpg.program", ["gpg.program={0}", "log.showSignature=true"], ["verify-commit", "HEAD"] },
            { "include.path", ["include.path={2}"], ["status"] },
        };

    [Theory]
    [MemberData(nameof(Baits))]
    public async Task NothingThatARepositoryNamesRuns(string name, string[] settings, string[] bait)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The program is a shell script.");
        using HostileRepository repository = new();
        Bait(repository, settings);
        if (bait.Length > 0)
        {
            repository.Git(bait);
            // A signature is checked only where there is one.
            Assert.True(repository.Ran || name is "gpg.program" or "credential.helper", $"{name}: the bait does not work.");
        }

        await AskAllAsync(repository, name, isAnswered: true);
    }

    [Theory]
    [InlineData("ext::{0}")]
    [InlineData("ssh://host/x")]
    [InlineData("file:///nowhere")]
    public async Task AMissingObjectIsNotFetched(string url)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The program is a shell script.");
        using HostileRepository repository = new();
        repository.MakePartial(string.Format(System.Globalization.CultureInfo.InvariantCulture, url, repository.Program));
        Bait(repository, ["core.sshCommand={0}", "remote.evil.uploadpack={0}"]);
        repository.Git("fetch", "evil");
        Assert.True(repository.Ran || url.StartsWith("file", StringComparison.Ordinal));
        await AskAllAsync(repository, url, isAnswered: false);
    }

    [Fact]
    public async Task ACommandThatMayStartAProgramIsRefused()
    {
        using HostileRepository repository = new();
        foreach (string command in new[] { "status", "diff", "fetch", "grep", "blame", "archive", "commit", "checkout", "submodule" })
        {
            await Assert.ThrowsAsync<ArgumentException>(() => AskAsync(repository, command));
        }
    }

    [Theory]
    [InlineData("config", "[")]
    [InlineData("HEAD", "nothing")]
    public async Task WhatGitRefusesIsAProblem(string file, string text)
    {
        using HostileRepository repository = new();
        File.WriteAllText(repository.File(".git/" + file), text);
        GitIgnoreAnswer answer = await GitIgnore.AskAsync(
            repository.File("backend/.env"),
            repository.Folder,
            repository.Variable,
            TestContext.Current.CancellationToken
        );
        Assert.Null(answer.IsIgnored);
        Assert.NotNull(answer.Problem);
    }

    [Fact]
    public async Task WithoutGitThereIsAProblem()
    {
        using HostileRepository repository = new();
        GitIgnoreAnswer answer = await GitIgnore.AskAsync(
            repository.File("backend/.env"),
            repository.Folder,
            static _ => null,
            TestContext.Current.CancellationToken
        );
        Assert.Null(answer.IsIgnored);
        Assert.NotNull(answer.Problem);
    }

    [Fact]
    public async Task AGitThatDoesNotEndIsAProblem()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "A stand-in for git is a shell script.");
        using Sandbox sandbox = new();
        string git = sandbox.Write("bin/git", "#!/bin/sh\nexec sleep 600\n");
        File.SetUnixFileMode(git, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        using GitResult result = await GitProgram.RunAsync(
            sandbox.Folder,
            Path,
            _ => sandbox.File("bin"),
            TestContext.Current.CancellationToken,
            TimeSpan.FromMilliseconds(50)
        );
        Assert.NotNull(result.Problem);
    }

    private static void Bait(HostileRepository repository, string[] settings)
    {
        string hooks = Directory.CreateDirectory(repository.File("hooks")).FullName;
        foreach (string hook in new[] { "pre-commit", "post-index-change", "post-checkout", "reference-transaction" })
        {
            File.Copy(repository.Program, System.IO.Path.Combine(hooks, hook));
        }

        string included = repository.File("included");
        File.WriteAllText(included, $"[core]\n\tfsmonitor = {repository.Program}\n\thooksPath = {hooks}\n");
        File.WriteAllText(repository.File(".gitattributes"), "*.txt diff=evil filter=evil\n");
        File.WriteAllText(repository.File(".git/info/attributes"), "*.txt diff=evil filter=evil\n");
        foreach (string setting in settings)
        {
            string[] parts = setting.Split('=', 2);
            string value = string.Format(System.Globalization.CultureInfo.InvariantCulture, parts[1], repository.Program, hooks, included);
            repository.Git("config", parts[0], value);
        }

        _ = repository.Ran;
    }

    private static async Task AskAllAsync(HostileRepository repository, string name, bool isAnswered)
    {
        foreach (string[] question in Questions)
        {
            using GitResult result = await AskAsync(repository, question);
            Assert.True(result.Problem is null || !isAnswered, $"{name}: git {question[0]}: {result.Problem}");
            Assert.False(repository.Ran, $"{name}: git {question[0]} ran the repository's program.");
        }
    }

    private static Task<GitResult> AskAsync(HostileRepository repository, params string[] arguments) =>
        GitProgram.RunAsync(repository.Folder, arguments, repository.Variable, TestContext.Current.CancellationToken);
}
