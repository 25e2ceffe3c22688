using System.Text;
using System.Text.Json;
using FlowSecrets.Errors;
using FlowSecrets.Model;

namespace FlowSecrets.Formats.Json;

/// <summary>Reads a JSON file that people made. Each node has its place and its text.</summary>
internal sealed class JsonReader
{
    private readonly byte[] _text;
    private readonly string _path;
    private int _line = 1;
    private int _column = 1;
    private int _seen;

    private JsonReader(byte[] text, string path) => (_text, _path) = (text, path);

    /// <exception cref="FlowSecretException">BadInput, with line and column and nothing of the text.</exception>
    public static DocNode Read(string text, string path)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        try
        {
            if (JsonSyntax.Duplicate(bytes) is { } twice)
            {
                throw Bad(path, twice.At, $"the member '{twice.Name}' stands twice in its object");
            }

            Utf8JsonReader reader = JsonSyntax.Reader(bytes);
            reader.Read();
            return new JsonReader(bytes, path).Node(ref reader);
        }
        catch (JsonSyntaxException e)
        {
            throw Bad(path, e.At, "this is not JSON from here on");
        }
    }

    /// <returns>Null: it is no JSON that could be read.</returns>
    public static DocNode? TryRead(string text)
    {
        ReadOnlySpan<char> trimmed = text.AsSpan().TrimStart();
        if (trimmed is not ['{' or '[', ..])
        {
            return null;
        }

        try
        {
            return Read(text, "");
        }
        catch (FlowSecretException)
        {
            return null;
        }
    }

    private DocNode Node(ref Utf8JsonReader reader)
    {
        int start = (int)reader.TokenStartIndex;
        TextPosition at = Position(start);
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                return Text(ref reader);
            case JsonTokenType.StartObject:
                List<KeyValuePair<DocNode, DocNode>> entries = [];
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    DocNode name = Text(ref reader);
                    reader.Read();
                    entries.Add(KeyValuePair.Create(name, Node(ref reader)));
                }

                return DocNode.Map(entries, at.Line, at.Column).WithJson(_text, start..(int)reader.BytesConsumed);
            case JsonTokenType.StartArray:
                List<DocNode> items = [];
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    items.Add(Node(ref reader));
                }

                return DocNode.List(items, at.Line, at.Column).WithJson(_text, start..(int)reader.BytesConsumed);
            default:
                DocKind kind =
                    reader.TokenType == JsonTokenType.Number ? DocKind.Number
                    : reader.TokenType == JsonTokenType.Null ? DocKind.Null
                    : DocKind.Bool;
                string written = kind == DocKind.Null ? "" : Encoding.UTF8.GetString(reader.ValueSpan);
                return DocNode.Scalar(kind, written, at.Line, at.Column).WithJson(_text, start..(start + reader.ValueSpan.Length));
        }
    }

    private DocNode Text(ref Utf8JsonReader reader)
    {
        TextPosition at = Position((int)reader.TokenStartIndex);
        string content = JsonSyntax.Unescape(reader.ValueSpan);
        return JsonSyntax.IsText(content)
            ? DocNode.Scalar(DocKind.Text, content, at.Line, at.Column)
            : throw Bad(_path, at, "this string holds half of a surrogate pair, which UTF-8 cannot carry");
    }

    /// <summary>Tokens come in order, so that each line is counted once.</summary>
    private TextPosition Position(int offset)
    {
        for (; _seen < offset; _seen++)
        {
            (_line, _column) =
                _text[_seen] == (byte)'\n' ? (_line + 1, 1)
                : JsonSyntax.BeginsCharacter(_text[_seen]) ? (_line, _column + 1)
                : (_line, _column);
        }

        return new(_line, _column);
    }

    private static FlowSecretException Bad(string path, TextPosition at, string cause) =>
        new(ErrorIds.BadInput, path, $"{path}:{at.Line}:{at.Column}: {cause}", "Correct the file, then try again; nothing was changed.");
}
