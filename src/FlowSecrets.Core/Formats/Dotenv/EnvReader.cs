using System.Text;
using FlowSecrets.Errors;
using FlowSecrets.Model;

namespace FlowSecrets.Formats.Dotenv;

/// <summary>A stretch of a .env file: an assignment, or what stands between (comments, blank lines, what no dialect knows).</summary>
/// <param name="Text">As it stands in the file, over several lines for a quoted value; without the last newline.</param>
/// <param name="Name">The variable; null when it is no assignment.</param>
/// <param name="Value">What the dialect's program would read.</param>
/// <param name="Line">From 1.</param>
internal sealed record EnvSpan(string Text, string? Name, string? Value, int Line);

/// <summary>Reads a .env file as the programs of one dialect do; see docs/env-files.md for where they differ.</summary>
internal sealed class EnvReader
{
    private readonly string _text;
    private readonly EnvDialect _dialect;
    private int _at;

    private EnvReader(string text, EnvDialect dialect) => (_text, _dialect) = (text, dialect);

    /// <param name="text">Without a byte order mark. A CR at the end of a line outside of quotes is dropped.</param>
    /// <exception cref="FlowSecretException">EnvFileInvalid: a quote is not closed. Line numbers, never values.</exception>
    public static IReadOnlyList<EnvSpan> Read(string text, EnvDialect dialect, string file)
    {
        EnvReader reader = new(text, dialect);
        List<EnvSpan> spans = [];
        int line = 1;
        while (reader._at < text.Length)
        {
            int start = reader._at;
            (string? name, string? value) = reader.ReadSpan(file, line);
            string span = text[start..reader._at];
            spans.Add(new EnvSpan(span.TrimEnd('\r'), name, value, line));
            line += span.AsSpan().Count('\n') + 1;
            reader._at++; // the newline
        }

        return spans;
    }

    private (string? Name, string? Value) ReadSpan(string file, int line)
    {
        int end = LineEnd();
        if (ReadName(end) is not { } name)
        {
            _at = end;
            return (null, null);
        }

        string value = _dialect switch
        {
            EnvDialect.Docker => TakeLine(),
            EnvDialect.Bash => ReadShellWord(file, line),
            EnvDialect.Pwsh => ReadPwshText(file, line),
            _ => ReadValue(file, line),
        };
        return (name, value);
    }

    /// <summary>Leaves the position behind the equals sign; unmoved and null when the line is no assignment.</summary>
    private string? ReadName(int end)
    {
        ReadOnlySpan<char> line = _text.AsSpan(_at, end - _at);
        int equals = line.IndexOf('=');
        if (equals < 0)
        {
            return null;
        }

        ReadOnlySpan<char> name = line[..equals];
        switch (_dialect)
        {
            case EnvDialect.Pwsh:
                name = name.Trim();
                if (!name.StartsWith("$env:", StringComparison.OrdinalIgnoreCase))
                {
                    return null;
                }

                name = name[5..];
                break;
            case EnvDialect.Docker:
                break;
            default:
                name = name.Trim();
                if (name.StartsWith("export ", StringComparison.Ordinal))
                {
                    name = name[7..].TrimStart();
                }

                break;
        }

        string text = name.ToString();
        if (!SecretNames.IsEnvironmentVariable(text))
        {
            return null;
        }

        _at += equals + 1;
        return text;
    }

    private int LineEnd() => _text.IndexOf('\n', _at) is >= 0 and int at ? at : _text.Length;

    private string TakeLine()
    {
        int end = LineEnd();
        string line = _text[_at..end];
        _at = end;
        return line.TrimEnd('\r');
    }

    private string ReadValue(string file, int line)
    {
        int start = _at;
        int end = LineEnd();
        int first = start;
        while (first < end && _text[first] is ' ' or '\t')
        {
            first++;
        }

        bool takesBackquote = _dialect is EnvDialect.Portable or EnvDialect.Node;
        if (first < end && (_text[first] is '\'' or '"' || (takesBackquote && _text[first] == '`')))
        {
            _at = first;
            string quoted = ReadQuoted(file, line);
            string rest = _text[_at..LineEnd()].Trim();
            if (rest.Length == 0 || rest[0] == '#')
            {
                _at = LineEnd();
                return quoted;
            }

            _at = start;
        }

        return Unquoted(TakeLine());
    }

