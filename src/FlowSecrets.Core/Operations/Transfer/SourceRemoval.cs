using System.Text;
using FlowSecrets.Errors;
using FlowSecrets.Files;
using FlowSecrets.Formats;
using FlowSecrets.Formats.Data;
using FlowSecrets.Formats.Dotenv;
using FlowSecrets.Formats.Json;
using FlowSecrets.Model;
using FlowSecrets.Ports;

namespace FlowSecrets.Operations.Transfer;

/// <summary>
/// Takes imported names out of the file that they came from. All other lines stay byte by byte, which is proved by reading the new text
/// before it is written.
/// </summary>
internal sealed class SourceRemoval
{
    private readonly ImportSource _source;
    private readonly string _path;
    private readonly IDocumentFormat _documents;
    private readonly byte[] _bytes;

    /// <summary>The name at the top of the file that holds each name.</summary>
    private readonly Dictionary<string, string> _tops = new(StringComparer.Ordinal);

    private SourceRemoval(ImportSource source, string path, IDocumentFormat documents) =>
        (_source, _path, _documents, _bytes) = (source, path, documents, source.Bytes!);

    private ValueFormat Format => _source.Format!;

    /// <summary>Looks whether the file may be changed, before anything is imported.</summary>
    /// <exception cref="FlowSecretException">SourceNotRemoved, FileUnsafe.</exception>
    public static SourceRemoval Of(ImportSource source, string path, IDocumentFormat documents)
    {
        FileEntry entry = FileWriter.CheckKind(path);
        if (!entry.Exists || !FileOwner.IsMine(path) || !FileOwner.IsMine(Path.GetDirectoryName(FilePaths.Real(path))!))
        {
            throw NotRemoved(path, "the file or its folder belongs to somebody else", "Leave -RemoveSource out. Nothing was changed.");
        }

        bool isText = FileReader.IsUtf8(source.Bytes);
        bool isKnown = source.Format!.HasVariables || source.Format.Name is "json" or "yaml" or "tfvars" or "tfvars-json" or "usersecrets";
        return isText && isKnown
            ? new SourceRemoval(source, path, documents)
            : throw NotRemoved(
                path,
                isText ? $"names are not taken out of files of the format {source.Format.Name}" : "it is not UTF-8",
                "Leave -RemoveSource out, and remove the values yourself after the import. Nothing was changed."
            );
    }

    /// <param name="imported">Names that the store has now, read back.</param>
    /// <param name="others">Names that were to be imported and were not.</param>
    public async Task RunAsync(List<string> imported, List<string> others, IOperationHost host, CancellationToken cancellationToken)
    {
        try
        {
            if (others.Count > 0)
            {
                throw NotRemoved(
                    _path,
                    $"not all of it is in the store: {string.Join(", ", others)}",
                    "Fix the causes above, take the source's values with -UpdateExisting, or leave names out with -Name; then run it again."
                );
            }

            string[] names = Tops(imported);
            byte[] rest = Rest(names);
            string action = $"Take out what was imported: {string.Join(", ", names)}";
            if (!await host.ShouldProcessAsync($"'{_path}'", action, cancellationToken))
            {
                return;
            }

            if (FileReader.Regular(_path, FileReader.ValueLimit) is not { } now || !now.AsSpan().SequenceEqual(_bytes))
            {
                throw NotRemoved(_path, "somebody changed it meanwhile", "Run the same import again.");
            }

            FileWriter.Write(_path, rest, FileAudience.Owner, replace: true, cancellationToken: cancellationToken);
            host.Verbose($"{action}: {_path}");
        }
        catch (FlowSecretException e)
        {
            host.Fail(e);
        }
    }

    /// <summary>The names at the top of the file. One that holds several secrets goes only with all of them.</summary>
    private string[] Tops(List<string> imported)
    {
        HashSet<string> done = new(imported, StringComparer.Ordinal);
        HashSet<string> kept = new(StringComparer.Ordinal);
        HashSet<string> tops = new(StringComparer.Ordinal);
        foreach (ValueEntry entry in _source.File.Entries)
        {
            bool isSplit = entry.Parts.Count > 0 && !done.Contains(entry.Name);
            foreach (ValueEntry part in isSplit ? entry.Parts : [entry])
            {
                (done.Contains(part.Name) ? tops : kept).Add(entry.Root ?? entry.Name);
            }
        }

        string[] mixed = [.. tops.Where(kept.Contains)];
        return mixed.Length == 0
            ? [.. tops]
            : throw NotRemoved(
                _path,
                $"{string.Join(", ", mixed)} has more than what was imported",
                "Import all of it, or remove the values yourself."
            );
    }

