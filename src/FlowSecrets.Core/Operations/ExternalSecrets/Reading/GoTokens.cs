using System.Globalization;
using System.Text;

namespace FlowSecrets.Operations.ExternalSecrets.Reading;

internal enum GoTokenKind
{
    /// <summary>A function.</summary>
    Word,

    /// <summary><c>.name</c>, without its dot.</summary>
    Field,

    /// <summary><c>.</c></summary>
    Dot,

    /// <summary>A string constant.</summary>
    Text,

    Pipe,
}

internal readonly record struct GoToken(GoTokenKind Kind, string Value);

/// <summary>What stands between two pairs of braces.</summary>
/// <param name="End">After the closing braces.</param>
internal sealed record GoAction(IReadOnlyList<GoToken> Tokens, int End, bool TrimsBefore, bool TrimsAfter);

/// <summary>Splits an action of Go's text/template into tokens.</summary>
internal sealed class GoTokens
{
    private const string CommentEnd = "*/";

    private readonly string _text;
    private readonly List<GoToken> _tokens = [];
    private int _at;

    private GoTokens(string text, int at) => (_text, _at) = (text, at);

    /// <param name="at">After the opening braces.</param>
    /// <returns>Null: it has what is not read here, or no end.</returns>
    public static GoAction? Read(string text, int at) => new GoTokens(text, at).Run();

    private GoAction? Run()
    {
        bool trimsBefore = At(0) == '-' && IsBlank(At(1));
        _at += trimsBefore ? 2 : 0;
        if (_text.AsSpan(_at).StartsWith("/*"))
        {
            int end = _text.IndexOf(CommentEnd, _at, StringComparison.Ordinal);
            _at = end < 0 ? _text.Length : end + CommentEnd.Length;
            return Close(trimsBefore);
        }

        while (_at < _text.Length)
        {
            if (Close(trimsBefore) is { } closed)
            {
                return closed;
            }

            if (IsBlank(At(0)))
            {
                _at++;
            }
            else if (Next() is { } token)
            {
                _tokens.Add(token);
            }
            else
            {
                return null;
            }
        }

        return null;
    }

    private GoAction? Close(bool trimsBefore)
    {
        int at = _at;
        while (at < _text.Length && IsBlank(_text[at]))
        {
            at++;
        }

        bool trims = at > _at && at < _text.Length && _text[at] == '-' && _text.AsSpan(at + 1).StartsWith("}}");
        at += trims ? 1 : 0;
        return _text.AsSpan(at).StartsWith("}}") ? new GoAction(_tokens, at + 2, trimsBefore, trims) : null;
    }

    private GoToken? Next()
    {
        char c = At(0);
        if (c == '|')
        {
            _at++;
            return new GoToken(GoTokenKind.Pipe, "");
        }

        if (c is '"' or '`')
        {
            return (c == '"' ? Quoted() : Raw()) is { } text ? new GoToken(GoTokenKind.Text, text) : null;
        }

        if (c == '.')
        {
            _at++;
            string name = Name();
            return name.Length == 0 ? new GoToken(GoTokenKind.Dot, "") : new GoToken(GoTokenKind.Field, name);
        }

        string word = Name();
        return word.Length == 0 || char.IsDigit(word[0]) ? null : new GoToken(GoTokenKind.Word, word);
    }

    private string Name()
    {
        int start = _at;
        while (_at < _text.Length && (char.IsLetterOrDigit(_text[_at]) || _text[_at] == '_'))
        {
            _at++;
        }

        return _text[start.._at];
    }

    private string? Raw()
    {
        int end = _text.IndexOf('`', _at + 1);
        if (end < 0)
        {
            return null;
        }

        string text = _text[(_at + 1)..end];
        _at = end + 1;
        return text;
    }

    private string? Quoted()
    {
        StringBuilder result = new();
        for (_at++; _at < _text.Length; _at++)
        {
            char c = _text[_at];
            if (c == '"')
            {
                _at++;
                return result.ToString();
            }

            if (c != '\\')
            {
                result.Append(c);
                continue;
            }

            _at++;
            if (Escape() is not { } escaped)
            {
                return null;
            }

            result.Append(escaped);
        }

        return null;
    }

    private string? Escape()
    {
        const int unicodeDigits = 4;
        switch (At(0))
        {
            case '"' or '\\':
                return At(0).ToString();
            case 'n':
                return "\n";
            case 't':
                return "\t";
            case 'r':
                return "\r";
            case 'u'
                when _at + unicodeDigits < _text.Length
                    && ushort.TryParse(
                        _text.AsSpan(_at + 1, unicodeDigits),
                        NumberStyles.AllowHexSpecifier,
                        CultureInfo.InvariantCulture,
                        out ushort code
                    )
                    && !char.IsSurrogate((char)code):
                _at += unicodeDigits;
                return ((char)code).ToString();
            default:
                return null;
        }
    }

    private char At(int offset) => _at + offset < _text.Length ? _text[_at + offset] : '\0';

    private static bool IsBlank(char c) => c is ' ' or '\t' or '\r' or '\n';
}
