using System.Text;
using System.Text.RegularExpressions;

namespace FlowSecrets.Text;

/// <summary>PowerShell's wildcards (<c>*</c>, <c>?</c>, <c>[a-z]</c>), case-insensitive as there.</summary>
internal static class Wildcard
{
    public static bool HasWildcard(string pattern) => pattern.AsSpan().IndexOfAny('*', '?', '[') >= 0;

    public static bool IsMatch(string pattern, string text) =>
        HasWildcard(pattern)
            ? Regex.IsMatch(
                text,
                Translate(pattern),
                RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking
            )
            : string.Equals(pattern, text, StringComparison.Ordinal);

    private static string Translate(string pattern)
    {
        StringBuilder regex = new(@"\A");
        for (int i = 0; i < pattern.Length; i++)
        {
            int close;
            switch (pattern[i])
            {
                case '*':
                    regex.Append(".*");
                    break;
                case '?':
                    regex.Append('.');
                    break;
                case '[' when (close = pattern.IndexOf(']', i + 1)) > i + 1:
                    regex
                        .Append('[')
                        .Append(
                            pattern[(i + 1)..close]
                                .Replace(@"\", @"\\", StringComparison.Ordinal)
                                .Replace("^", @"\^", StringComparison.Ordinal)
                        )
                        .Append(']');
                    i = close;
                    break;
                default:
                    regex.Append(Regex.Escape(pattern[i].ToString()));
                    break;
            }
        }

        return regex.Append(@"\z").ToString();
    }
}
