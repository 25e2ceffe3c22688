using System.Text.Json;
using FlowSecrets.Model;

namespace FlowSecrets.Formats.Json;

/// <summary>Nodes of any document as JSON.</summary>
internal static class JsonNodeText
{
    /// <summary>A JSON document's node as it is written there; another document's with its kind, numbers to the last digit.</summary>
    public static string Of(DocNode node) =>
        node.Json
        ?? node.Kind switch
        {
            DocKind.Map => $"{{{string.Join(',', node.Entries.Select(static e => $"{JsonSyntax.Quote(e.Key.Text)}:{Of(e.Value)}"))}}}",
            DocKind.List => $"[{string.Join(',', node.Items.Select(Of))}]",
            DocKind.Null => "null",
            DocKind.Bool => node.Text.ToLowerInvariant(),
            // What another format takes for a number (0x1F, .5) stays its text.
            DocKind.Number when JsonSyntax.LiteralType(node.Text) == JsonTokenType.Number => node.Text,
            _ => JsonSyntax.Quote(node.Text),
        };
}