    private string Unquoted(string rest)
    {
        int cut = _dialect switch
        {
            EnvDialect.Systemd => -1,
            EnvDialect.Portable or EnvDialect.Node => rest.IndexOf('#'),
            _ => rest.IndexOf(" #", StringComparison.Ordinal),
        };
        return (cut < 0 ? rest : rest[..cut]).Trim();
    }

    private string ReadQuoted(string file, int line)
    {
        char quote = _text[_at];
        StringBuilder value = new();
        for (int i = _at + 1; i < _text.Length; i++)
        {
            char c = _text[i];
            if (c == quote)
            {
                _at = i + 1;
                return value.ToString();
            }

            if (c == '\\' && i + 1 < _text.Length && Unescape(quote, _text[i + 1]) is { } escaped)
            {
                value.Append(escaped);
                i++;
                continue;
            }

            value.Append(c);
        }

        throw NotClosed(file, line);
    }

    /// <summary>
    /// What a backslash and this character mean between these quotes; null: both stay, and the second is read on its own.
    /// </summary>
    private string? Unescape(char quote, char next) =>
        (_dialect, quote, next) switch
        {
            (EnvDialect.Portable or EnvDialect.Node, '"', 'n') => "\n",
            (EnvDialect.Portable, '"', 'r') => "\r",
            (EnvDialect.Portable, _, _) when next == quote => "\\" + next,
            (EnvDialect.Python, '\'', '\\' or '\'') => next.ToString(),
            (EnvDialect.Compose, '\'', '\'') => "'",
            (EnvDialect.Python or EnvDialect.Compose, '"', 'n') => "\n",
            (EnvDialect.Python or EnvDialect.Compose, '"', 'r') => "\r",
            (EnvDialect.Python or EnvDialect.Compose, '"', 't') => "\t",
            (EnvDialect.Python or EnvDialect.Compose, '"', '\\' or '"') => next.ToString(),
            (EnvDialect.Systemd, '"', '\\' or '"' or '$' or '`') => next.ToString(),
            _ => null,
        };

    /// <summary>Quoted and bare pieces side by side, to the first blank; then the rest of the line.</summary>
    private string ReadShellWord(string file, int line)
    {
        StringBuilder value = new();
        int i = _at;
        while (i < _text.Length && _text[i] is not ('\n' or ' ' or '\t') && !_text.AsSpan(i).StartsWith("\r\n"))
        {
            char c = _text[i++];
            if (c == '\\' && i < _text.Length)
            {
                value.Append(_text[i++]);
            }
            else if (c is '\'' or '"')
            {
                for (; i < _text.Length && _text[i] != c; i++)
                {
                    if (c == '"' && _text[i] == '\\' && i + 1 < _text.Length && _text[i + 1] is '\\' or '"' or '$' or '`')
                    {
                        i++;
                    }

                    value.Append(_text[i]);
                }

                if (i >= _text.Length)
                {
                    throw NotClosed(file, line);
                }

                i++;
            }
            else
            {
                value.Append(c);
            }
        }

        _at = i;
        _at = LineEnd();
        return value.ToString();
    }

    private string ReadPwshText(string file, int line)
    {
        int start = _at;
        while (_at < _text.Length && _text[_at] is ' ' or '\t')
        {
            _at++;
        }

        if (_at >= _text.Length || _text[_at] != '\'')
        {
            _at = start;
            return TakeLine().Trim();
        }

        StringBuilder value = new();
        for (int i = _at + 1; i < _text.Length; i++)
        {
            if (IsPwshQuote(_text[i]))
            {
                if (i + 1 >= _text.Length || !IsPwshQuote(_text[i + 1]))
                {
                    _at = i + 1;
                    _at = LineEnd();
                    return value.ToString();
                }

                i++;
            }

            value.Append(_text[i]);
        }

        throw NotClosed(file, line);
    }

    private static bool IsPwshQuote(char c) => c is '\'' or '\u2018' or '\u2019' or '\u201A' or '\u201B';

    private static FlowSecretException NotClosed(string file, int line) =>
        new(
            ErrorIds.EnvFileInvalid,
            FlowErrorCategory.InvalidData,
            file,
            $"{file}:{line}: the quote that begins here is not closed",
            "Close it, then try again; nothing was written."
        );
}
