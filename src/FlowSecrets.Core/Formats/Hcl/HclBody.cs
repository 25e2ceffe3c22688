using System.Text;

namespace FlowSecrets.Formats.Hcl;

/// <summary>
/// The content of a file or block, written as <c>terraform fmt</c> would. Blocks of a file are separated by a blank line.
/// </summary>
internal sealed class HclBody
{
    private readonly List<object> _items = [];

    public HclBody Set(string name, HclExpression value)
    {
        _items.Add((name, value));
        return this;
    }

    public HclBody Set(string name, string text) => Set(name, HclExpression.Text(text));

    /// <summary>Sets it unless there is nothing to set.</summary>
    public HclBody SetIf(string name, string? text) => string.IsNullOrEmpty(text) ? this : Set(name, text);

    /// <param name="labels">Written in quotation marks.</param>
    public HclBody Block(string type, IReadOnlyList<string> labels, Action<HclBody> fill)
    {
        HclBody body = new();
        fill(body);
        _items.Add(new Nested(type, labels, body));
        return this;
    }

    public HclBody Block(string type, Action<HclBody> fill) => Block(type, [], fill);

    /// <summary>Lines of a comment before what follows.</summary>
    public HclBody Comment(params IEnumerable<string> lines)
    {
        _items.Add(lines.ToArray());
        return this;
    }

    public string Write()
    {
        StringBuilder text = new();
        Write(text, 0);
        return text.ToString();
    }

    private void Write(StringBuilder text, int indent)
    {
        for (int i = 0; i < _items.Count; )
        {
            (string, HclExpression)[] attributes =
            [
                .. _items.Skip(i).TakeWhile(static n => n is (string, HclExpression)).Cast<(string, HclExpression)>(),
            ];
            if (attributes.Length > 0)
            {
                HclAlignment.Write(text, indent, attributes);
                i += attributes.Length;
                continue;
            }

            if (indent == 0 && i > 0 && _items[i - 1] is not string[])
            {
                text.Append('\n');
            }

            if (_items[i] is string[] comment)
            {
                foreach (string line in comment)
                {
                    text.Append(' ', indent).Append('#').Append(line.Length == 0 ? "" : " " + Text.PlainText.Line(line)).Append('\n');
                }
            }
            else
            {
                Write(text, indent, (Nested)_items[i]);
            }

            i++;
        }
    }

    private static void Write(StringBuilder text, int indent, Nested block)
    {
        text.Append(' ', indent).Append(block.Type);
        foreach (string label in block.Labels)
        {
            text.Append(' ').Append(HclText.Quote(label));
        }

        if (block.Body._items.Count == 0)
        {
            text.Append(" {}\n");
            return;
        }

        text.Append(" {\n");
        block.Body.Write(text, indent + 2);
        text.Append(' ', indent).Append("}\n");
    }

    private sealed record Nested(string Type, IReadOnlyList<string> Labels, HclBody Body);
}