    /// <summary>The file without some names.</summary>
    /// <exception cref="FlowSecretException">SourceNotRemoved: other names would change.</exception>
    private byte[] Rest(string[] names)
    {
        int mark = FileReader.HasMark(_bytes) ? 3 : 0;
        string text = Encoding.UTF8.GetString(_bytes.AsSpan(mark));
        string? rest = Format.Name is "json" or "tfvars-json" or "usersecrets" ? WithoutMembers(text, names) : WithoutLines(text, names);
        Dictionary<string, string> expected = Values(text);
        foreach (
            string name in expected.Where(e => names.Contains(TopOf(e.Key), StringComparer.Ordinal)).Select(static e => e.Key).ToArray()
        )
        {
            expected.Remove(name);
        }

        Dictionary<string, string>? found = rest is null ? null : ReadableValues(rest);
        return
            rest is not null
            && found is not null
            && found.Count == expected.Count
            && expected.All(e => found.GetValueOrDefault(e.Key) == e.Value)
            ? [.. _bytes.AsSpan(0, mark), .. Encoding.UTF8.GetBytes(rest)]
            : throw NotRemoved(
                _path,
                $"{string.Join(", ", names)} cannot be taken out without a change of what stays",
                "The values are in the store. Remove them from the file yourself."
            );

        string TopOf(string name) => _tops.GetValueOrDefault(name, name);
    }

    /// <returns>Null: the text cannot be read, for instance because a value refers to one that is gone.</returns>
    private Dictionary<string, string>? ReadableValues(string text)
    {
        try
        {
            return Values(text);
        }
        catch (FlowSecretException)
        {
            return null;
        }
    }

    private Dictionary<string, string> Values(string text)
    {
        Dictionary<string, string> values = new(StringComparer.Ordinal);
        if (text.All(char.IsWhiteSpace) || (Format.Name == "yaml" && _documents.ParseAll(text) is [] or [{ Kind: DocKind.Null }]))
        {
            return values;
        }

        foreach (ValueEntry entry in ValueFiles.ReadAll(new ValueText(text, _path, _documents), Format).Entries)
        {
            values[entry.Name] = JsonNodeText.Of(entry.Value);
            _tops[entry.Name] = entry.Root ?? entry.Name;
        }

        return values;
    }

    /// <returns>Null: a comment stands between the members.</returns>
    private static string? WithoutMembers(string text, string[] names)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        foreach (string name in names)
        {
            IReadOnlyList<JsonMember> members = JsonObjectText.Parse(JsonComments.Blank(bytes))?.Members ?? [];
            int at = members.TakeWhile(m => m.Name != name).Count();
            if (at == members.Count)
            {
                return null;
            }

            JsonMember member = members[at];
            (int start, int end) =
                at + 1 < members.Count ? (member.NameStart, members[at + 1].NameStart)
                : at > 0 ? (members[at - 1].End, member.End)
                : (member.NameStart, member.End);
            if (bytes.AsSpan(start..member.NameStart).Contains((byte)'/') || bytes.AsSpan(member.End..end).Contains((byte)'/'))
            {
                return null;
            }

            bytes = [.. bytes.AsSpan(0, start), .. bytes.AsSpan(end)];
        }

        return Encoding.UTF8.GetString(bytes);
    }

    private string? WithoutLines(string text, string[] names)
    {
        if (Format.Name == ValueFiles.Tfvars && text.Contains("/*", StringComparison.Ordinal))
        {
            return null;
        }

        string[] lines = SplitKeepingEnds(text);
        HashSet<int> gone = [];
        HashSet<string> left = new(names, StringComparer.Ordinal);
        foreach (
            (string name, int first, int last) in Format.HasVariables ? EnvImport.Lines(text, _path, Format.Dialect) : Blocks(text, lines)
        )
        {
            if (names.Contains(name, StringComparer.Ordinal))
            {
                left.Remove(name);
                gone.UnionWith(Enumerable.Range(first, last - first + 1));
            }
        }

        return left.Count > 0 ? null : string.Concat(lines.Where((_, i) => !gone.Contains(i + 1)));
    }

    /// <summary>The lines of each top-level name, without comments and blank lines after it.</summary>
    private IEnumerable<(string Name, int First, int Last)> Blocks(string text, string[] lines)
    {
        (string Name, int Line)[] tops =
            Format.Name == ValueFiles.Tfvars
                ? [.. TfvarsReader.Read(text, _path).Select(static v => (v.Key, v.Value.Line))]
                : [.. ForeignDocument.Parse(text, _path, _documents).Entries.Select(static e => (e.Key.Text, e.Key.Line))];
        for (int i = 0; i < tops.Length; i++)
        {
            int last = i + 1 < tops.Length ? tops[i + 1].Line - 1 : lines.Length;
            while (last > tops[i].Line && IsBetween(lines[last - 1]))
            {
                last--;
            }

            yield return (tops[i].Name, tops[i].Line, last);
        }
    }

    private static readonly string[] Between = ["#", "//", "---", "..."];

    /// <summary>Whether a line belongs to no name: what a value holds is indented, or in quotes that end after it.</summary>
    private static bool IsBetween(string line) =>
        string.IsNullOrWhiteSpace(line) || Between.Any(b => line.StartsWith(b, StringComparison.Ordinal));

    private static string[] SplitKeepingEnds(string text)
    {
        char end = text.Contains('\n') ? '\n' : '\r';
        List<string> lines = [];
        for (int at = 0; at < text.Length; )
        {
            int next = text.IndexOf(end, at) is >= 0 and int found ? found + 1 : text.Length;
            lines.Add(text[at..next]);
            at = next;
        }

        return [.. lines];
    }

    private static FlowSecretException NotRemoved(string path, string why, string remedy) =>
        new(ErrorIds.SourceNotRemoved, path, $"Nothing was taken out of '{path}': {why}", remedy);
}
