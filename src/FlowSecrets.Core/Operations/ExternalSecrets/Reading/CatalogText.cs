using System.Text;
using FlowSecrets.Catalogs.Templates;

namespace FlowSecrets.Operations.ExternalSecrets.Reading;

/// <summary>Writes templates of the catalog.</summary>
internal static class CatalogText
{
    /// <param name="pieces">Text and values in their order.</param>
    /// <param name="source">What a value of the operator's data is in the catalog.</param>
    public static string Template(IReadOnlyList<TemplatePiece> pieces, Func<string, TemplateReference> source)
    {
        StringBuilder result = new();
        for (int i = 0; i < pieces.Count; i++)
        {
            TemplatePiece piece = pieces[i];
            if (piece.Text is { } text)
            {
                AppendText(result, text, isBeforeReference: i + 1 < pieces.Count);
                continue;
            }

            string filters = string.Concat(piece.Filters.Select(static f => $" | {f}"));
            result.Append("{{ ").Append(Reference(source(piece.Key!))).Append(filters).Append(" }}");
        }

        return result.ToString();
    }

    /// <summary>A reference alone.</summary>
    public static string Template(TemplateReference reference) => $"{{{{ {Reference(reference)} }}}}";

    public static string Quote(string text) =>
        $"\"{text.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static string Reference(TemplateReference reference)
    {
        bool isPlain = IsPlain(reference.Key);
        string key = isPlain ? reference.Key : $"[{Quote(reference.Key)}]";
        return reference.Field is not { } field ? key
            : isPlain && IsPlain(field) ? $"{key}.{field}"
            : $"{key}[{Quote(field)}]";
    }

    private static bool IsPlain(string name) => name.Length > 0 && name.All(static c => char.IsLetterOrDigit(c) || c is '_' or '-');

    private static void AppendText(StringBuilder result, string text, bool isBeforeReference)
    {
        string plain = text.Replace("{{", "{{ \"{{\" }}", StringComparison.Ordinal);
        bool endsInBrace = isBeforeReference && plain.EndsWith('{');
        result.Append(endsInBrace ? plain[..^1] : plain).Append(endsInBrace ? "{{ \"{\" }}" : "");
    }
}
