using System.Globalization;
using System.Text;
using System.Text.Json;

namespace FlowSecrets.Formats.Json;

/// <summary>
/// The grammar of JSON on the text itself (RFC 8259, without comments or trailing commas). Numbers stay the text that they are.
/// </summary>
internal static class JsonSyntax
{
    /// <summary>Deeper documents are refused.</summary>
    private const int MaxDepth = 256;

    /// <summary>A reader that goes through the whole text.</summary>
    public static Utf8JsonReader Reader(ReadOnlySpan<byte> text) => new(text, new JsonReaderOptions { MaxDepth = MaxDepth });

    /// <exception cref="JsonSyntaxException">The text is not one JSON value.</exception>
    public static bool Next(ref Utf8JsonReader reader, ReadOnlySpan<byte> text)
    {
        try
        {
            return reader.Read();
        }
        catch (JsonException e)
        {
            int line = (int)(e.LineNumber ?? 0);
            int start = 0;
            for (int i = 0; i < line; i++)
            {
                start += text[start..].IndexOf((byte)'\n') + 1;
            }

            throw new JsonSyntaxException(Position(text, start + (int)(e.BytePositionInLine ?? 0)));
        }
    }

    public static TextPosition Position(ReadOnlySpan<byte> text, int offset)
    {
        ReadOnlySpan<byte> before = text[..Math.Min(offset, text.Length)];
        int lineStart = before.LastIndexOf((byte)'\n') + 1;
        int column = 1;
        foreach (byte b in before[lineStart..])
        {
            column += BeginsCharacter(b) ? 1 : 0;
        }

        return new TextPosition(before.Count((byte)'\n') + 1, column);
    }

    public static bool BeginsCharacter(byte utf8) => (utf8 & 0xC0) != 0x80;

    /// <summary>The member that is the first to stand twice in its object, at any depth; null: none does.</summary>
    /// <exception cref="JsonSyntaxException">The text is not one JSON value.</exception>
    public static JsonDuplicate? Duplicate(ReadOnlySpan<byte> text)
    {
        Utf8JsonReader reader = Reader(text);
        Stack<HashSet<string>> objects = new();
        JsonDuplicate? found = null;
        while (Next(ref reader, text))
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    objects.Push(new HashSet<string>(StringComparer.Ordinal));
                    break;
                case JsonTokenType.EndObject:
                    objects.Pop();
                    break;
                case JsonTokenType.PropertyName:
                    string name = Unescape(reader.ValueSpan);
                    if (!objects.Peek().Add(name))
                    {
                        found ??= new JsonDuplicate(name, Position(text, (int)reader.TokenStartIndex));
                    }

                    break;
            }
        }

        return found;
    }

    /// <summary>The content of a string token. Half of a surrogate pair stays half of one.</summary>
    /// <param name="content">What stands between the quotation marks, as the reader accepted it.</param>
    public static string Unescape(ReadOnlySpan<byte> content)
    {
        string text = Encoding.UTF8.GetString(content);
        if (!text.Contains('\\', StringComparison.Ordinal))
        {
            return text;
        }

        StringBuilder result = new(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                result.Append(text[i]);
            }
            else if (text[++i] == 'u')
            {
                result.Append((char)ushort.Parse(text.AsSpan(i + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
                i += 4;
            }
            else
            {
                result.Append(
                    text[i] switch
                    {
                        'b' => '\b',
                        'f' => '\f',
                        'n' => '\n',
                        'r' => '\r',
                        't' => '\t',
                        char itself => itself,
                    }
                );
            }
        }

        return result.ToString();
    }

    /// <summary>
    /// A text as a JSON string. Only quotes, backslashes, control characters and line separators are escaped: a program
    /// that takes the text apart without a JSON parser finds '&amp;' and '😀' as they are.
    /// </summary>
    public static string Quote(string text)
    {
        StringBuilder result = new StringBuilder(text.Length + 2).Append('"');
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            _ = c switch
            {
                '"' or '\\' => result.Append('\\').Append(c),
                '\n' => result.Append("\\n"),
                '\r' => result.Append("\\r"),
                '\t' => result.Append("\\t"),
                '\u2028' or '\u2029' => Escape(c),
                _ when char.IsControl(c) => Escape(c),
                _ when i + 1 < text.Length && char.IsSurrogatePair(c, text[i + 1]) => result.Append(c).Append(text[++i]),
                _ when char.IsSurrogate(c) => result.Append('\uFFFD'),
                _ => result.Append(c),
            };
        }

        return result.Append('"').ToString();

        StringBuilder Escape(char c) => result.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}");
    }

    /// <summary>Whether UTF-8 can carry a text: it has no half of a surrogate pair.</summary>
    public static bool IsText(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]) && !(i + 1 < text.Length && char.IsSurrogatePair(text[i], text[++i])))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The type of the one JSON value that a text is, without space around it; None: it is none.</summary>
    public static JsonTokenType LiteralType(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        if (bytes.Length == 0 || !IsText(text) || char.IsWhiteSpace(text[0]) || char.IsWhiteSpace(text[^1]))
        {
            return JsonTokenType.None;
        }

        try
        {
            Utf8JsonReader reader = Reader(bytes);
            Next(ref reader, bytes);
            JsonTokenType type = reader.TokenType;
            while (Next(ref reader, bytes)) { }
            return type;
        }
        catch (JsonSyntaxException)
        {
            return JsonTokenType.None;
        }
    }
}
