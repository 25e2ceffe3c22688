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
        Either(text, t => t.StartsWith(start, StringComparison.Ordinal))
        ?? (text.HasMore && !start.StartsWith(text.Text, StringComparison.Ordinal) ? false : null);

    public static bool? EndsWith(CelText text, string end) =>
        end.Length == 0 ? true
        : text.HasMore ? null
        : Either(text, t => t.EndsWith(end, StringComparison.Ordinal));

    public static bool? Contains(CelText text, string part) => Either(text, t => t.Contains(part, StringComparison.Ordinal));

    /// <summary>
    /// RE2 of a part of its syntax that .NET reads the same way, on ASCII only; on a text with an open end nothing is known.
    /// </summary>
    public static bool? Matches(CelText text, string pattern)
    {
        if (
            text.HasMore
            || pattern.Length > MostInPattern
            || !SafePattern().IsMatch(pattern)
            || !IsPlain(text.Text)
            || !IsPlain(text.Or ?? "")
        )
        {
            return null;
        }

        try
        {
            Regex regex = new(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            return Either(text, regex.IsMatch);
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
            ? whole.Length > open.Text.Length && whole.StartsWith(open.Text, StringComparison.Ordinal)
                ? null
                : false
            : whole == open.Text
                ? true
                : whole == open.Or
                    ? null
                    : false;

    /// <summary>Of a text with an open end yes is certain, and no is not.</summary>
    private static bool? Either(CelText text, Func<string, bool> holds)
    {
        bool first = holds(text.Text);
        return text.HasMore
            ? first
                ? true
                : null
            : text.Or is null || holds(text.Or) == first
                ? first
                : null;
    }

    private static bool IsPlain(string text) => text.All(static c => c is >= ' ' and <= '~');

    [GeneratedRegex(
        """\A(\^?((\.|[A-Za-z0-9_/:@ -]|\\[.\-/]|\[([A-Za-z0-9]-[A-Za-z0-9]|[A-Za-z0-9_./:@])+-?\]|\))"""
            + """([*+?]|\{[0-9]{1,2}(,[0-9]{0,2})?\})?|\((\?:)?|\|)*\$?)\z""",
        RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking
    )]
    private static partial Regex SafePattern();
}
