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
    private readonly EnvDialectProfile _profile;
    private int _at;

    private EnvReader(string text, EnvDialectProfile profile) => (_text, _profile) = (text, profile);

    /// <param name="text">Without a byte order mark. A CR at the end of a line outside of quotes is dropped.</param>
    /// <exception cref="FlowSecretException">EnvFileInvalid: a quote is not closed. Line numbers, never values.</exception>
    public static IReadOnlyList<EnvSpan> Read(string text, EnvDialect dialect, string file)
    {
        EnvReader reader = new(text, EnvDialectProfiles.Of(dialect));
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

        return (name, _profile.Read(this, file, line));
    }

    /// <summary>Leaves the position behind the equals sign; unmoved and null when the line is no assignment.</summary>
    private string? ReadName(int end)
    {
        ReadOnlySpan<char> line = _text.AsSpan(_at, end - _at);
        int equals = line.IndexOf('=');
        if (_profile.TakesColons && ColonOf(line) is >= 0 and int colon && (equals < 0 || colon < equals))
        {
            equals = colon;
        }

        if (equals < 0)
        {
            return null;
        }

        ReadOnlySpan<char> name = line[..equals];
        if (_profile.TrimsNames)
        {
            name = name.Trim();
        }

        if (!name.StartsWith(_profile.NamePrefix, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        name = name[_profile.NamePrefix.Length..];
        if (_profile.AllowsExport && name.StartsWith("export", StringComparison.Ordinal) && name.Length > 6 && (name[6] is ' ' or '\t'))
        {
            name = name[7..].TrimStart();
        }

        string text = name.ToString();
        if (!SecretNames.IsEnvironmentVariable(text))
        {
            return null;
        }

        _at += equals + 1;
        return text;
    }

    private static int ColonOf(ReadOnlySpan<char> line)
    {
        int colon = line.IndexOf(':');
        return colon >= 0 && colon + 1 < line.Length && (line[colon + 1] is ' ' or '\t') ? colon : -1;
    }

    private int LineEnd() => _text.IndexOf('\n', _at) is >= 0 and int at ? at : _text.Length;

    /// <summary>The rest of the line as it stands.</summary>
    public string TakeLine()
    {
        int end = LineEnd();
        string line = _text[_at..end];
        _at = end;
        return line.TrimEnd('\r');
    }

    /// <summary>A quoted value with nothing but a comment behind it, or else a bare one.</summary>
    public string ReadValue(string file, int line)
    {
        int start = _at;
        int end = LineEnd();
        int first = start;
        while (first < end && _text[first] is ' ' or '\t')
        {
            first++;
        }

        if (first < end && _profile.Quotes.Contains(_text[first]))
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
        int cut = _profile.CommentMark is { } mark ? rest.IndexOf(mark, StringComparison.Ordinal) : -1;
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

            if (c == '\\' && i + 1 < _text.Length && _profile.Escapes.TryGetValue((quote, _text[i + 1]), out string? escaped))
            {
                value.Append(escaped);
                i++;
                continue;
            }

            value.Append(c);
        }

        throw NotClosed(file, line);
    }

    /// <summary>Quoted and bare pieces side by side, to the first blank; then the rest of the line.</summary>
    public string ReadShellWord(string file, int line)
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
            else if (_profile.Quotes.Contains(c))
            {
                for (; i < _text.Length && _text[i] != c; i++)
                {
                    if (_text[i] == '\\' && i + 1 < _text.Length && _profile.Escapes.TryGetValue((c, _text[i + 1]), out string? escaped))
                    {
                        value.Append(escaped);
                        i++;
                        continue;
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

    /// <summary>A text between single quotes, in which two stand for one; or else the bare rest of the line.</summary>
    public string ReadPwshText(string file, int line)
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
            if (_profile.Quotes.Contains(_text[i]))
            {
                if (i + 1 >= _text.Length || !_profile.Quotes.Contains(_text[i + 1]))
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

    private static FlowSecretException NotClosed(string file, int line) =>
        new(
            ErrorIds.EnvFileInvalid,
            file,
            $"{file}:{line}: the quote that begins here is not closed",
            "Close it, then try again; nothing was written."
        );
}
