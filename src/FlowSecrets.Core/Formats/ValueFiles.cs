using FlowSecrets.Errors;
using FlowSecrets.Files;
using FlowSecrets.Formats.Data;
using FlowSecrets.Formats.Dotenv;
using FlowSecrets.Formats.Json;
using FlowSecrets.Model;
using FlowSecrets.Ports;

namespace FlowSecrets.Formats;

/// <summary>The formats of files that teams keep values in. Whoever makes a catalog of a file, or takes its values, reads it
/// here.</summary>
internal static class ValueFiles
{
    public const string Tfvars = "tfvars";

    public const string Pulumi = "pulumi";

    /// <summary>A .env file that all programs read in the same way.</summary>
    public const string Env = "env";

    /// <summary>What follows the ending in names of files that others copy.</summary>
    private static readonly string[] ModelEndings = [".example", ".sample", ".template", ".dist"];

    /// <summary>Every format; the first whose name fits a file reads it.</summary>
    public static IReadOnlyList<ValueFormat> Formats { get; } =
    [
        new("tfvars-json", [".tfvars.json"], static file => Tree(file, JsonReader.Read(file.Text, file.Path), hasCollections: true)),
        new(Tfvars, [".tfvars"], ReadTfvars),
        new(Pulumi, [".yaml", ".yml"], PulumiReader.ReadValues) { Beginning = "Pulumi." },
        new("json", [".json"], static file => Tree(file, JsonReader.Read(file.Text, file.Path))),
        new("yaml", [".yaml", ".yml"], static file => Tree(file, ForeignDocument.Parse(file.Text, file.Path, file.Documents))),
        new(Env, [""], static file => ReadEnv(file, null)) { HasVariables = true },
        .. ((string[])["dotenv", "node", "python", "compose", "bash", "docker", "systemd", "pwsh"]).Select(
            static dialect => new ValueFormat(dialect, [], file => ReadEnv(file, dialect)) { HasVariables = true, Dialect = dialect }
        ),
    ];

    /// <summary>The stated format, or else the one that the file's name says.</summary>
    /// <param name="otherwise">The format of a name that says none.</param>
    /// <exception cref="FlowSecretException">BadArgument: there is no such format.</exception>
    public static ValueFormat FormatOf(string path, string? stated = null, string otherwise = Env)
    {
        if (stated is not null)
        {
            return Formats.FirstOrDefault(f => string.Equals(f.Name, stated, StringComparison.OrdinalIgnoreCase))
                ?? throw new FlowSecretException(
                    ErrorIds.BadArgument,
                    stated,
                    $"'{stated}' is no format of files with values",
                    $"The formats are {string.Join(", ", Formats.Select(static f => f.Name))}."
                );
        }

        string name = Path.GetFileName(path);
        string model = ModelEndings.FirstOrDefault(e => name.EndsWith(e, StringComparison.OrdinalIgnoreCase)) ?? "";
        ValueFormat byName = Formats.First(f => f.IsNameOf(name[..^model.Length]));
        return byName.Name == Env ? FormatOf(path, otherwise) : byName;
    }

    /// <summary>The values of a file. Those of null and empty text are left out.</summary>
    /// <exception cref="FlowSecretException">BadInput, EnvFileInvalid, LimitReached; never with a value.</exception>
    public static ValueFile Read(string path, ValueFormat format, IDocumentFormat documents)
    {
        ValueFile file = format.Read(new ValueText(ReadText(path), path, documents));
        return file.Doubt is { } doubt
            ? throw doubt
            : file with
            {
                Entries = [.. file.Entries.Where(static e => e.Value.Kind is DocKind.Map or DocKind.List || e.Value.Text.Length > 0)],
            };
    }

    /// <summary>The names of a file, whose values may be in doubt.</summary>
    /// <exception cref="FlowSecretException">As for the values.</exception>
    public static ValueFile ReadNames(string path, ValueFormat format, IDocumentFormat documents)
    {
        ValueFile file = format.Read(new ValueText(ReadText(path), path, documents));
        return file.IsBroken ? throw file.Doubt! : file;
    }

    public static string ReadText(string path) => FileReader.Text(FileReader.Named(path, FileReader.ValueLimit), path);

    private static ValueFile ReadTfvars(ValueText file) =>
        new([.. TfvarsReader.Read(file.Text, file.Path).Select(static v => SecretCollections.Entry(v.Key, v.Value))]);

    private static ValueFile Tree(ValueText file, DocNode root, bool hasCollections = false) =>
        root.Kind == DocKind.Map
            ? new([
                .. root.Entries.Select(e =>
                    hasCollections ? SecretCollections.Entry(e.Key.Text, e.Value) : new ValueEntry(e.Key.Text, e.Value)
                ),
            ])
            : throw new FlowSecretException(
                ErrorIds.BadInput,
                file.Path,
                $"'{file.Path}' holds no names with values: it is not a JSON object or YAML map",
                "Write it as { \"NAME\": \"value\" }, then try again; nothing was changed."
            );

    private static ValueFile ReadEnv(ValueText file, string? dialect)
    {
        EnvContent content = EnvImport.Read(file.Text, file.Path, dialect);
        return new([
            .. content.Values.Select(static v => new ValueEntry(
                v.Key,
                v.Value is null ? DocNode.Scalar(DocKind.Null, "") : DocNode.String(v.Value)
            )),
        ])
        {
            Notes = content.Notes,
            IsBroken = content.IsBroken,
            Doubt = content.Doubts.Count == 0 ? null : Doubt(file.Path, content.Doubts, dialect),
        };
    }

    private static FlowSecretException Doubt(string path, IReadOnlyList<string> doubts, string? dialect) =>
        dialect is null
            ? new(
                ErrorIds.EnvFileInvalid,
                path,
                "Programs that read .env files do not agree on these values:",
                "Say which program reads the file with -Format: "
                    + $"{string.Join(", ", Formats.Select(static f => f.Dialect).OfType<string>())}. "
                    + "Or write them as NAME='value', which most programs read in the same way. Nothing was changed.",
                details: doubts
            )
            : new(
                ErrorIds.EnvFileInvalid,
                path,
                $"These values cannot be read as {dialect} does:",
                "Fix the lines, or name another program with -Format. Nothing was changed.",
                details: doubts
            );
}
