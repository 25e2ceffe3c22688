using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace FlowSecrets.Formats.Dotenv.Grammars;

/// <summary>Docker Compose (compose-go): <c>.env</c> and <c>env_file</c>.</summary>
internal sealed partial class ComposeGrammar(string text)
{
    private readonly EnvLines _lines = new(text);

    /// <summary>Null for what cannot be read.</summary>
    private readonly Dictionary<string, string?> _values = new(StringComparer.Ordinal);
    private int _at;

    public IReadOnlyList<EnvStatement> Read()
    {
        List<EnvStatement> statements = [];
        while (true)
        {
            while (_at < text.Length && char.IsWhiteSpace(text[_at]))
            {
                _at++;
            }

            if (_at >= text.Length)
            {
                return statements;
            }

            if (text[_at] == '#')
            {
                _at = LineEnd(_at);
                continue;
            }

            int start = _at;
            EnvStatement statement = Statement(start);
            if (statement is { Name: null, Fault: not null } && statements.Count > 0 && statements[^1].LastLine == statement.Line)
            {
                // What follows a closed quote on its line belongs to the value that somebody meant.
                statement = statements[^1] with
                {
                    Value = null,
                    Fault = "does not understand what follows the value",
                };
                statements.RemoveAt(statements.Count - 1);
            }

            statements.Add(statement);
            if (statement.Fault is not null)
            {
                // The program stops here; what it would make of the rest is still worth knowing.
                _at = LineEnd(Math.Max(_at, start));
            }

            if (statement.Name is { } name && (statement.Fault ?? statement.Value) is not null)
            {
                _values[name] = statement.Value;
            }
        }
    }

    private EnvStatement Statement(int start)
    {
        Match export = Export().Match(text, _at);
        _at += export.Length;
        int nameStart = _at;
        while (_at < text.Length && text[_at] is not ('=' or ':' or '\n'))
        {
            if (!IsBlank(text[_at]) && !char.IsLetterOrDigit(text[_at]) && text[_at] is not ('_' or '.' or '-' or '[' or ']'))
            {
                return Made(start, null, null) with { Fault = "does not take the variable's name" };
            }

            _at++;
        }

        // A name at the end of the file without a line end is read as none, with nothing left.
        bool inherited = _at >= text.Length || text[_at] == '\n';
        string name = text[nameStart.._at].TrimEnd();
        if (name.Contains(' '))
        {
            return Made(start, null, null) with { Fault = "does not take a name with a blank" };
        }

        if (inherited)
        {
            return Made(start, name, _values.GetValueOrDefault(name)) with { IsAssignment = false };
        }

        _at++;
        while (_at < text.Length && IsBlank(text[_at]))
        {
            _at++;
        }

        return Value(start, name);
    }

    private EnvStatement Value(int start, string name)
    {
        if (_at < text.Length && text[_at] is '\'' or '"')
        {
            return Quoted(start, name);
        }

        int end = LineEnd(_at);
        string value = text[_at..end];
        _at = end;
        int comment = value.IndexOf(" #", StringComparison.Ordinal);
        value = (comment < 0 ? value : value[..comment]).TrimEnd();
        return Expanded(start, name, value);
    }

    private EnvStatement Quoted(int start, string name)
    {
        char quote = text[_at];
        StringBuilder value = new();
        bool escaped = false;
        for (int i = _at + 1; i < text.Length; i++)
        {
            char c = text[i];
            if (c == quote && !escaped)
            {
                _at = i + 1;
                return quote == '"' ? Expanded(start, name, Unescape(value.ToString())) : Made(start, name, value.ToString());
            }

            if (c != quote && !escaped && c == '\\')
            {
                escaped = true;
                continue;
            }

            if (escaped && c != quote)
            {
                value.Append('\\');
            }

            escaped = false;
            value.Append(c);
        }

        return Made(start, name, null) with
        {
            Fault = EnvStatement.OpenQuote,
        };
    }

    private static string Unescape(string value) =>
        Escape()
            .Replace(
                value,
                static match =>
                    match.Value[1] switch
                    {
                        '$' => "$$",
                        'a' => "\a",
                        'b' => "\b",
                        'f' => "\f",
                        'n' => "\n",
                        'r' => "\r",
                        't' => "\t",
                        'v' => "\v",
                        '"' => "\"",
                        '\\' => "\\",
                        '0' => Octal(match.Value),
                        _ => match.Value,
                    }
            );

    private static string Octal(string escape)
    {
        string digits = escape[2..];
        return digits.Length == 3 && digits.All(static c => c is >= '0' and <= '7') && digits[0] <= '3'
            ? ((char)Convert.ToInt32(digits, 8)).ToString(CultureInfo.InvariantCulture)
            : escape;
    }

    private EnvStatement Expanded(int start, string name, string value)
    {
        StringBuilder result = new();
        for (int i = 0; i < value.Length; i++)
        {
            if (value[i] != '$')
            {
                result.Append(value[i]);
                continue;
            }

            if (i + 1 < value.Length && value[i + 1] == '$')
            {
                result.Append('$');
                i++;
                continue;
            }

            Match reference = Reference().Match(value, i);
            if (!reference.Success)
            {
                return Made(start, name, null) with { Fault = "expects a variable's name after '$'" };
            }

            string referred = reference.Groups["name"].Value;
            bool isKnown = _values.TryGetValue(referred, out string? known);
            bool colon = reference.Groups["operator"].Value == ":-";
            if (known is null && (isKnown || !reference.Groups["operator"].Success))
            {
                return Made(start, name, null) with { Fault = EnvExpansion.Unset };
            }

            result.Append(known is null || (colon && known.Length == 0) ? reference.Groups["default"].Value : known);
            i += reference.Length - 1;
        }

        return Made(start, name, result.ToString());
    }

    private EnvStatement Made(int start, string? name, string? value) =>
        new(_lines.Of(start), _lines.Of(Math.Max(start, _at - 1)), name, value);

    private int LineEnd(int from) => text.IndexOf('\n', Math.Min(from, text.Length)) is >= 0 and int at ? at : text.Length;

    private static bool IsBlank(char c) => c is '\t' or '\v' or '\f' or '\r' or ' ' or '\u0085' or '\u00a0';

    [GeneratedRegex(@"\G(?:export[\t\n\f\r ][\t\v\f\r \u0085\u00a0]*)?")]
    private static partial Regex Export();

    [GeneratedRegex(@"\\(?:[abcfnrtv$""\\]|0[0-9]{0,3})")]
    private static partial Regex Escape();

    [GeneratedRegex(
        @"\G\$(?:(?<name>[_A-Za-z][_A-Za-z0-9]*)|\{(?<name>[_A-Za-z][_A-Za-z0-9]*)(?:(?<operator>:?-)(?<default>[^{}$]*))?\})",
        RegexOptions.ExplicitCapture
    )]
    private static partial Regex Reference();
}
