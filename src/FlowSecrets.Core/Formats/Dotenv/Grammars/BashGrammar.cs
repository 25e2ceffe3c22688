using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;

namespace FlowSecrets.Formats.Dotenv.Grammars;

/// <summary>bash: <c>set -a; . file</c>, as far as the file sets variables and runs nothing.</summary>
internal sealed partial class BashGrammar(string text)
{
    private const string Plain = "(?<name>[A-Za-z_][A-Za-z0-9_]*)";

    private const string Runs = "would run a part of the line as a command";

    private const string Breaks = "would run a part of the file as a command";

    /// <summary>What can take the next lines along.</summary>
    private static readonly SearchValues<char> Opening = SearchValues.Create("`()<'\"\\{}$|");

    private readonly EnvLines _lines = new(text);

    /// <summary>Null for what cannot be read.</summary>
    private readonly Dictionary<string, string?> _values = new(StringComparer.Ordinal);
    private readonly StringBuilder _word = new();
    private int _at;
    private string? _fault;

    public IReadOnlyList<EnvStatement> Read()
    {
        List<EnvStatement> statements = [];
        while (_at < text.Length)
        {
            if (text[_at] is ' ' or '\t' or '\n')
            {
                _at++;
            }
            else if (text[_at] == '#')
            {
                _at = LineEnd();
            }
            else
            {
                statements.Add(Statement());
            }
        }

        return statements;
    }

    private EnvStatement Statement()
    {
        int start = _at;
        Match head = Head().Match(text, _at);
        if (!head.Success)
        {
            // A word alone would be run, but is what other programs know as a name without a value.
            string? bare = Bare().Match(text, _at) is { Success: true } word ? word.Groups["name"].Value : null;
            _at = LineEnd();
            return new EnvStatement(_lines.Of(start), _lines.Of(start), bare, bare is null ? null : _values.GetValueOrDefault(bare))
            {
                Fault = bare is null ? Runs : null,
                IsAssignment = false,
            };
        }

        string name = head.Groups["name"].Value;
        _at += head.Length;
        _fault = null;
        _word.Clear();
        Word(isExport: head.Groups["export"].Success);
        if (_fault is null && !EndsHere())
        {
            _fault = Runs;
        }

        int last = Math.Max(start, _at - 1);
        ReadOnlySpan<char> rest = text.AsSpan(_at, LineEnd() - _at);
        if (_fault == Runs && (rest.IndexOfAny(Opening) >= 0 || rest.Contains("&&", StringComparison.Ordinal)))
        {
            _fault = Breaks;
        }

        // A name that is none for it, it would try to run, which changes nothing unless the line takes the next ones along.
        bool isForeign = !Name().IsMatch(name) && _fault is not (Breaks or EnvStatement.OpenQuote);
        _at = LineEnd();
        string? value = _fault is null && !isForeign ? _word.ToString() : null;
        _values[name] = value;
        return new EnvStatement(_lines.Of(start), _lines.Of(last), name, value)
        {
            Fault = isForeign ? null : _fault,
            IsForeign = isForeign,
        };
    }

    /// <summary>Whether only blanks and a comment follow on the line.</summary>
    private bool EndsHere()
    {
        int i = _at;
        while (i < text.Length && text[i] is ' ' or '\t')
        {
            i++;
        }

        return i >= text.Length || text[i] == '\n' || (text[i] == '#' && i > _at);
    }

    private void Word(bool isExport)
    {
        bool tilde = true;
        while (_fault is null && _at < text.Length && text[_at] is not (' ' or '\t' or '\n'))
        {
            char c = text[_at];
            switch (c)
            {
                case '\'':
                    Single();
                    break;
                case '"':
                    Double();
                    break;
                case '$':
                    Dollar(quoted: false);
                    break;
                case '\\':
                    Escape();
                    break;
                case '~' when tilde:
                    _fault = "puts in a home folder for '~'";
                    break;
                case '|' or '&' or ';' or '(' or ')' or '<' or '>' or '`':
                case '{' when isExport:
                    // Which of the two is seen from the rest of the line.
                    _fault = Runs;
                    break;
                default:
                    _word.Append(c);
                    _at++;
                    break;
            }

            tilde = c == ':';
        }
    }

    private void Single()
    {
        int close = text.IndexOf('\'', _at + 1);
        if (close < 0)
        {
            _fault = EnvStatement.OpenQuote;
            return;
        }

        _word.Append(text, _at + 1, close - _at - 1);
        _at = close + 1;
    }

    private void Double()
    {
        for (_at++; _fault is null && _at < text.Length; )
        {
            char c = text[_at];
            switch (c)
            {
                case '"':
                    _at++;
                    return;
                case '`':
                    _fault = Breaks;
                    return;
                case '$':
                    Dollar(quoted: true);
                    continue;
                case '\\' when _at + 1 < text.Length && text[_at + 1] is '$' or '`' or '"' or '\\' or '\n':
                    Escape();
                    continue;
                default:
                    _word.Append(c);
                    _at++;
                    continue;
            }
        }

        _fault ??= EnvStatement.OpenQuote;
    }

    /// <summary>A backslash and what it protects; before a line end, nothing.</summary>
    private void Escape()
    {
        if (_at + 1 >= text.Length)
        {
            _word.Append('\\');
            _at++;
            return;
        }

        if (text[_at + 1] != '\n')
        {
            _word.Append(text[_at + 1]);
        }

        _at += 2;
    }

    private void Dollar(bool quoted)
    {
        char next = _at + 1 < text.Length ? text[_at + 1] : '\0';
        Match reference = Reference().Match(text, _at);
        if (reference.Success)
        {
            string name = reference.Groups["name"].Value;
            bool isKnown = _values.TryGetValue(name, out string? known);
            if (known is null && (isKnown || !reference.Groups["operator"].Success))
            {
                _fault = EnvExpansion.Unset;
                return;
            }

            bool takesDefault = known is null || (known.Length == 0 && reference.Groups["operator"].Value == ":-");
            _word.Append(takesDefault ? reference.Groups["default"].Value : known);
            _at += reference.Length;
        }
        else if (next is '(' or '{' or '[' || char.IsAsciiDigit(next) || "$?!#@*-".Contains(next))
        {
            _fault = next is '(' or '{' or '[' ? Breaks : "puts in the result of what follows '$'";
        }
        else if (!quoted && next is '\'' or '"')
        {
            _fault = "knows a quotation of its own that begins with '$'";
        }
        else
        {
            _word.Append('$');
            _at++;
        }
    }

    private int LineEnd() => text.IndexOf('\n', Math.Min(_at, text.Length)) is >= 0 and int at ? at : text.Length;

    [GeneratedRegex(@"\G(?<export>export[ \t]+)?(?<name>[A-Za-z0-9_.\-]+)=", RegexOptions.ExplicitCapture)]
    private static partial Regex Head();

    [GeneratedRegex(@"\G(?:export[ \t]+)?(?<name>[A-Za-z0-9_.\-]+)[ \t]*(?:\n|\z)", RegexOptions.ExplicitCapture)]
    private static partial Regex Bare();

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]*\z")]
    private static partial Regex Name();

    [GeneratedRegex(
        @"\G\$(?:" + Plain + @"|\{" + Plain + @"(?:(?<operator>:?-)(?<default>[A-Za-z0-9_./:@%+,=\-]*))?\})",
        RegexOptions.ExplicitCapture
    )]
    private static partial Regex Reference();
}
