using System.Text.Json.Nodes;

namespace FlowSecrets.CloudFakes.Gcp.SecretManager;

/// <summary>
/// filter=… of the lists: terms with AND, OR, NOT and brackets; a term is a field, a comparison and a value, or a bare word that the name
/// holds.
/// </summary>
internal sealed class GcpFilter
{
    private readonly IReadOnlyList<string> _tokens;
    private int _at;

    private GcpFilter(IReadOnlyList<string> tokens) => _tokens = tokens;

    public static IEnumerable<JsonObject> Apply(IEnumerable<JsonObject> items, string? filter)
    {
        if (string.IsNullOrWhiteSpace(filter))
        {
            return items;
        }

        GcpFilter parser = new(GcpFilterWords.Split(filter));
        Func<JsonObject, bool> matches = parser.Or();
        return parser._at < parser._tokens.Count ? throw GcpFilterWords.Wrong(filter) : items.Where(matches);
    }

    private string? Peek => _at < _tokens.Count ? _tokens[_at] : null;

    private Func<JsonObject, bool> Or()
    {
        Func<JsonObject, bool> left = And();
        while (Peek == "OR")
        {
            _at++;
            (Func<JsonObject, bool> first, Func<JsonObject, bool> second) = (left, And());
            left = item => first(item) || second(item);
        }

        return left;
    }

    private Func<JsonObject, bool> And()
    {
        Func<JsonObject, bool> left = Not();
        while (Peek is not (null or "OR" or ")"))
        {
            _at += Peek == "AND" ? 1 : 0;
            (Func<JsonObject, bool> first, Func<JsonObject, bool> second) = (left, Not());
            left = item => first(item) && second(item);
        }

        return left;
    }

    private Func<JsonObject, bool> Not()
    {
        if (Peek is not ("NOT" or "-"))
        {
            return Term();
        }

        _at++;
        Func<JsonObject, bool> negated = Term();
        return item => !negated(item);
    }

    private Func<JsonObject, bool> Term()
    {
        string word = Next();
        if (word == "(")
        {
            Func<JsonObject, bool> inner = Or();
            return Next() == ")" ? inner : throw GcpFilterWords.Wrong(")");
        }

        if (!GcpFilterWords.IsComparison(Peek))
        {
            return GcpFilterWords.Comparison("name", ":", word);
        }

        string comparison = Next();
        return GcpFilterWords.Comparison(word, comparison, Next());
    }

    private string Next() => _at < _tokens.Count ? _tokens[_at++] : throw GcpFilterWords.Wrong("");
}
