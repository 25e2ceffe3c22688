using FlowSecrets.Errors;
using FlowSecrets.Formats.Json;
using FlowSecrets.Model;
using FlowSecrets.Ports;

namespace FlowSecrets.Formats.Data;

/// <summary>YAML and JSON that others wrote.</summary>
internal static class ForeignDocument
{
    /// <summary>
    /// A document of somebody else's making: JSON by its own rules, otherwise YAML. The parser's messages are not passed on, since they may
    /// quote it.
    /// </summary>
    /// <param name="place">From a place in the text to one in the file; null: they are the same.</param>
    public static DocNode Parse(
        string text,
        string path,
        IDocumentFormat documents,
        Func<int, int, (int Line, int Column)>? place = null
    ) => Read(path, () => JsonReader.TryRead(text) ?? documents.Parse(text), place);

    /// <summary>The documents of a text that may have several.</summary>
    /// <exception cref="FlowSecretException">BadInput.</exception>
    public static IReadOnlyList<DocNode> ParseAll(string text, string path, IDocumentFormat documents) =>
        Read(path, () => JsonReader.TryRead(text) is { } json ? [json] : documents.ParseAll(text), null);

    private static T Read<T>(string path, Func<T> parse, Func<int, int, (int Line, int Column)>? place)
    {
        try
        {
            return parse();
        }
        catch (DocumentException e)
        {
            (int line, int column) = place?.Invoke(e.Line, e.Column) ?? (e.Line, e.Column);
            throw new FlowSecretException(
                ErrorIds.BadInput,
                path,
                $"{path}:{line}:{column}: the document cannot be read from here on",
                "Fix it, then try again; nothing was changed."
            );
        }
    }
}
