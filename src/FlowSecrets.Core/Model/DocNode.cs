namespace FlowSecrets.Model;

/// <summary>Kinds of <see cref="DocNode"/>; scalars by the core schema of YAML 1.2.</summary>
internal enum DocKind
{
    Null,
    Bool,
    Number,
    Text,
    List,
    Map,
}

/// <summary>A node of a YAML or JSON document with its place, which error messages name.</summary>
internal sealed class DocNode
{
    private byte[]? _json;
    private Range _jsonRange;

    private DocNode(
        DocKind kind,
        string text,
        IReadOnlyList<DocNode> items,
        IReadOnlyList<KeyValuePair<DocNode, DocNode>> entries,
        int line,
        int column
    ) => (Kind, Text, Items, Entries, Line, Column) = (kind, text, items, entries, line, column);

    public DocKind Kind { get; }

    /// <summary>A scalar as it is written, escapes resolved; empty for lists, maps and null.</summary>
    public string Text { get; }

    public IReadOnlyList<DocNode> Items { get; }

    public IReadOnlyList<KeyValuePair<DocNode, DocNode>> Entries { get; }

    /// <summary>The node's own text in a JSON document; null: it comes from another format, or it is a string.</summary>
    public string? Json => _json is null ? null : System.Text.Encoding.UTF8.GetString(_json[_jsonRange]);

    /// <summary>From 1.</summary>
    public int Line { get; }

    /// <summary>From 1.</summary>
    public int Column { get; }

    public static DocNode Scalar(DocKind kind, string text, int line = 0, int column = 0) => new(kind, text, [], [], line, column);

    /// <param name="document">UTF-8.</param>
    public DocNode WithJson(byte[] document, Range range) =>
        new(Kind, Text, Items, Entries, Line, Column) { _json = document, _jsonRange = range };

    public static DocNode String(string text) => Scalar(DocKind.Text, text);

    public static DocNode List(IReadOnlyList<DocNode> items, int line = 0, int column = 0) =>
        new(DocKind.List, "", items, [], line, column);

    public static DocNode Map(IReadOnlyList<KeyValuePair<DocNode, DocNode>> entries, int line = 0, int column = 0) =>
        new(DocKind.Map, "", [], entries, line, column);

    public static DocNode Map(params (string Key, DocNode? Value)[] entries) =>
        Map([.. entries.Where(static e => e.Value is not null).Select(static e => KeyValuePair.Create(String(e.Key), e.Value!))]);

    public static DocNode MapOf(IEnumerable<(string Key, DocNode Value)> entries) =>
        Map([.. entries.Select(static e => KeyValuePair.Create(String(e.Key), e.Value))]);

    /// <returns>Null: there is no text, or an empty one.</returns>
    public static DocNode? Optional(string? text) => string.IsNullOrEmpty(text) ? null : String(text);

    /// <summary>The value under a key; null where there is none or where it is null.</summary>
    public DocNode? Get(string key)
    {
        foreach ((DocNode name, DocNode value) in Entries)
        {
            if (string.Equals(name.Text, key, StringComparison.Ordinal))
            {
                return value.Kind == DocKind.Null ? null : value;
            }
        }

        return null;
    }

    public string? GetText(string key) => Get(key)?.Text;

    /// <summary>A single scalar counts as a list of one.</summary>
    public IReadOnlyList<string> GetTexts(string key) =>
        Get(key) switch
        {
            null => [],
            { Kind: DocKind.List } list => [.. list.Items.Select(static i => i.Text)],
            { } one => [one.Text],
        };

    public bool GetBool(string key) => string.Equals(GetText(key), "true", StringComparison.OrdinalIgnoreCase);
}
