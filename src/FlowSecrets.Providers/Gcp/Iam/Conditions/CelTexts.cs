using System.Text;
using System.Text.RegularExpressions;

namespace FlowSecrets.Providers.Gcp.Iam.Conditions;

/// <summary>What CEL asks of texts, where the end of one may not be known.</summary>
internal static partial class CelTexts
{
    private const int MostInPattern = 256;

    /// <returns>Null: it hangs on what is not known.</returns>
    public static bool? Same(CelText left, CelText right) =>
        (left.Whole, right.Whole) switch
        {
            ({ } a, { } b) => a == b,
            ({ } a, null) => Same(right, a),
            (null, { } b) => Same(left, b),
            _ => null,
        };

    public static bool? StartsWith(CelText text, string start) =>
        text.Text.StartsWith(start, StringComparison.Ordinal) ? true
        : text.HasMore && start.StartsWith(text.Text, StringComparison.Ordinal) ? null
        : false;

    public static bool? EndsWith(CelText text, string end) =>
        !text.HasMore ? text.Text.EndsWith(end, StringComparison.Ordinal)
        : end.Length == 0 ? true
        : MayReachOver(text, end);

    public static bool? Contains(CelText text, string part) =>
        text.Text.Contains(part, StringComparison.Ordinal) ? true
        : text.HasMore ? MayReachOver(text, part)
        : false;

    /// <summary>RE2 of a part of its syntax that .NET reads the same way, on ASCII only.</summary>
    public static bool? Matches(CelText text, string pattern)
    {
        if (pattern.Length > MostInPattern || !SafePattern().IsMatch(pattern) || !IsPlain(text.Text))
        {
            return null;
        }

        try
        {
            bool isMatch = new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant).IsMatch(text.Text);

            // Without a dollar sign what matches a part matches the whole; what does not may still do so at its end.
            return !text.HasMore ? isMatch
                : isMatch && (!pattern.EndsWith('$') || pattern.EndsWith(".*$", StringComparison.Ordinal)) ? true
                : null;
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            // RE2 does not take it either, or it is too large.
            return null;
        }
    }

    public static long? Size(CelText text) => text.Whole?.EnumerateRunes().LongCount();

    /// <returns>Null: texts beyond ASCII are ordered by another rule here.</returns>
    public static int? Compare(CelText left, CelText right) =>
        (left.Whole, right.Whole) is ({ } a, { } b) && Ascii.IsValid(a) && Ascii.IsValid(b) ? string.CompareOrdinal(a, b) : null;

    private static bool? Same(CelText open, string whole) =>
        open.HasMore
            ? whole.StartsWith(open.Text, StringComparison.Ordinal)
            && whole.Length > open.Text.Length
            && whole[open.Text.Length..].All(IsOfEnd)
                ? null
                : false
            : whole == open.Text;

    /// <summary>
    /// Whether a part can stand at the end that is not known, or reach over into it. What cannot be in that end must be before it.
    /// </summary>
    private static bool? MayReachOver(CelText text, string part)
    {
        int end = part.Length;
        while (end > 0 && IsOfEnd(part[end - 1]))
        {
            end--;
        }

        return end < part.Length && text.Text.EndsWith(part[..end], StringComparison.Ordinal) ? null : false;
    }

    private static bool IsOfEnd(char character) => char.IsAsciiLetterOrDigit(character) || character is '-' or '_';

    private static bool IsPlain(string text) => text.All(static c => c is >= ' ' and <= '~');

    [GeneratedRegex(
        """\A(\^?((\.|[A-Za-z0-9_/:@ -]|\\[.\-/dDwWsS]|\[([A-Za-z0-9]-[A-Za-z0-9]|[A-Za-z0-9_./:@])+-?\]|\))"""
            + """([*+?]|\{[0-9]{1,2}(,[0-9]{0,2})?\})?|\((\?:)?|\|)*\$?)\z""",
        RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking
    )]
    private static partial Regex SafePattern();
}
