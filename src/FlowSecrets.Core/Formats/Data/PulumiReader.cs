using System.Text.RegularExpressions;
using FlowSecrets.Errors;
using FlowSecrets.Model;

namespace FlowSecrets.Formats.Data;

/// <summary>
/// Reads a Pulumi stack file, a part of its configuration, a list of secrets by itself, or what
/// <c>pulumi config --json</c> prints.
/// </summary>
internal sealed partial class PulumiReader
{
    private readonly ValueText _file;
    private readonly List<DocNode> _listed = [];
    private readonly List<PulumiSetting> _settings = [];
    private readonly List<string> _encryptedLists = [];
    private bool _hasList;

    private PulumiReader(ValueText file) => _file = file;

    /// <exception cref="FlowSecretException">BadInput; never with a value.</exception>
    public static PulumiConfiguration Read(ValueText file) => new PulumiReader(file).Read();

    /// <summary>The values in clear, under the name of a setting without its namespace. Lists of secrets hold none.</summary>
    public static ValueFile ReadValues(ValueText file)
    {
        PulumiConfiguration configuration = Read(file);
        return new([.. configuration.Settings.Where(static s => s.Value is not null).Select(static s => new ValueEntry(s.Name, s.Value!))])
        {
            IsMixed = true,
            Refused =
            [
                .. configuration.Settings.Where(static s => s.Value is null).Select(static s => new ValueRefusal(s.Name, Decrypt)),
                .. configuration.EncryptedLists.Select(static k => new ValueRefusal(k, Decrypt)),
                .. configuration
                    .Listed.Where(static i => i.Get("value") is { } value && IsEncrypted(value) && !string.IsNullOrEmpty(i.GetText("name")))
                    .Select(static i => new ValueRefusal(i.GetText("name")!, Decrypt)),
            ],
            Notes =
            [
                .. configuration.Settings.Where(static s => s.Value is null).Select(static s => $"{s.Key} is encrypted. {Decrypt}"),
                .. configuration.EncryptedLists.Select(static k => $"{k} is encrypted. {Decrypt}"),
            ],
        };
    }

    /// <summary>How to get at what is encrypted.</summary>
    public const string Decrypt =
        "Decrypt it: 'pulumi config --show-secrets --json' prints the configuration; name that output with -Format pulumi";

    private PulumiConfiguration Read()
    {
        DocNode root = ForeignDocument.Parse(_file.Text, _file.Path, _file.Documents);
        if (root.Kind == DocKind.List)
        {
            _listed.AddRange(root.Items);
            _hasList = true;
        }

        // A stack file has its settings under 'config'; a part of one may have been saved by itself.
        bool isStack = root.Get("config") is { Kind: DocKind.Map };
        foreach ((DocNode key, DocNode value) in (isStack ? root.Get("config")! : root).Entries)
        {
            if (key.Text.EndsWith(":secrets", StringComparison.Ordinal) || key.Text == "secrets")
            {
                AddList(key, Unwrap(value));
            }
            else if (isStack || key.Text.Contains(':'))
            {
                DocNode? clear = Unwrap(value);
                bool isEncrypted = clear is null || HoldsEncrypted(clear);
                _settings.Add(new(key.Text, NameOf(key.Text), isEncrypted ? null : clear, clear?.Kind is DocKind.Map or DocKind.List));
            }
        }

        return new(_listed, _hasList, _settings, _encryptedLists);
    }

    private void AddList(DocNode key, DocNode? value)
    {
        if (value is null || IsEncrypted(value))
        {
            _encryptedLists.Add(key.Text);
            return;
        }

        DocNode list = value.Kind == DocKind.Text ? Nested(value) : value;
        if (list.Kind != DocKind.List)
        {
            throw new FlowSecretException(
                ErrorIds.BadInput,
                _file.Path,
                $"{_file.Path}:{key.Line}:{key.Column}: '{key.Text}' is no list of secrets",
                "Write it as a list of maps with 'name', in YAML or as JSON in a text; nothing was changed."
            );
        }

        _hasList = true;
        _listed.AddRange(list.Items);
    }

