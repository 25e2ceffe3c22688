using System.Text;
using FlowSecrets.Errors;
using FlowSecrets.Processes;

namespace FlowSecrets.Files;

/// <param name="IsIgnored">Null: git did not say.</param>
/// <param name="Problem">Why git did not say, and what to do; null: it did, or there is no repository.</param>
internal readonly record struct GitIgnoreAnswer(bool? IsIgnored, string? Problem);

/// <summary>Asks git whether it would take a file with values into the repository.</summary>
internal static class GitIgnore
{
    public static async Task<GitIgnoreAnswer> AskAsync(
        string path,
        string repository,
        Func<string, string?> variable,
        CancellationToken cancellationToken
    )
    {
        if (!Path.Exists(Path.Combine(repository, ".git")))
        {
            return default;
        }

        using GitResult result = await GitProgram.RunAsync(
            repository,
            ["check-ignore", "--quiet", "--", path],
            variable,
            cancellationToken
        );
        return result.Problem is null ? new GitIgnoreAnswer(result.ExitCode == 0, null) : new GitIgnoreAnswer(null, result.Problem);
    }

    /// <summary>Which of these files the repository's index has. None if git does not say.</summary>
    /// <param name="paths">Absolute paths.</param>
    public static async Task<IReadOnlyCollection<string>> TrackedAsync(
        IReadOnlyCollection<string> paths,
        string repository,
        Func<string, string?> variable,
        CancellationToken cancellationToken
    )
    {
        if (paths.Count == 0 || !Path.Exists(Path.Combine(repository, ".git")))
        {
            return [];
        }

        string[] arguments = ["ls-files", "-z", "--full-name", "--", .. paths.Select(static p => ":(literal)" + p)];
        using GitResult result = await GitProgram.RunAsync(repository, arguments, variable, cancellationToken);
        HashSet<string> known = [.. (result.Output?.Text ?? "").Split('\0').Select(n => Path.GetFullPath(n, repository))];
        return [.. paths.Where(known.Contains)];
    }

    /// <summary>Adds the file to the repository's .gitignore.</summary>
    /// <exception cref="FlowSecretException">FileUnsafe: no pattern can name the file, or .gitignore is a link.</exception>
    public static void Add(string path, string repository)
    {
        string file = Path.Combine(repository, ".gitignore");
        string entry = "/" + Escape(Path.GetRelativePath(repository, path));
        byte[] old = FileReader.Regular(file, FileReader.SmallLimit) ?? [];
        string separator = old.Length > 0 && old[^1] != '\n' ? "\n" : "";
        // A blank at the end of a line is cut off unless it is escaped.
        string last = entry.EndsWith(' ') ? entry[..^1] + @"\ " : entry;
        byte[] added = Encoding.UTF8.GetBytes($"{separator}{last}\n{entry}.*.tmp\n");
        FileWriter.Write(file, [.. old, .. added], FileAudience.Everyone, replace: true);
    }

    /// <summary>A path as a pattern that matches this path alone.</summary>
    private static string Escape(string relative)
    {
        if (relative.Any(char.IsControl))
        {
            throw new FlowSecretException(
                ErrorIds.FileUnsafe,
                relative,
                "The file's name has a line break or another control character, which .gitignore cannot name",
                "Give the file another name."
            );
        }

        StringBuilder pattern = new(relative.Length);
        foreach (char c in relative)
        {
            if (c == Path.DirectorySeparatorChar)
            {
                pattern.Append('/');
                continue;
            }

            if (c is '*' or '?' or '[' or ']' or '\\')
            {
                pattern.Append('\\');
            }

            pattern.Append(c);
        }

        return pattern.ToString();
    }
}
