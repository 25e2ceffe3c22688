using System.Text;
using System.Text.RegularExpressions;

namespace FlowSecrets.Formats.Dotenv.Grammars;

/// <summary>python-dotenv 1, with its interpolation of <c>${NAME}</c>, for which only the file is asked.</summary>
internal sealed partial class PythonGrammar(string source)
{
    /// <summary>Python's <c>\s</c> without line ends.</summary>
    private const string Inline = @"[\t\v\f \x1c-\x1f\x85\p{Z}]";

    private readonly string _text = source.Replace('\r', '\n');
    private readonly EnvLines _lines = new(source);

    /// <summary>Null for what cannot be read.</summary>
    private readonly Dictionary<string, string?> _values = new(StringComparer.Ordinal);
    private int _at;

    public IReadOnlyList<EnvStatement> Read()
    {
        List<EnvStatement> statements = [];
        while (_at < _text.Length)
        {
            Skip(Blanks());
            if (_at >= _text.Length)
            {
                break;
            }

            int start = _at;
            if (Binding(start) is { } statement)
            {
                statements.Add(statement);
            }

            _at = Math.Max(_at, start + 1);
        }

        return statements;
    }

    private EnvStatement? Binding(int start)
    {
        Skip(Export());
        if (_at < _text.Length && _text[_at] == '#')
        {
            // A comment, of which no fault can come.
            Skip(Rest());
            return null;
        }

        Match key = Key().Match(_text, _at);
        if (!key.Success)
        {
            Skip(Rest());
            return null;
        }

        _at += key.Length;
        string name = key.Groups["quoted"].Success ? key.Groups["quoted"].Value : key.Groups["bare"].Value;
        Skip(InlineBlanks());
        string? value = null;
        bool closed = true;
        bool isAssignment = _at < _text.Length && _text[_at] == '=';
        if (isAssignment)
        {
            _at++;
            Skip(InlineBlanks());
            value = Value(out closed);
        }

        int valueEnd = _at;
        Match end = End().Match(_text, _at);
        if (!closed || !end.Success)
        {
            Skip(Rest());
            // Without an equals sign it may be a line of a value that other programs take for the name.
            string? known = isAssignment ? name : null;
            return new EnvStatement(_lines.Of(start), _lines.Of(Math.Max(start, _at - 1)), known, null)
            {
                Fault = closed ? "does not understand what follows the value" : EnvStatement.OpenQuote,
            };
        }

        _at += end.Length;
        EnvStatement statement = new(_lines.Of(start), _lines.Of(Math.Max(start, valueEnd - 1)), name, null)
        {
            IsAssignment = isAssignment,
        };
        return value is null ? Keep(statement) : Keep(Resolve(statement, value));
    }

    private EnvStatement Keep(EnvStatement statement)
    {
        // A name without a value is an empty text to references.
        _values[statement.Name!] = statement.Fault is null ? statement.Value ?? "" : null;
        return statement;
    }

    private string? Value(out bool closed)
    {
        closed = true;
        char first = _at < _text.Length ? _text[_at] : '\n';
        if (first == '\n')
        {
            return "";
        }

        if (first is '\'' or '"')
        {
            Match quoted = first == '\'' ? Single().Match(_text, _at) : Double().Match(_text, _at);
            closed = quoted.Success;
            _at += quoted.Length;
            return closed ? Unescape(quoted.Groups["inner"].Value, first) : null;
        }

        Match bare = Line().Match(_text, _at);
        _at += bare.Length;
        return Comment().Replace(bare.Value, "").TrimEnd(PythonBlanks);
    }

    private static readonly char[] PythonBlanks =
    [
        .. Enumerable
            .Range(0, 0x3001)
            .Select(static c => (char)c)
            .Where(static c => c is (>= '\x1c' and <= '\x1f') || char.IsWhiteSpace(c)),
    ];

    private static string Unescape(string text, char quote)
    {
        StringBuilder result = new();
        for (int i = 0; i < text.Length; i++)
        {
            char next = text[i] == '\\' && i + 1 < text.Length ? text[i + 1] : '\0';
            string known = quote == '\'' ? "\\'" : "\\'\"abfnrtv";
            if (next != '\0' && known.Contains(next))
            {
                result.Append(
                    next switch
                    {
                        'a' => '\a',
                        'b' => '\b',
                        'f' => '\f',
                        'n' => '\n',
                        'r' => '\r',
                        't' => '\t',
                        'v' => '\v',
                        _ => next,
                    }
                );
                i++;
                continue;
            }

            result.Append(text[i]);
        }

        return result.ToString();
    }

    private EnvStatement Resolve(EnvStatement statement, string value)
    {
        bool isUnset = false;
        string resolved = Reference()
            .Replace(
                value,
                match =>
                {
                    string name = match.Groups["name"].Value;
                    if (_values.TryGetValue(name, out string? known))
                    {
                        isUnset |= known is null;
                        return known ?? "";
                    }

                    isUnset |= !match.Groups["default"].Success;
                    return match.Groups["default"].Value;
                }
            );
        return isUnset ? statement with { Fault = EnvExpansion.Unset } : statement with { Value = resolved };
    }

    private void Skip(Regex regex) => _at += regex.Match(_text, _at).Length;

    [GeneratedRegex(@"\G[\s\x1c-\x1f]*")]
    private static partial Regex Blanks();

    [GeneratedRegex(@"\G" + Inline + "*")]
    private static partial Regex InlineBlanks();

    [GeneratedRegex(@"\G(?:export" + Inline + "+)?")]
    private static partial Regex Export();

    [GeneratedRegex(@"\G(?:'(?<quoted>[^']+)'|(?!')(?<bare>[^=#\s\x1c-\x1f]+))", RegexOptions.ExplicitCapture)]
    private static partial Regex Key();

    [GeneratedRegex(@"\G'(?<inner>(?:\\'|[^'])*)'", RegexOptions.ExplicitCapture)]
    private static partial Regex Single();

    [GeneratedRegex(@"\G""(?<inner>(?:\\""|[^""])*)""", RegexOptions.ExplicitCapture)]
    private static partial Regex Double();

    [GeneratedRegex(@"\G[^\n]*")]
    private static partial Regex Line();

    [GeneratedRegex(@"\G[^\n]*\n?")]
    private static partial Regex Rest();

    [GeneratedRegex(@"[\s\x1c-\x1f]+#[^\n]*")]
    private static partial Regex Comment();

    [GeneratedRegex(@"\G(?:" + Inline + @"*#[^\n]*)?" + Inline + @"*(?:\n|\z)")]
    private static partial Regex End();

    [GeneratedRegex(@"\$\{(?<name>[^\}:]*)(?::-(?<default>[^\}]*))?\}", RegexOptions.ExplicitCapture)]
    private static partial Regex Reference();
}
