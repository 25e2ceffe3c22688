using System.Text;
using FlowSecrets.Text;

namespace FlowSecrets.Catalogs.Templates;

/// <summary>Reads a template's text; see <see cref="Template"/> for the grammar.</summary>
internal sealed class TemplateParser(string text)
{
    private const int MaxFilters = 16;

    private int _at;

    public IReadOnlyList<Template.Part> Parse()
    {
        List<Template.Part> parts = [];
        while (_at < text.Length)
        {
            int open = text.IndexOf("{{", _at, StringComparison.Ordinal);
            if (open < 0)
            {
                open = text.Length;
            }

            if (open > _at)
            {
                parts.Add(new Template.Part(text[_at..open], null, []));
            }

            _at = open;
            if (_at < text.Length)
            {
                parts.Add(ParseExpression());
            }
        }

        return parts;
    }

    private Template.Part ParseExpression()
    {
        int start = _at;
        _at += 2;
        SkipBlanks();
        string? literal = null;
        TemplateReference? reference = null;
        if (Peek() is '"' or '\'')
        {
            literal = ParseString();
        }
        else
        {
            reference = ParseReference();
        }

        List<(string, string)> filters = [];
        for (SkipBlanks(); Peek() == '|'; SkipBlanks())
        {
            if (filters.Count == MaxFilters)
            {
                throw new TemplateException(_at, $"A reference has more than {MaxFilters} filters.");
            }

            _at++;
            SkipBlanks();
            filters.Add(ParseFilter());
        }

        if (_at + 1 >= text.Length || text[_at] != '}' || text[_at + 1] != '}')
        {
            throw _at >= text.Length
                ? new TemplateException(start, "'{{' is not closed by '}}'.")
                : new TemplateException(
                    _at,
                    $"Unexpected '{text[_at]}' in a reference. A name with other characters than letters, digits and _ - / + = @ "
                        + "stands in brackets: {{ [\"key\"][\"field\"] }}."
                );
        }

        _at += 2;
        return new Template.Part(literal, reference, filters);
    }

    private TemplateReference ParseReference()
    {
        string key = Peek() == '[' ? ParseBrackets() : ParseName("a secret's key");
        if (Peek() is not ('[' or '.'))
        {
            return new TemplateReference(key, null);
        }

        string field = "";
        StringBuilder path = new();
        StringBuilder whole = new();
        for (int steps = 0; Peek() is '[' or '.'; steps++)
        {
            bool isQuoted = Peek() == '[';
            string name = ParseStep();
            field = steps == 0 ? name : field;
            string step = isQuoted ? FieldPath.Quote(name) : name;
            whole.Append(isQuoted || steps == 0 ? "" : ".").Append(step);
            if (steps > 0)
            {
                path.Append(isQuoted || steps == 1 ? "" : ".").Append(step);
            }
        }

        // A name in brackets is one name, whatever is in it.
        bool isPath = path.Length > 0 || (whole[0] == '[' && field.AsSpan().ContainsAny('.', '['));
        return new TemplateReference(key, field)
        {
            Path = path.Length > 0 ? path.ToString() : null,
            Written = isPath ? whole.ToString() : null,
        };
    }

    private string ParseStep()
    {
        if (Peek() == '[')
        {
            return ParseBrackets();
        }

        _at++;
        return ParseName("a field's name");
    }

    /// <summary>Any name, as a text in brackets.</summary>
    private string ParseBrackets()
    {
        _at++;
        SkipBlanks();
        string name = ParseString();
        SkipBlanks();
        if (Peek() != ']')
        {
            throw new TemplateException(_at, "'[' is not closed by ']'.");
        }

        _at++;
        return name;
    }

    private (string Name, string Argument) ParseFilter()
    {
        int start = _at;
        string name = ParseName("a filter");
        if (!Template.Filters.Contains(name, StringComparer.Ordinal))
        {
            throw new TemplateException(start, $"There is no filter '{name}'; there are {string.Join(", ", Template.Filters)}.");
        }

        if (!string.Equals(name, "default", StringComparison.Ordinal))
        {
            return (name, "");
        }

        SkipBlanks();
        return Peek() is '"' or '\''
            ? (name, ParseString())
            : throw new TemplateException(_at, "The filter default needs a text: default \"x\".");
    }

    private string ParseName(string what)
    {
        int start = _at;
        while (_at < text.Length && (char.IsLetterOrDigit(text[_at]) || text[_at] is '_' or '-' or '/' or '+' or '=' or '@'))
        {
            _at++;
        }

        return _at > start ? text[start.._at] : throw new TemplateException(_at, $"Expected {what}.");
    }

    private string ParseString()
    {
        int start = _at;
        char quote = Peek();
        if (quote is not ('"' or '\''))
        {
            throw new TemplateException(_at, "Expected a text in quotes.");
        }

        StringBuilder result = new();
        for (_at++; _at < text.Length && text[_at] != quote; _at++)
        {
            if (text[_at] == '\\' && _at + 1 < text.Length)
            {
                _at++;
            }

            result.Append(text[_at]);
        }

        if (_at >= text.Length)
        {
            throw new TemplateException(start, "The text in quotes is not closed.");
        }

        _at++;
        return result.ToString();
    }

    private char Peek() => _at < text.Length ? text[_at] : '\0';

    private void SkipBlanks()
    {
        while (_at < text.Length && char.IsWhiteSpace(text[_at]))
        {
            _at++;
        }
    }
}
