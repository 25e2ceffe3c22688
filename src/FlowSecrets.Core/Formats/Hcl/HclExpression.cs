using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FlowSecrets.Formats.Hcl;

/// <summary>The value of an attribute.</summary>
internal abstract record HclExpression
{
    public static HclExpression Text(string text) => new HclRaw(HclText.Quote(text));

    /// <summary>A reference, a number, <c>true</c>, or an expression on one line.</summary>
    public static HclExpression Raw(string text) => new HclRaw(text);

    public static HclExpression Flag(bool value) => new HclRaw(value ? "true" : "false");

    /// <summary>On one line.</summary>
    public static HclExpression Row(IEnumerable<HclExpression> items) =>
        new HclRaw($"[{string.Join(", ", items.Select(static i => ((HclRaw)i).Expression))}]");

    /// <summary>A JSON document, in which some texts are references.</summary>
    public static HclExpression Json(JsonNode? node, IReadOnlyDictionary<string, string> references) =>
        node switch
        {
            JsonObject members => new HclObject([.. members.Select(m => (m.Key, Json(m.Value, references)))]),
            JsonArray items => new HclList([.. items.Select(i => Json(i, references))]),
            JsonValue value when value.GetValueKind() == JsonValueKind.String => references.TryGetValue(
                value.GetValue<string>(),
                out string? reference
            )
                ? Raw(reference)
                : Text(value.GetValue<string>()),
            null => Raw("null"),
            _ => Raw(node.ToJsonString()),
        };

    /// <param name="indent">Blanks before the line on which it begins.</param>
    public abstract string Write(int indent);

    private protected static string Blanks(int count) => new(' ', count);
}

internal sealed record HclRaw(string Expression) : HclExpression
{
    public override string Write(int indent) => Expression;
}

/// <summary>One item on each line.</summary>
internal sealed record HclList(IReadOnlyList<HclExpression> Items) : HclExpression
{
    public override string Write(int indent) =>
        Items.Count == 0
            ? "[]"
            : $"[\n{string.Concat(Items.Select(i => $"{Blanks(indent + 2)}{i.Write(indent + 2)},\n"))}{Blanks(indent)}]";
}

/// <summary>One member on each line, the signs of equality below each other as <c>terraform fmt</c> has them.</summary>
internal sealed record HclObject(IReadOnlyList<(string Key, HclExpression Value)> Members) : HclExpression
{
    public override string Write(int indent)
    {
        if (Members.Count == 0)
        {
            return "{}";
        }

        StringBuilder text = new("{\n");
        HclAlignment.Write(text, indent + 2, [.. Members.Select(static m => (HclIdentifier.Key(m.Key), m.Value))]);
        return text.Append(Blanks(indent)).Append('}').ToString();
    }
}

/// <summary>An object on one line, of expressions on one line.</summary>
internal sealed record HclInlineObject(IReadOnlyList<(string Key, HclExpression Value)> Members) : HclExpression
{
    public override string Write(int indent) =>
        $"{{ {string.Join(", ", Members.Select(m => $"{HclIdentifier.Key(m.Key)} = {m.Value.Write(indent)}"))} }}";
}

internal sealed record HclCall(string Function, HclExpression Argument) : HclExpression
{
    public override string Write(int indent) => $"{Function}({Argument.Write(indent)})";
}

/// <summary>Attributes one below the other.</summary>
internal static class HclAlignment
{
    /// <summary>
    /// Writes lines <c>name = value</c>. Names are padded among neighbours whose values are on one line; a longer value ends such a row.
    /// </summary>
    public static void Write(StringBuilder text, int indent, IReadOnlyList<(string Name, HclExpression Value)> attributes)
    {
        string[] values = [.. attributes.Select(a => a.Value.Write(indent))];
        for (int i = 0; i < attributes.Count; )
        {
            int end = i;
            while (end < attributes.Count && !values[end].Contains('\n'))
            {
                end++;
            }

            int width = attributes.Skip(i).Take(end - i).Select(static a => Width(a.Name)).DefaultIfEmpty(0).Max();
            for (; i < end; i++)
            {
                string padding = new(' ', width - Width(attributes[i].Name));
                text.Append(' ', indent).Append(attributes[i].Name).Append(padding).Append(" = ").Append(values[i]).Append('\n');
            }

            if (i < attributes.Count)
            {
                text.Append(' ', indent).Append(attributes[i].Name).Append(" = ").Append(values[i]).Append('\n');
                i++;
            }
        }
    }

    /// <summary>Columns, as Terraform counts them: characters that a reader sees.</summary>
    private static int Width(string name) => new System.Globalization.StringInfo(name).LengthInTextElements;
}