    /// <summary>A document in a text of this document, with the places that it has in the file.</summary>
    private DocNode Nested(DocNode text)
    {
        string[] lines = _file.Text.ReplaceLineEndings("\n").Split('\n');
        bool isBlock = text.Line >= 1 && text.Line <= lines.Length && BlockMark().IsMatch(lines[text.Line - 1]);
        int indentation = isBlock
            ? lines
                .Skip(text.Line)
                .Where(static l => l.Trim().Length > 0)
                .Select(static l => l.Length - l.TrimStart().Length)
                .FirstOrDefault()
            : 0;
        (int Line, int Column) Place(int line, int column) => isBlock ? (text.Line + line, indentation + column) : (text.Line, text.Column);
        return Moved(ForeignDocument.Parse(text.Text, _file.Path, _file.Documents, Place), Place);
    }

    private static DocNode Moved(DocNode node, Func<int, int, (int Line, int Column)> place)
    {
        (int line, int column) = place(node.Line, node.Column);
        return node.Kind switch
        {
            DocKind.Map => DocNode.Map(
                [.. node.Entries.Select(e => KeyValuePair.Create(Moved(e.Key, place), Moved(e.Value, place)))],
                line,
                column
            ),
            DocKind.List => DocNode.List([.. node.Items.Select(i => Moved(i, place))], line, column),
            _ => DocNode.Scalar(node.Kind, node.Text, line, column),
        };
    }

    /// <summary>The value of a setting as <c>pulumi config --json</c> prints it, any other as it stands; null: it is not shown.</summary>
    private static DocNode? Unwrap(DocNode value)
    {
        bool isPrinted =
            value.Kind == DocKind.Map
            && value.Entries.Any(static e => e.Key.Text == "secret" && e.Value.Kind == DocKind.Bool)
            && value.Entries.All(static e => e.Key.Text is "value" or "secret" or "objectValue");
        return IsEncrypted(value) ? null
            : isPrinted ? value.Get("objectValue") ?? value.Get("value")
            : value;
    }

    public static bool IsEncrypted(DocNode value) =>
        value.Kind == DocKind.Map && value.Entries is [var only] && only.Key.Text == "secure" && only.Value.Kind == DocKind.Text;

    private static bool HoldsEncrypted(DocNode value) =>
        IsEncrypted(value) || value.Items.Any(HoldsEncrypted) || value.Entries.Any(static e => HoldsEncrypted(e.Value));

    /// <summary><c>app:dbPassword</c> becomes <c>db-password</c>.</summary>
    private static string NameOf(string key) => Hump().Replace(key[(key.LastIndexOf(':') + 1)..], "-").ToLowerInvariant();

    [GeneratedRegex("(?<=[a-z0-9])(?=[A-Z])")]
    private static partial Regex Hump();

    [GeneratedRegex(@":\s+(?:[&!][^\s]*\s+)*\|[-+0-9]*\s*(?:#.*)?\z")]
    private static partial Regex BlockMark();
}

/// <param name="Key">As it stands in the file.</param>
/// <param name="Name">Without its namespace.</param>
/// <param name="Value">Null: it is encrypted.</param>
/// <param name="HasParts">It is a map or a list, whose parts may be what is encrypted.</param>
internal sealed record PulumiSetting(string Key, string Name, DocNode? Value, bool HasParts);

/// <param name="Listed">The entries of all lists of secrets.</param>
/// <param name="HasList">Whether there is such a list, be it empty.</param>
/// <param name="EncryptedLists">Keys of lists that are encrypted as a whole.</param>
internal sealed record PulumiConfiguration(
    IReadOnlyList<DocNode> Listed,
    bool HasList,
    IReadOnlyList<PulumiSetting> Settings,
    IReadOnlyList<string> EncryptedLists
);
