using System.ComponentModel;
using FlowSecrets.Processes;

namespace FlowSecrets.Files;

/// <summary>Asks git whether it would take a file with values into the repository.</summary>
internal static class GitIgnore
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <returns>Null if there is no repository, or no git that answers.</returns>
    public static async Task<bool?> IsIgnoredAsync(
        string path,
        string repository,
        Func<string, string?> variable,
        CancellationToken cancellationToken
    )
    {
        if (!Path.Exists(Path.Combine(repository, ".git")) || ProgramFinder.Find("git", variable) is not { } git)
        {
            return null;
        }

        // fsmonitor is a program that a repository's configuration can name; this question does not need it.
        string[] arguments = ["-c", "core.fsmonitor=false", "-C", repository, "check-ignore", "--quiet", "--", path];
        try
        {
            using ChildResult result = await ChildProcess.RunAsync(new ChildStart(git, arguments) { Limit = Limit }, cancellationToken);
            return result.ExitCode switch
            {
                0 => true,
                1 => false,
                _ => null,
            };
        }
        catch (Exception e) when (e is Win32Exception or TimeoutException)
        {
            return null;
        }
    }

    /// <summary>Adds the file to the repository's .gitignore.</summary>
    public static void Add(string path, string repository)
    {
        string file = Path.Combine(repository, ".gitignore");
        string entry = "/" + Path.GetRelativePath(repository, path).Replace('\\', '/');
        string text = File.Exists(file) ? File.ReadAllText(file) : "";
        string separator = text.Length > 0 && !text.EndsWith('\n') ? "\n" : "";
        File.AppendAllText(file, $"{separator}{entry}\n{entry}.*.tmp\n");
    }
}
