using FlowSecrets.Errors;
using FlowSecrets.Files;
using FlowSecrets.Formats.Data;
using FlowSecrets.Formats.Dotenv;
using FlowSecrets.Formats.Json;
using FlowSecrets.Model;
using FlowSecrets.Ports;

namespace FlowSecrets.Formats;

/// <summary>Files that teams keep values in: tfvars, .env and JSON, read to name and value.</summary>
internal static class ValueFiles
{
    /// <returns>Names with values: text, numbers, booleans, or a map for a JSON secret. Values of null and empty text are left
    /// out.</returns>
    /// <exception cref="FlowSecretException">BadInput, EnvFileInvalid; never with a value.</exception>
    public static IReadOnlyList<KeyValuePair<string, DocNode>> Read(string path, IDocumentFormat documents)
    {
        string text = ReadText(path);
        IReadOnlyList<KeyValuePair<string, DocNode>> values = FormatOf(path).Read(text, path, documents);
        return [.. values.Where(static v => v.Value.Kind is DocKind.Map or DocKind.List || v.Value.Text.Length > 0)];
    }

    /// <summary>Every format that values are read from, by the endings of file names; the last one takes every other name.</summary>
    public static IReadOnlyList<ValueFormat> Formats { get; } =
    [
        new("tfvars", [".tfvars"], static (text, path, _) => TfvarsReader.Read(text, path)),
        new("json", [".json"], static (text, path, _) => ReadJson(text, path)),
        new("dotenv", [""], static (text, path, _) => ReadEnv(text, path)),
    ];

    /// <summary>The format that a file's name says.</summary>
    public static ValueFormat FormatOf(string path) =>
        Formats.First(f => f.Endings.Any(e => Path.GetFileName(path).EndsWith(e, StringComparison.OrdinalIgnoreCase)));

    public static string ReadText(string path) => FileReader.Text(FileReader.Named(path, FileReader.ValueLimit), path);

    /// <summary>A .env file, of which every line must be understood.</summary>
    public static IReadOnlyList<KeyValuePair<string, DocNode>> ReadEnv(string text, string path)
    {
        IEnvDocument document = EnvDocument.Parse(text, EnvDialect.Portable, path);
        if (document.UnknownLine is { } line)
        {
            throw new FlowSecretException(
                ErrorIds.BadInput,
                path,
                $"{path}:{line}: this is neither a variable nor a comment",
                "Write it as NAME=value, or put # before it; nothing was changed."
            );
        }

        return [.. document.Names.Select(n => KeyValuePair.Create(n, DocNode.String(document.Get(n) ?? "")))];
    }

    private static IReadOnlyList<KeyValuePair<string, DocNode>> ReadJson(string text, string path)
    {
        DocNode root = JsonReader.Read(text, path);
        return root.Kind == DocKind.Map
            ? [.. root.Entries.Select(static e => KeyValuePair.Create(e.Key.Text, e.Value))]
            : throw new FlowSecretException(
                ErrorIds.BadInput,
                path,
                $"'{path}' is not a JSON object",
                "Write it as { \"NAME\": \"value\" }, then try again; nothing was changed."
            );
    }

    /// <summary>A document of somebody else's making; its parser's messages are not passed on, since they may quote it.</summary>
    public static DocNode Parse(string text, string path, IDocumentFormat documents)
    {
        try
        {
            return documents.Parse(text);
        }
        catch (DocumentException e)
        {
            throw new FlowSecretException(
                ErrorIds.BadInput,
                path,
                $"{path}:{e.Line}:{e.Column}: the document cannot be read from here on",
                "Mend it, then try again; nothing was changed."
            );
        }
    }
}
