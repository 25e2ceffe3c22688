using System.Globalization;
using System.Text;
using FlowSecrets.Formats.Writing;

namespace FlowSecrets.Formats.Ci;

/// <summary>What the runner of GitHub Actions reads from the files that GITHUB_ENV and GITHUB_OUTPUT name, and from the log.</summary>
internal static class GitHubFile
{
    private const string Delimiter = "ghadelimiter_";

    private static readonly string[] ReservedPrefixes = ["GITHUB_", "RUNNER_"];

    /// <summary>Why GITHUB_ENV does not take a variable; null: it does.</summary>
    public static string? EnvProblem(FormatVariable variable, FormatSettings settings)
    {
        bool isReserved =
            variable.Name.Equals("NODE_OPTIONS", StringComparison.OrdinalIgnoreCase)
            || ReservedPrefixes.Any(p => variable.Name.StartsWith(p, StringComparison.OrdinalIgnoreCase));
        return isReserved ? "the runner does not let a step set this variable" : Problem(variable, settings);
    }

    /// <summary>Why a value does not arrive as it is; null: it does.</summary>
    public static string? Problem(FormatVariable variable, FormatSettings settings) =>
        variable.HasNul ? "the value holds a NUL"
        : settings.IsWindows && variable.Value.AsSpan() is [.., (byte)'\r']
            ? "the value ends in a CR, which the runner takes for a part of the line end on Windows"
        : null;

    /// <summary>
    /// A heredoc for each variable. The delimiter is no line of the value, so nothing in a value ends it, and the same values always give
    /// the same text.
    /// </summary>
    public static string Write(IReadOnlyList<FormatVariable> variables)
    {
        StringBuilder text = new();
        foreach (FormatVariable variable in variables)
        {
            string value = variable.Text;
            HashSet<string> lines = [.. value.Split(['\n', '\r'])];
            int number = 0;
            string end;
            do
            {
                end = string.Create(CultureInfo.InvariantCulture, $"{Delimiter}{variable.Name}_{number++}");
            } while (lines.Contains(end));

            text.Append(CultureInfo.InvariantCulture, $"{variable.Name}<<{end}\n");
            // The runner takes the last line break for the delimiter's.
            text.Append(value.Length == 0 ? "" : value + "\n");
            text.Append(end).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>
    /// Lines of the log that hide the sensitive texts. They begin with a line break, because the runner looks for a command at the
    /// beginning of a line only.
    /// </summary>
    public static string Masks(IReadOnlyList<FormatVariable> variables)
    {
        string lines = string.Concat(variables.SelectMany(LogMasks.Of).Distinct(StringComparer.Ordinal).Select(static m => Mask(m) + "\n"));
        return lines.Length == 0 ? "" : "\n" + lines;
    }

    private static string Mask(string text) => "::add-mask::" + Escape(text);

    private static string Escape(string text) =>
        text.Replace("%", "%25", StringComparison.Ordinal)
            .Replace("\r", "%0D", StringComparison.Ordinal)
            .Replace("\n", "%0A", StringComparison.Ordinal);
}
