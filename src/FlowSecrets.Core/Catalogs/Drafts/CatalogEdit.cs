using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;

namespace FlowSecrets.Catalogs.Drafts;

/// <summary>Adds entries to a catalog's text. Every line that is there stays as it is.</summary>
internal sealed class CatalogEdit
{
    private readonly string _path;
    private readonly IDocumentFormat _documents;
    private bool _isClosed;
    private readonly string _lineEnd;
    private readonly List<string> _lines;

    /// <param name="path">Of the catalog, for the error.</param>
    public CatalogEdit(string text, string path, IDocumentFormat documents)
    {
        (_path, _documents) = (path, documents);
        _isClosed = text.EndsWith('\n');
        // A line keeps its own carriage return.
        _lines = [.. text.Split('\n')];
        _lineEnd = _lines[0].EndsWith('\r') ? "\r" : "";
        if (_isClosed)
        {
            _lines.RemoveAt(_lines.Count - 1);
        }
    }

    public string Text => string.Join('\n', _lines) + (_isClosed ? "\n" : "");

    /// <summary>Adds entries at the end of a map; the map is made if it is not there.</summary>
    /// <param name="keys">The way from the document to the map.</param>
    /// <exception cref="FlowSecretException">BadInput: a map on the way is written in braces, or is none.</exception>
    public void Add(IReadOnlyList<string> keys, DocNode entries)
    {
        if (entries.Entries.Count == 0)
        {
            return;
        }

        DocNode map = _documents.Parse(Text);
        int end = _lines.Count;
        int column = map.Entries[0].Key.Column;
        for (int i = 0; i < keys.Count; i++)
        {
            int at = map.Entries.ToList().FindIndex(e => e.Key.Text == keys[i]);
            if (at < 0)
            {
                Insert(end, column, keys.Skip(i).Reverse().Aggregate(entries, static (inner, key) => DocNode.Map((key, inner))));
                return;
            }

            (DocNode key, DocNode value) = map.Entries[at];
            end = at + 1 < map.Entries.Count ? map.Entries[at + 1].Key.Line - 1 : end;
            if (value.Kind != DocKind.Map || value.Entries.Count == 0 || value.Line == key.Line)
            {
                throw InBraces(key, string.Join('.', keys.Take(i + 1)));
            }

            (map, column) = (value, value.Entries[0].Key.Column);
        }

        Insert(end, column, entries);
    }

    /// <summary>Whether one document says everything that another says, in the same way.</summary>
    public static bool Holds(DocNode whole, DocNode part) =>
        whole.Kind == part.Kind
        && whole.Text == part.Text
        && (
            whole.Kind == DocKind.Map
                ? part.Entries.All(p => whole.Entries.Any(w => w.Key.Text == p.Key.Text && Holds(w.Value, p.Value)))
                : whole.Items.Count == part.Items.Count && whole.Items.Zip(part.Items).All(static i => Holds(i.First, i.Second))
        );

    /// <param name="end">How many lines the map and what precedes it have at most.</param>
    /// <param name="column">Of the map's keys, from 1.</param>
    private void Insert(int end, int column, DocNode entries)
    {
        string indent = new(' ', column - 1);
        // What follows the map's last entry belongs to the next key.
        while (end > 0 && IsBetween(_lines[end - 1], column))
        {
            end--;
        }

        string[] lines = _documents.Write(entries).TrimEnd('\n').Split('\n');
        if (end == _lines.Count && !_isClosed && end > 0)
        {
            _lines[^1] += _lineEnd;
            _isClosed = true;
        }

        _lines.InsertRange(end, lines.Select(l => indent + l + _lineEnd));
    }

    private static bool IsBetween(string line, int column)
    {
        string content = line.TrimStart(' ', '\t').TrimEnd('\r');
        return content.Length == 0 || (content[0] == '#' && line.Length - content.Length < column - 1);
    }

    private FlowSecretException InBraces(DocNode key, string name) =>
        new(
            ErrorIds.BadInput,
            _path,
            $"'{name}' in line {key.Line} of '{_path}' is not written as a block with one line for each key, so nothing can be added to it",
            "Write it as a block, then run the command again; nothing was changed."
        );
}
