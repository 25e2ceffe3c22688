using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace FlowSecrets.CloudFakes.Gcp.Services;

/// <summary>
/// Logging's query language as far as comparisons that must all hold, by AND or by line; a value may be a list of alternatives in brackets.
/// </summary>
internal static partial class GcpLogFilter
{
    public static Func<JsonObject, bool> Parse(string? filter)
    {
        MatchCollection terms = Term().Matches(filter ?? "");
        string rest = Term().Replace(filter ?? "", " ").Replace("AND", " ", StringComparison.Ordinal);
        return rest.Trim().Length > 0
            ? throw GcpError.Format($"Unparseable filter: syntax error at '{rest.Trim()}'.")
            : entry => terms.All(t => Matches(t, entry));
    }

    private static bool Matches(Match term, JsonObject entry)
    {
        JsonNode? node = entry;
        foreach (string part in term.Groups["field"].Value.Split('.'))
        {
            node = (node as JsonObject)?[part];
        }

        string? actual = node?.ToString();
        return actual is not null
            && Value()
                .Matches(term.Groups["value"].Value)
                .Select(static v => v.Value.Trim('"'))
                .Any(v =>
                    term.Groups["sign"].Value switch
                    {
                        "=" => actual == v,
                        "!=" => actual != v,
                        ":" => actual.Contains(v, StringComparison.OrdinalIgnoreCase),
                        ">=" => Order(actual, v) >= 0,
                        ">" => Order(actual, v) > 0,
                        "<=" => Order(actual, v) <= 0,
                        _ => Order(actual, v) < 0,
                    }
                );
    }

    private static int Order(string left, string right) =>
        DateTimeOffset.TryParse(left, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset a)
        && DateTimeOffset.TryParse(right, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset b)
            ? a.CompareTo(b)
            : string.CompareOrdinal(left, right);

    [GeneratedRegex("""(?<field>[A-Za-z_][\w.]*)\s*(?<sign>>=|<=|!=|=|:|>|<)\s*(?<value>\([^)]*\)|"[^"]*"|[^\s()]+)""")]
    private static partial Regex Term();

    [GeneratedRegex(
        """
            "[^"]*"|(?!OR\b)[^\s()"]+
            """,
        RegexOptions.IgnorePatternWhitespace
    )]
    private static partial Regex Value();
}
