using System.Diagnostics;

namespace FlowSecrets.Files;

/// <summary>Asks git whether it would take a file with values into the repository.</summary>
internal static class GitIgnore
{
    /// <returns>Null where there is no repository or no git to ask.</returns>
    public static bool? IsIgnored(string path, string repository, Func<string, string?> variable)
    {
        if (!Path.Exists(Path.Combine(repository, ".git")) || ProgramFinder.Find("git", variable) is not { } git)
        {
            return null;
        }

        // fsmonitor is a program that a repository's configuration can name; it has no part in this question.
        ProcessStartInfo start = new(git)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (string argument in new[] { "-c", "core.fsmonitor=false", "-C", repository, "check-ignore", "--quiet", "--", path })
        {
            start.ArgumentList.Add(argument);
        }

        using Process? process = Process.Start(start);
        if (process is null || !process.WaitForExit(5000))
        {
            process?.Kill();
            return null;
        }

        return process.ExitCode switch
        {
            0 => true,
            1 => false,
            _ => null,
        };
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
