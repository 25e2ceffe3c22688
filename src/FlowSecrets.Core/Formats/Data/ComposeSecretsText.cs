using FlowSecrets.Formats.Writing;

namespace FlowSecrets.Formats.Data;

/// <summary>A Compose file with top-level secrets. Each value is in a file of its own, so that it can be any bytes.</summary>
internal static class ComposeSecretsText
{
    public static string Write(IReadOnlyList<FormatVariable> variables, FormatSettings settings) =>
        variables.Count == 0
            ? "secrets: {}\n"
            : "secrets:\n"
                + string.Concat(
                    Files(variables, settings)
                        .Select(static f => $"  {FlatText.Quote(f.Variable.Name)}:\n    file: {FlatText.Quote(Literal("./" + f.Path))}\n")
                );

    /// <summary>In a folder that is named after the file.</summary>
    public static IReadOnlyList<FormatFile> Files(IReadOnlyList<FormatVariable> variables, FormatSettings settings)
    {
        string folder = Path.GetFileNameWithoutExtension(settings.Path) + ".d";
        return [.. variables.Select(v => new FormatFile($"{folder}/{v.Name}", v))];
    }

    /// <summary>Compose replaces variables in its files.</summary>
    private static string Literal(string path) => path.Replace("$", "$$", StringComparison.Ordinal);
}
