using System.Text;
using System.Text.Json;

namespace FlowSecrets.Formats.Json;

/// <summary>A member of a JSON object, by its place in the text.</summary>
/// <param name="NameStart">Of the name's quotation mark, in bytes.</param>
internal readonly record struct JsonMember(string Name, int NameStart, int NameEnd, JsonTokenType Type, int Start, int End);

/// <summary>
/// A JSON object that is edited in its text: a member that is set changes, and everything else stays as it is written, byte for byte.
/// </summary>
internal sealed class JsonObjectText
{
    private byte[] _text;
    private List<JsonMember> _members;

    private JsonObjectText(byte[] text, List<JsonMember> members) => (_text, _members) = (text, members);

    /// <summary>As they stand; a name can stand twice.</summary>
    public IReadOnlyList<JsonMember> Members => _members;

    public ReadOnlySpan<byte> Text => _text;

    /// <param name="indented">Whether each member gets a line.</param>
    public static JsonObjectText Empty(bool indented = false) => new((indented ? "{\n}"u8 : "{}"u8).ToArray(), []);

    /// <returns>Null: it is JSON, but no object.</returns>
    /// <exception cref="JsonSyntaxException">It is not JSON.</exception>
    public static JsonObjectText? Parse(ReadOnlySpan<byte> text) => Read(text) is { } members ? new(text.ToArray(), members) : null;

    /// <summary>The members of a name: none, one, or, where it stands twice, several.</summary>
    public IReadOnlyList<JsonMember> Find(string name) => [.. _members.Where(m => string.Equals(m.Name, name, StringComparison.Ordinal))];

    /// <summary>The value as it is written.</summary>
    public string Raw(JsonMember member) => Encoding.UTF8.GetString(_text.AsSpan(member.Start..member.End));

    /// <summary>The value as text: the content of a string, of anything else what is written.</summary>
    public string Content(JsonMember member) =>
        member.Type == JsonTokenType.String ? JsonSyntax.Unescape(_text.AsSpan((member.Start + 1)..(member.End - 1))) : Raw(member);

    /// <summary>
    /// Sets a member to a text. It keeps its type if the text is a literal of that type (a number, true or false, null, an object, a list);
    /// else it becomes a string. A new member is a string.
    /// </summary>
    /// <returns>Whether the member has another type now.</returns>
    public bool SetText(string name, string text)
    {
        if (Find(name) is not [var member, ..])
        {
            Set(name, JsonSyntax.Quote(text));
            return false;
        }

        // What means the same stays as it is spelled.
        if (string.Equals(Content(member), text, StringComparison.Ordinal))
        {
            return false;
        }

        bool isString = member.Type == JsonTokenType.String;
        bool keeps = !isString && TypeOf(JsonSyntax.LiteralType(text)) == TypeOf(member.Type);
        Set(name, keeps ? text : JsonSyntax.Quote(text));
        return !isString && !keeps;
    }

    /// <summary>Replaces a member's value; a new member comes last, spaced as the last one is.</summary>
    /// <param name="json">The value as it is to be written.</param>
    public void Set(string name, string json)
    {
        byte[] value = Encoding.UTF8.GetBytes(json);
        if (Find(name) is [var member, ..])
        {
            Splice(member.Start, member.End, value);
            return;
        }

        byte[] key = Encoding.UTF8.GetBytes(JsonSyntax.Quote(name));
        if (_members is not [.., var last])
        {
            int open = _text.AsSpan().IndexOf((byte)'{') + 1;
            int close = _text.AsSpan().LastIndexOf((byte)'}');
            Splice(
                open,
                close,
                _text.AsSpan(open..close).Contains((byte)'\n')
                    ? [.. "\n  "u8, .. key, .. ": "u8, .. value, (byte)'\n']
                    : [.. key, (byte)':', .. value]
            );
            return;
        }

        int before = last.NameStart;
        while (_text[before - 1] is not ((byte)',' or (byte)'{'))
        {
            before--;
        }

        byte[] gap = _text[before..last.NameStart];
        byte[] colon = _text[last.NameEnd..last.Start];
        Splice(last.End, last.End, [(byte)',', .. gap, .. key, .. colon, .. value]);
    }

    private static JsonTokenType TypeOf(JsonTokenType type) => type == JsonTokenType.False ? JsonTokenType.True : type;

    private void Splice(int start, int end, ReadOnlySpan<byte> with)
    {
        _text = [.. _text.AsSpan(0, start), .. with, .. _text.AsSpan(end)];
        _members = Read(_text)!;
    }

    private static List<JsonMember>? Read(ReadOnlySpan<byte> text)
    {
        Utf8JsonReader reader = JsonSyntax.Reader(text);
        List<JsonMember>? members = null;
        JsonMember member = default;
        while (JsonSyntax.Next(ref reader, text))
        {
            int start = (int)reader.TokenStartIndex;
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject when reader.CurrentDepth == 0:
                    members = [];
                    break;
                case JsonTokenType.PropertyName when members is not null && reader.CurrentDepth == 1:
                    int end = start + reader.ValueSpan.Length + 2;
                    member = new JsonMember(JsonSyntax.Unescape(reader.ValueSpan), start, end, default, 0, 0);
                    break;
                case JsonTokenType.StartObject or JsonTokenType.StartArray when reader.CurrentDepth == 1:
                    member = member with { Type = reader.TokenType, Start = start };
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray when reader.CurrentDepth == 1:
                    members?.Add(member with { End = start + 1 });
                    break;
                case not (JsonTokenType.EndObject or JsonTokenType.EndArray) when reader.CurrentDepth == 1:
                    int quotes = reader.TokenType == JsonTokenType.String ? 2 : 0;
                    members?.Add(member with { Type = reader.TokenType, Start = start, End = start + reader.ValueSpan.Length + quotes });
                    break;
            }
        }

        return members;
    }
}
