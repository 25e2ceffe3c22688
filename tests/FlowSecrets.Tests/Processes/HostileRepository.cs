using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Processes;

/// <summary>A repository whose configuration names a program, which makes a file when it runs.</summary>
internal sealed class HostileRepository : IDisposable
{
    private static readonly Dictionary<string, string> NoOtherConfiguration = new(StringComparer.Ordinal)
    {
        ["GIT_CONFIG_GLOBAL"] = OperatingSystem.IsWindows() ? "NUL" : "/dev/null",
        ["GIT_CONFIG_NOSYSTEM"] = "1",
        ["GIT_TERMINAL_PROMPT"] = "0",
    };

    private readonly Sandbox _sandbox = new();
    private readonly string _git = Tool.Require("git");

    public HostileRepository()
    {
        Folder = Directory.CreateDirectory(_sandbox.File("repository")).FullName;
        Git("init", "--quiet", "--initial-branch=main");
        Git("config", "user.name", "somebody");
        Git("config", "user.email", "somebody@example.com");
        System.IO.File.WriteAllText(File("a.txt"), "one\n");
        Git("add", "a.txt");
        Git("commit", "--quiet", "--message=one");
        System.IO.File.WriteAllText(File("a.txt"), "two\n");
        Git("commit", "--quiet", "--all", "--message=two");
        Program = _sandbox.Write("evil", $"#!/bin/sh\ntouch '{Marker}'\nexit 0\n");
        System.IO.File.SetUnixFileMode(Program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public string Folder { get; }

    /// <summary>The program that must not run.</summary>
    public string Program { get; }

    /// <summary>Whether the program ran since this was asked last.</summary>
    public bool Ran
    {
        get
        {
            bool ran = System.IO.File.Exists(Marker);
            System.IO.File.Delete(Marker);
            return ran;
        }
    }

    private string Marker => _sandbox.File("marker");

    public string File(string name) => Path.Combine(Folder, name);

    public string? Variable(string name) => _sandbox.Variable(name);

    /// <summary>git as it is, for making the repository and for showing that the bait works.</summary>
    public (int ExitCode, string Output, string Error) Git(params string[] arguments) =>
        Tool.Run(_git, Folder, NoOtherConfiguration, arguments);

    /// <summary>The index has a .gitignore whose content is only at a remote that names the program.</summary>
    public void MakePartial(string url)
    {
        Directory.CreateDirectory(File("backend"));
        Git("update-index", "--add", "--cacheinfo", $"100644,{new string('1', 40)},backend/.gitignore");
        Git("update-index", "--skip-worktree", "backend/.gitignore");
        Git("config", "core.repositoryformatversion", "1");
        Git("config", "extensions.partialClone", "evil");
        Git("config", "remote.evil.url", url);
        Git("config", "remote.evil.promisor", "true");
        Git("config", "protocol.allow", "always");
        Git("config", "protocol.ext.allow", "always");
    }

    public void Dispose() => _sandbox.Dispose();
}
