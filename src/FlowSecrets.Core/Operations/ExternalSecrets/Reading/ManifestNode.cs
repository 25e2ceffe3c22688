using FlowSecrets.Model;

namespace FlowSecrets.Operations.ExternalSecrets.Reading;

/// <summary>What a catalog cannot say of the manifests, each with its place.</summary>
internal sealed class Unexpressed
{
    private readonly SortedSet<(string File, int Line, int Column, string Text)> _all = [];
    private readonly SortedSet<string> _notes = new(StringComparer.Ordinal);

    public bool Any => _all.Count > 0;

    public IEnumerable<string> All => _all.Select(static u => $"{u.File}:{u.Line}:{u.Column}: {u.Text}");

    /// <summary>What is left out although a catalog need not say it: the operator does not act on it.</summary>
    public IEnumerable<string> Notes => _notes;

    public void Add(string file, DocNode at, string text) => _all.Add((file, at.Line, at.Column, text));

    public void Note(string file, DocNode at, string text) => _notes.Add($"{file}:{at.Line}:{at.Column}: {text}");
}

/// <summary>
/// A map of a manifest that notes which of its fields were understood, so that the others are listed and none is dropped silently.
/// </summary>
/// <param name="path">Of the map within its object, for messages; empty: the object itself.</param>
internal sealed class ManifestNode(DocNode node, string file, string path, Unexpressed unexpressed)
{
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly List<ManifestNode> _inner = [];

    public DocNode Node => node;

    public string File => file;

    public string? Text(string field) => Take(field) is { Kind: not (DocKind.Map or DocKind.List) } value ? value.Text : null;

    public bool Flag(string field) => string.Equals(Text(field), "true", StringComparison.OrdinalIgnoreCase);

    /// <summary>A map under a field; null: there is none.</summary>
    public ManifestNode? Map(string field) => Take(field) is { Kind: DocKind.Map } map ? Inner(map, field) : null;

    public IEnumerable<ManifestNode> Items(string field)
    {
        foreach ((DocNode item, int i) in (Take(field)?.Items ?? []).Select(static (n, i) => (n, i)))
        {
            yield return Inner(item, $"{field}[{i}]");
        }
    }

    /// <summary>A map of texts under a field.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Texts(string field) =>
        [.. (Take(field)?.Entries ?? []).Select(static e => KeyValuePair.Create(e.Key.Text, e.Value.Text))];

    /// <summary>Fields that say nothing of how the operator works.</summary>
    public void Ignore(params string[] fields) => _seen.UnionWith(fields);

    /// <summary>A field whose value is listed unless it is the default.</summary>
    public void RequireDefault(string field, params string[] defaults)
    {
        if (Take(field) is { } value && !defaults.Contains(value.Text, StringComparer.Ordinal))
        {
            Add(value, $"'{At(field)}: {value.Text}' cannot be said in a catalog.");
        }
    }

    public void Add(DocNode at, string text) => unexpressed.Add(file, at, text);

    /// <summary>Notes labels and annotations of the object that are left out.</summary>
    public void LeaveOut(params string[] fields)
    {
        foreach (string field in fields)
        {
            if (Take(field) is { Entries.Count: > 0 } value)
            {
                unexpressed.Note(file, value, $"'{At(field)}' is not in the catalog. The operator does not act on it.");
            }
        }
    }

    /// <summary>Lists every field that nothing asked for, here and within.</summary>
    public void End()
    {
        foreach ((DocNode key, DocNode value) in node.Entries.Where(e => !_seen.Contains(e.Key.Text)))
        {
            if (value.Kind != DocKind.Null)
            {
                Add(key, $"'{At(key.Text)}' cannot be said in a catalog.");
            }
        }

        _inner.ForEach(static i => i.End());
    }

    public string At(string field) => path.Length == 0 ? field : $"{path}.{field}";

    private ManifestNode Inner(DocNode inner, string field)
    {
        ManifestNode result = new(inner, file, At(field), unexpressed);
        _inner.Add(result);
        return result;
    }

    private DocNode? Take(string field)
    {
        _seen.Add(field);
        return node.Get(field);
    }
}
