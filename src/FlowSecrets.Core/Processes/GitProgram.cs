using System.Collections.Frozen;
using System.ComponentModel;
using FlowSecrets.Errors;
using FlowSecrets.Text;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Processes;

/// <summary>What git answered. Without an answer, <see cref="Problem"/> says what happened and what to do.</summary>
internal sealed record GitResult(int ExitCode, ErasedBuffer? Output, string? Problem) : IDisposable
{
    public static GitResult Without(string problem) => new(-1, null, problem);

    public void Dispose() => Output?.Dispose();
}

/// <summary>
/// Runs git in a repository that a stranger may have made. Nothing that the repository's configuration names is started: its settings are
/// overridden on the command line, every transport is off, and no GIT_* variable of this process reaches git. The user's own configuration
/// still counts, because it has the folders that the user trusts and the patterns that the user ignores.
/// </summary>
internal static class GitProgram
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>From this exit code on git has refused or was ended; below it, the code is an answer.</summary>
    private const int Fatal = 128;

    /// <summary>
    /// The subcommands that read the index and stored objects alone. Those that read the working tree start filter drivers, which no option
    /// turns off: do not add them, and do not pass <c>ls-files --modified</c>.
    /// </summary>
    private static readonly FrozenDictionary<string, string[]> Commands = new Dictionary<string, string[]>(StringComparer.Ordinal)
    {
        ["cat-file"] = [],
        ["check-ignore"] = [],
        ["ls-files"] = [],
        ["ls-tree"] = [],
        ["rev-list"] = [],
        ["rev-parse"] = [],
        ["diff-tree"] = ["--no-ext-diff", "--no-textconv"],
        ["log"] = ["--no-ext-diff", "--no-textconv"],
        ["show"] = ["--no-ext-diff", "--no-textconv"],
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>These win over the repository's configuration, and over what it includes.</summary>
    private static readonly string[] Settings =
    [
        "core.alternateRefsCommand=false",
        "core.askPass=",
        "core.attributesFile=/dev/null",
        "core.editor=false",
        "core.fsmonitor=false",
        "core.hooksPath=/dev/null",
        "core.pager=cat",
        "core.sshCommand=false",
        "credential.helper=",
        "diff.external=",
        "gc.auto=0",
        "gpg.program=false",
        "gpg.ssh.program=false",
        "gpg.x509.program=false",
        "log.showSignature=false",
        "maintenance.auto=false",
        "protocol.allow=never",
        "protocol.ext.allow=never",
        "protocol.file.allow=never",
        "protocol.git.allow=never",
        "protocol.http.allow=never",
        "protocol.https.allow=never",
        "protocol.ssh.allow=never",
        "safe.bareRepository=explicit",
        "submodule.recurse=false",
    ];

    /// <summary>Runs a subcommand in a repository and keeps what it prints.</summary>
    /// <param name="arguments">The subcommand, then its options and paths.</param>
    public static async Task<GitResult> RunAsync(
        string repository,
        IReadOnlyList<string> arguments,
        Func<string, string?> variable,
        CancellationToken cancellationToken,
        TimeSpan? limit = null
    )
    {
        if (ProgramFinder.Find("git", variable) is not { } git)
        {
            return GitResult.Without("git is not on PATH. Install git, or check it yourself.");
        }

        try
        {
            ChildStart start = Describe(git, repository, arguments) with { Limit = limit ?? Limit };
            ChildResult result = await ChildProcess.RunAsync(start, cancellationToken);
            using ErasedBuffer errors = result.Errors;
            if (result.ExitCode is >= 0 and < Fatal)
            {
                return new GitResult(result.ExitCode, result.Output, null);
            }

            result.Output.Dispose();
            return GitResult.Without(Refusal(errors.Text, repository));
        }
        catch (Win32Exception)
        {
            return GitResult.Without($"'{RemoteText.Clean(git)}' cannot be started. Repair git, or check it yourself.");
        }
        catch (TimeoutException)
        {
            return GitResult.Without("git did not end in time. " + SeeYourself(repository));
        }
    }

    private static ChildStart Describe(string git, string repository, IReadOnlyList<string> arguments)
    {
        if (!Commands.TryGetValue(arguments[0], out string[]? always))
        {
            throw new ArgumentException($"git {arguments[0]} is not known to start no program.", nameof(arguments));
        }

        Dictionary<string, string> variables = new(StringComparer.Ordinal)
        {
            ["GIT_ALLOW_PROTOCOL"] = "",
            ["GIT_ASKPASS"] = "",
            ["GIT_ATTR_NOSYSTEM"] = "1",
            ["GIT_NO_LAZY_FETCH"] = "1",
            ["GIT_OPTIONAL_LOCKS"] = "0",
            ["GIT_PAGER"] = "cat",
            ["GIT_PROTOCOL_FROM_USER"] = "0",
            ["GIT_SSH_COMMAND"] = "false",
            ["GIT_TERMINAL_PROMPT"] = "0",
            // Refusals are read below.
            ["LC_ALL"] = "C",
        };
        if (Path.GetDirectoryName(repository) is { } parent)
        {
            // A broken .git must not lead to a repository further up.
            variables["GIT_CEILING_DIRECTORIES"] = parent;
        }

        return new ChildStart(
            git,
            [
                "--no-pager",
                .. Settings.SelectMany(static s => new[] { "-c", s }),
                "-C",
                repository,
                arguments[0],
                .. always,
                .. arguments.Skip(1),
            ]
        )
        {
            RemovedPrefixes = ["GIT_", "LANGUAGE"],
            Variables = variables,
        };
    }

    private static string Refusal(string said, string repository)
    {
        string line = said.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault() ?? "";
        Remedy remedy = said.Contains("dubious ownership", StringComparison.Ordinal)
            ? Remedy.Of($"If you trust the folder's owner, run: {Shell($"git config --global --add safe.directory {repository}")}")
            : SeeYourself(repository);
        return $"git refused{RemoteText.Quote(line)}. " + remedy;
    }

    /// <summary>git status is left to the user: it starts what the repository configures.</summary>
    private static Remedy SeeYourself(string repository) =>
        Remedy.Of($"If you trust the repository, run this to see why: {Shell($"git -C {repository} status")}");
}
