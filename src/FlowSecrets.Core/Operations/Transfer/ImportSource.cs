using System.Security.Cryptography;
using FlowSecrets.Errors;
using FlowSecrets.Files;
using FlowSecrets.Formats;
using FlowSecrets.Formats.Data;
using FlowSecrets.Formats.Json;
using FlowSecrets.Model;
using FlowSecrets.Ports;

namespace FlowSecrets.Operations.Transfer;

/// <summary>A secret of a SecretManagement vault.</summary>
/// <param name="Value">Null: it could not be read, as the error says.</param>
internal sealed record VaultSecret(string Name, ValueEntry? Value, FlowSecretException? Error);

/// <summary>What an import takes values from, read once.</summary>
/// <param name="Label">How messages call it: a path, or what else it is.</param>
/// <param name="Format">Null: it is no document.</param>
/// <param name="Bytes">Of a file, as they were read; null: it is no file.</param>
internal sealed record ImportSource(string Label, ValueFile File, ValueFormat? Format, byte[]? Bytes)
{
    /// <summary>The errors of names that have no value.</summary>
    public IReadOnlyDictionary<string, FlowSecretException> Errors { get; init; } =
        new Dictionary<string, FlowSecretException>(StringComparer.Ordinal);

    /// <exception cref="FlowSecretException">BadArgument, BadInput, EnvFileInvalid, LimitReached; never with a value.</exception>
    public static ImportSource Read(ImportOptions options, OperationContext context, string envTarget)
    {
        IDocumentFormat documents = context.Providers().Documents;
        ImportSource source;
        if (options.VaultSecrets is { } secrets)
        {
            source = new($"the vault '{options.Vault}'", new([.. secrets.Select(static s => s.Value).OfType<ValueEntry>()]), null, null)
            {
                Errors = secrets
                    .Where(static s => s.Error is not null)
                    .ToDictionary(static s => s.Name, static s => s.Error!, StringComparer.Ordinal),
            };
        }
        else if (options.Path is { } path)
        {
            byte[] bytes = FileReader.Named(path, FileReader.ValueLimit);
            ValueFormat format = ValueFiles.FormatOf(path, options.Format, envTarget);
            source = new(path, ValueFiles.ReadAll(new ValueText(FileReader.Text(bytes, path), path, documents), format), format, bytes);
        }
        else
        {
            (string label, string text) = options.Text is { } piped
                ? ("the piped text", piped.TrimStart('\uFEFF'))
                : ("the standard input", StandardInput(context));
            ValueFormat format = ValueFiles.FormatOf("", options.Format);
            source = new(label, ValueFiles.ReadAll(new ValueText(text, label, documents), format), format, null);
        }

        return options.Expand is null ? source : source with { File = Expanded(source, options.Expand) };
    }

    private static string StandardInput(OperationContext context)
    {
        using Stream input = context.StandardInput();
        byte[] bytes = FileReader.Bounded(input, "the standard input", FileReader.ValueLimit);
        try
        {
            return FileReader.Text(bytes, "the standard input");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <summary>The secrets of one variable: a map by name, or a list of maps with 'name' and a value.</summary>
    private static ValueFile Expanded(ImportSource source, string variable)
    {
        ValueEntry whole =
            source.File.Entries.FirstOrDefault(e => e.Name == variable)
            ?? throw new FlowSecretException(
                ErrorIds.BadArgument,
                variable,
                $"{source.Label} has no variable '{variable}' to expand",
                $"It has: {string.Join(", ", source.File.Entries.Select(static e => e.Name).Take(20))}."
            );
        DocNode value = whole.Value.Kind == DocKind.Text ? JsonReader.TryRead(whole.Value.Text) ?? whole.Value : whole.Value;
        ValueEntry[] parts = value.Kind switch
        {
            DocKind.Map => [.. value.Entries.Select(static e => SecretCollections.Part(e.Key.Text, e.Value) ?? new(e.Key.Text, e.Value))],
            DocKind.List => [.. value.Items.Select(i => Item(i, source.Label, variable))],
            _ => throw new FlowSecretException(
                ErrorIds.BadInput,
                source.Label,
                $"{source.Label}: '{variable}' is neither a map nor a list, so it holds no secrets to expand",
                "Leave -Expand out, or name a variable such as secrets = { name = \"value\" }."
            ),
        };
        return source.File with { Entries = [.. parts.Select(p => p with { Root = whole.Root ?? variable, Parts = [] })], Refused = [] };
    }

    private static ValueEntry Item(DocNode item, string label, string variable) =>
        SecretCollections.Part(item.Get("name") is { Kind: DocKind.Text } name ? name.Text : null, item)
        ?? throw new FlowSecretException(
            ErrorIds.BadInput,
            label,
            $"{label}:{item.Line}:{item.Column}: an item of '{variable}' has no 'name' with one 'value'",
            "Write each as { name = \"a\", value = \"…\" }, then try again; nothing was changed."
        );
}
