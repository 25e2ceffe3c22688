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

    /// <summary>Adds the file to the repository's .gitignore.</summary>
    /// <exception cref="FlowSecretException">FileUnsafe: no pattern can name the file.</exception>
    public static void Add(string path, string repository)
    {
        string file = Path.Combine(repository, ".gitignore");
        string entry = "/" + Escape(Path.GetRelativePath(repository, path));
        string text = File.Exists(file) ? File.ReadAllText(file) : "";
        string separator = text.Length > 0 && !text.EndsWith('\n') ? "\n" : "";
        // A blank at the end of a line is cut off unless it is escaped.
        string last = entry.EndsWith(' ') ? entry[..^1] + @"\ " : entry;
        Append(file, $"{separator}{last}\n{entry}.*.tmp\n");
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

    private static void Append(string file, string text) => File.AppendAllText(file, text);
}
