using System.Text;
using FlowSecrets.Formats.Writing;

namespace FlowSecrets.Formats.Ci;

/// <summary>A dotenv report of GitLab: later jobs get its variables, anybody who sees the pipeline can read them.</summary>
internal static class GitLabDotenv
{
    /// <summary>The most bytes of a report.</summary>
    private const int Limit = 5120;

    private const int LongestName = 255;

    /// <summary>Why a value does not arrive as it is, or would be shown; null: neither.</summary>
    public static string? Problem(FormatVariable variable, FormatSettings settings)
    {
        ReadOnlySpan<byte> value = variable.Value.AsSpan();
        return variable.IsSensitive && !settings.AllowsExposure
                ? "GitLab shows the values of a dotenv report to everybody who can see the pipeline; -Force accepts that"
            : variable.Name.Length > LongestName ? $"the name is longer than {LongestName} characters"
            : variable.HasNul ? "the value holds a NUL"
            : variable.HasLineBreak ? "the value has several lines"
            : value.Length > 0 && (IsBlank(value[0]) || IsBlank(value[^1])) ? "GitLab cuts off the blanks around the value"
            : null;
    }

    /// <summary>Why the report is not taken as a whole; null: it is.</summary>
    public static string? WholeProblem(IReadOnlyList<FormatVariable> variables) =>
        Encoding.UTF8.GetByteCount(Write(variables)) is > Limit and int bytes
            ? $"the report has {bytes} bytes, and GitLab takes {Limit}"
            : null;

    /// <summary>No comment and no empty line, which would have GitLab refuse the whole report.</summary>
    public static string Write(IReadOnlyList<FormatVariable> variables) =>
        string.Concat(variables.Select(static v => $"{v.Name}={v.Text}\n"));

    private static bool IsBlank(byte c) => c is (byte)' ' or (>= (byte)'\t' and <= (byte)'\r');
}
