using System.Globalization;
using System.Text;
using FlowSecrets.Errors;
using FlowSecrets.Model;

namespace FlowSecrets.Formats.Data;

/// <summary>The tokens of HCL literals.</summary>
internal sealed class TfvarsScanner(string text, string file)
{
    /// <summary>What leads out where an expression stands instead of its value.</summary>
    public const string WriteOut = "Write the value out";

    private const string Correct = "Correct the line";

    private int _at;
    private (int At, int Lines, int LineStart) _place;

    public bool AtEnd => _at >= text.Length;

    public char Peek => At(_at);

    public char Next => At(_at + 1);

    /// <summary>Line and column, both from 1.</summary>
    public (int Line, int Column) Place => PlaceOf(_at);

    public FlowSecretException Error(string problem, string remedy = Correct)
    {
        (int line, int column) = Place;
        return ErrorAt(line, column, problem, remedy);
    }

    public FlowSecretException ErrorAt(int line, int column, string problem, string remedy = Correct) =>
        new(ErrorIds.BadInput, file, $"{file}:{line}:{column}: {problem}", $"{remedy}, then try again; nothing was changed.");

    public bool Take(char c)
    {
        if (Peek != c || AtEnd)
        {
            return false;
        }

        _at++;
        return true;
    }

    /// <summary>Skips blanks and comments; a line comment leaves its newline, which may matter.</summary>
    public void SkipBlanks(bool newlines)
    {
        while (!AtEnd)
        {
            if (Peek is ' ' or '\t' or '\r' || (newlines && Peek == '\n'))
            {
                _at++;
            }
            else if (Peek == '#' || (Peek == '/' && Next == '/'))
            {
                _at = text.IndexOf('\n', _at) is >= 0 and int end ? end : text.Length;
            }
            else if (Peek == '/' && Next == '*')
            {
                int end = text.IndexOf("*/", _at + 2, StringComparison.Ordinal);
                _at = end < 0 ? throw Error("the comment that begins here is not closed") : end + 2;
            }
            else
            {
                return;
            }
        }
    }

    public string? TakeIdentifier()
    {
        int start = _at;
        if (char.IsLetter(Peek) || Peek == '_')
        {
            while (char.IsLetterOrDigit(Peek) || Peek is '_' or '-')
            {
                _at++;
            }
        }

        return _at > start ? text[start.._at] : null;
    }

    /// <summary>A number, written out as Terraform turns it into text.</summary>
    public string TakeNumber()
    {
        int start = _at;
        _ = Take('-');
        while (char.IsAsciiLetterOrDigit(Peek) || Peek == '.' || (Peek is '+' or '-' && At(_at - 1) is 'e' or 'E'))
        {
            _at++;
        }

        if (TfvarsNumber.ToText(text[start.._at]) is { } number)
        {
            return number;
        }

        _at = start;
        throw Error("this is no number that can be read here");
    }

    public string TakeQuoted()
    {
        int start = _at++;
        StringBuilder value = new();
        while (!AtEnd && Peek != '\n')
        {
            char c = text[_at];
            switch (c)
            {
                case '"':
                    _at++;
                    return value.ToString();
                case '\\':
                    TakeEscape(value);
                    break;
                default:
                    TakeTemplateCharacter(value);
                    break;
            }
        }

        (int line, int column) = PlaceOf(start);
        throw ErrorAt(line, column, "the text in quotes that begins here is not closed on its line");
    }

    /// <summary>&lt;&lt;EOF and &lt;&lt;-EOF; the latter takes the common indentation off.</summary>
    public string TakeHeredoc()
    {
        (int line, int column) = Place;
        _at += 2;
        bool indented = Take('-');
        string marker = TakeIdentifier() ?? throw Error("a marker was expected after '<<'");
        _ = Take('\r');
        if (!Take('\n'))
        {
            throw Error("a new line was expected right after a heredoc's marker");
        }

        List<string> lines = [];
        while (!AtEnd)
        {
            int end = text.IndexOf('\n', _at) is >= 0 and int at ? at : text.Length;
            string row = text[_at..end];
            if (string.Equals(row.Trim(), marker, StringComparison.Ordinal))
            {
                // The newline after the marker ends the assignment.
                _at = end;
                return Unescape(lines, indented, line);
            }

            lines.Add(row);
            _at = Math.Min(end + 1, text.Length);
        }

        throw ErrorAt(line, column, "the heredoc that begins here is not closed");
    }

    private string Unescape(List<string> lines, bool indented, int line)
    {
        if (indented && lines.Count > 0)
        {
            // Blank lines do not count, and keep the blanks that they have.
            int common = lines.Where(static l => !string.IsNullOrWhiteSpace(l)).Select(Indentation).DefaultIfEmpty(0).Min();
            lines = [.. lines.Select(l => string.IsNullOrWhiteSpace(l) ? l : l[common..])];
        }

        TfvarsScanner body = new(string.Concat(lines.Select(static l => l + "\n")), file);
        StringBuilder value = new();
        try
        {
            while (!body.AtEnd)
            {
                body.TakeTemplateCharacter(value);
            }
        }
        catch (FlowSecretException)
        {
            throw ErrorAt(
                line + body.Place.Line,
                body.Place.Column,
                "a template (${…} or %{…}) stands here; only literals can be read",
                WriteOut
            );
        }

        return value.ToString();
    }

    private static int Indentation(string line) => line.Length - line.TrimStart().Length;

    private void TakeEscape(StringBuilder value)
    {
        char next = Next;
        int digits = next switch
        {
            'u' => 4,
            'U' => 8,
            _ => 0,
        };
        if (digits > 0)
        {
            string hex = _at + 2 + digits <= text.Length ? text.Substring(_at + 2, digits) : "";
            if (!uint.TryParse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint code) || !Rune.IsValid(code))
            {
                throw Error($"'\\{next}' needs {digits} hexadecimal digits of a character");
            }

            value.Append(new Rune(code).ToString());
            _at += 2 + digits;
            return;
        }

        value.Append(
            next switch
            {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                '"' => '"',
                '\\' => '\\',
                _ => throw Error("there is no such escape; there are \\n \\r \\t \\\" \\\\ \\uXXXX \\UXXXXXXXX"),
            }
        );
        _at += 2;
    }

    private void TakeTemplateCharacter(StringBuilder value)
    {
        char c = text[_at];
        if (c is '$' or '%')
        {
            if (Next == c && At(_at + 2) == '{')
            {
                value.Append(c).Append('{');
                _at += 3;
                return;
            }

            if (Next == '{')
            {
                throw Error(
                    $"a template ({c}{{…}}) stands here; only literals can be read. Write {c}{c}{{ for the characters themselves",
                    WriteOut
                );
            }
        }

        value.Append(c);
        _at++;
    }

    private char At(int index) => index >= 0 && index < text.Length ? text[index] : '\0';

    /// <summary>Counted on from the last place that was asked for, so that many places take no longer than the text.</summary>
    private (int Line, int Column) PlaceOf(int index)
    {
        index = Math.Min(index, text.Length);
        if (index < _place.At)
        {
            _place = default;
        }

        ReadOnlySpan<char> between = text.AsSpan(_place.At, index - _place.At);
        int last = between.LastIndexOf('\n');
        _place = (index, _place.Lines + between.Count('\n'), last < 0 ? _place.LineStart : _place.At + last + 1);
        return (_place.Lines + 1, index - _place.LineStart + 1);
    }
}
