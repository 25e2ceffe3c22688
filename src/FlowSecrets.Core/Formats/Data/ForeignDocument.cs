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
    public static DocNode Parse(string text, string path, IDocumentFormat documents, Func<int, int, (int Line, int Column)>? place = null)
    {
        try
        {
            return JsonReader.TryRead(text) ?? documents.Parse(text);
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
