using System.Globalization;
using System.Text.RegularExpressions;

namespace FlowSecrets.CloudFakes.Gcp.Iam;

internal enum GcpTruth
{
    No,
    Yes,

    /// <summary>Not told what the expression asks for, or the expression is beyond this subset.</summary>
    Unknown,
}

/// <summary>The part of CEL that is understood: comparisons of a time or a text, joined by &amp;&amp;.</summary>
internal static partial class GcpCondition
{
    /// <param name="text">The value of a field such as resource.name; null: it is not known.</param>
    public static GcpTruth Evaluate(string? expression, DateTimeOffset? time, Func<string, string?> text)
    {
        GcpTruth result = GcpTruth.Yes;
        foreach (string clause in Clauses(expression ?? "true"))
        {
            GcpTruth truth = Clause(clause, time, text);
            result =
                result == GcpTruth.No || truth == GcpTruth.No ? GcpTruth.No
                : result == GcpTruth.Yes ? truth
                : result;
        }

        return result;
    }

    private static GcpTruth Clause(string clause, DateTimeOffset? time, Func<string, string?> text)
    {
        if (clause is "true" or "false")
        {
            return Truth(clause == "true");
        }

        if (
            Moment().Match(clause) is { Success: true } moment
            && DateTimeOffset.TryParse(
                moment.Groups["value"].Value,
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal,
                out DateTimeOffset limit
            )
        )
        {
            return time is not { } now
                ? GcpTruth.Unknown
                : Truth(
                    moment.Groups["sign"].Value switch
                    {
                        "<" => now < limit,
                        "<=" => now <= limit,
                        ">" => now > limit,
                        _ => now >= limit,
                    }
                );
        }

        Match match = Equality().Match(clause) is { Success: true } equality ? equality : Affix().Match(clause);
        if (!match.Success || text(match.Groups["field"].Value) is not { } field)
        {
            return GcpTruth.Unknown;
        }

        string value = match.Groups["value"].Value;
        return Truth(
            match.Groups["verb"].Value switch
            {
                "startsWith" => field.StartsWith(value, StringComparison.Ordinal),
                "endsWith" => field.EndsWith(value, StringComparison.Ordinal),
                _ => field == value,
            }
        );
    }

    private static GcpTruth Truth(bool value) => value ? GcpTruth.Yes : GcpTruth.No;

    /// <summary>Split at &amp;&amp; that does not stand within quotation marks.</summary>
    private static IEnumerable<string> Clauses(string expression)
    {
        char quote = '\0';
        int start = 0;
        for (int i = 0; i < expression.Length; i++)
        {
            char c = expression[i];
            quote =
                quote == '\0' && c is '"' or '\'' ? c
                : c == quote ? '\0'
                : quote;
            if (quote == '\0' && c == '&' && i + 1 < expression.Length && expression[i + 1] == '&')
            {
                yield return Bare(expression[start..i]);
                start = ++i + 1;
            }
        }

        yield return Bare(expression[start..]);
    }

    private static string Bare(string clause)
    {
        string bare = clause.Trim();
        return bare.StartsWith('(') && bare.EndsWith(')') ? bare[1..^1].Trim() : bare;
    }

    [GeneratedRegex("""^request\.time\s*(?<sign><=?|>=?)\s*timestamp\(\s*(["'])(?<value>[^"']+)\1\s*\)$""")]
    private static partial Regex Moment();

    [GeneratedRegex("""^(?<field>[\w.]+)\s*==\s*(["'])(?<value>[^"']*)\1$""")]
    private static partial Regex Equality();

    [GeneratedRegex("""^(?<field>[\w.]+)\.(?<verb>startsWith|endsWith)\(\s*(["'])(?<value>[^"']*)\1\s*\)$""")]
    private static partial Regex Affix();
}
