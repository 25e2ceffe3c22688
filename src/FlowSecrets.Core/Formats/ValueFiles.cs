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

    /// <summary>The file of <c>dotnet user-secrets</c>.</summary>
    public const string UserSecrets = "usersecrets";

    /// <summary>Manifests of Kubernetes Secrets.</summary>
    public const string Kubernetes = "kubernetes";

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
        new(UserSecrets, [], UserSecretsReader.Read),
        new(Kubernetes, [], KubernetesReader.Read),
        new("json", [".json"], static file => Tree(file, JsonReader.Read(file.Text, file.Path))),
        new("yaml", [".yaml", ".yml"], ReadYaml),
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
            string name = FormatProfiles.Find(stated)?.Reader ?? stated;
            return Formats.FirstOrDefault(f => string.Equals(f.Name, name, StringComparison.OrdinalIgnoreCase))
                ?? throw new FlowSecretException(
                    ErrorIds.BadArgument,
                    stated,
                    $"'{stated}' is no format of files with values",
                    $"The formats are {string.Join(", ", Formats.Select(static f => f.Name))}."
                );
        }

        if (UserSecretsReader.IsPath(path))
        {
            return FormatOf(path, UserSecrets);
        }

        string file = Path.GetFileName(path);
        string model = ModelEndings.FirstOrDefault(e => file.EndsWith(e, StringComparison.OrdinalIgnoreCase)) ?? "";
        ValueFormat byName = Formats.First(f => f.IsNameOf(file[..^model.Length]));
        return byName.Name == Env ? FormatOf(path, otherwise) : byName;
    }

    /// <summary>The values of a file. Those of null and empty text are left out.</summary>
    /// <exception cref="FlowSecretException">BadInput, EnvFileInvalid, LimitReached; never with a value.</exception>
    public static ValueFile Read(string path, ValueFormat format, IDocumentFormat documents)
    {
        ValueFile file = ReadAll(new ValueText(ReadText(path), path, documents), format);
        return file.Entries.FirstOrDefault(static e => e.Bytes is not null) is { } binary
            ? throw new FlowSecretException(
                ErrorIds.BadInput,
                path,
                $"'{path}': the value of '{binary.Name}' is binary, and a set-up takes text",
                $"Import it: {ShellCommand.Shell($"Import-FlowSecret {path} -Name {binary.Name}")}, and take it out of the file."
            )
            : file with
            {
                Entries = [.. file.Entries.Where(static e => !e.IsEmpty)],
            };
    }

    /// <summary>All values of a text, also those of null and empty text.</summary>
    /// <exception cref="FlowSecretException">BadInput, EnvFileInvalid, LimitReached; never with a value.</exception>
    public static ValueFile ReadAll(ValueText text, ValueFormat format)
    {
        ValueFile file = format.Read(text);
        return file.Doubt is { } doubt ? throw doubt : file;
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

    /// <summary>Manifests of Kubernetes are known by their content.</summary>
    private static ValueFile ReadYaml(ValueText file)
    {
        IReadOnlyList<DocNode> documents = ForeignDocument.ParseAll(file.Text, file.Path, file.Documents);
        return documents.Any(KubernetesReader.IsSecrets) ? KubernetesReader.Read(documents, file.Path)
            : documents is [var only] ? Tree(file, only)
            : Tree(file, ForeignDocument.Parse(file.Text, file.Path, file.Documents));
    }

    private static ValueFile Tree(ValueText file, DocNode root, bool hasCollections = false) =>
        KubernetesReader.IsSecrets(root) ? KubernetesReader.Read([root], file.Path)
        : root.Kind == DocKind.Map
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
