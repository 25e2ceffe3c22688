using FlowSecrets.Model;
using FlowSecrets.Text;

namespace FlowSecrets.Catalogs.Grammar;

/// <summary>
/// Holds a document against a <see cref="Shape"/>, reports every difference, and gives back what of it is right, so that the rules
/// between the parts can be checked in the same run.
/// </summary>
internal static class ShapeChecker
{
    /// <summary>Of keys that no shape describes.</summary>
    private const int LongestKey = 4096;

    private const int ShownText = 200;

    /// <param name="path">Where the node stands, for the message: <c>secrets.jwt-secret.env</c>.</param>
    /// <returns>The node without its wrong parts; null when nothing of it is right.</returns>
    public static DocNode? Check(DocNode node, Shape shape, string path, ProblemList problems)
    {
        switch (shape)
        {
            case TextShape text:
                return CheckText(node, text, path, problems) ? node : null;
            case BoolShape when node.Kind != DocKind.Bool:
                problems.Add(node, $"'{path}' must be true or false, not {Name(node)}.");
                return null;
            case NumberShape number:
                if (node.Kind == DocKind.Number && int.TryParse(node.Text, out int value) && value >= number.Least && value <= number.Most)
                {
                    return node;
                }

                problems.Add(node, $"'{path}' must be a whole number from {number.Least} to {number.Most}.");
                return null;
            case ListShape list:
                return CheckList(node, list, path, problems);
            case MapShape map:
                return Expect(node, DocKind.Map, path, problems) ? CheckMap(node, map, path, problems) : null;
            case ObjectShape members:
                return CheckObject(node, members, path, problems);
            default:
                return node;
        }
    }

    private static bool CheckText(DocNode node, TextShape shape, string path, ProblemList problems)
    {
        bool isText = node.Kind == DocKind.Text || (shape.AnyScalar && node.Kind is DocKind.Bool or DocKind.Number);
        if (!isText)
        {
            string hint = node.Kind is DocKind.Bool or DocKind.Number ? $" Put it in quotes: \"{node.Text}\"." : "";
            problems.Add(node, $"'{path}' must be text, not {Name(node)}.{hint}");
            return false;
        }

        if (node.Text.Length > shape.MaxLength)
        {
            problems.Add(node, $"'{path}' has more than {shape.MaxLength} characters.");
            return false;
        }

        if (shape.Allowed is { } words && !words.Contains(node.Text, StringComparer.Ordinal))
        {
            problems.Add(node, $"'{path}' is '{Short(node.Text)}'; it must be one of {string.Join(", ", words)}.");
            return false;
        }

        if (!shape.Matches(node.Text))
        {
            problems.Add(node, $"'{path}' is '{Short(node.Text)}'; it must be {shape.Expected}.");
            return false;
        }

        return true;
    }

    private static DocNode? CheckList(DocNode node, ListShape shape, string path, ProblemList problems)
    {
        if (shape.Single && node.Kind is not (DocKind.List or DocKind.Map))
        {
            return Check(node, shape.Item, path, problems);
        }

        return Expect(node, DocKind.List, path, problems)
            ? DocNode.List(
                [.. node.Items.Select((item, i) => Check(item, shape.Item, $"{path}[{i}]", problems)).OfType<DocNode>()],
                node.Line,
                node.Column
            )
            : null;
    }

    private static DocNode CheckMap(DocNode node, MapShape shape, string path, ProblemList problems)
    {
        foreach ((DocNode key, _) in node.Entries.Where(e => !Fits(shape.Keys, e.Key.Text)))
        {
            problems.Add(key, $"'{Short(key.Text)}' cannot be a name in '{path}'; it must be {shape.Keys?.Expected ?? "shorter"}.");
        }

        return CheckEntries(
            node,
            e => shape.EmptyValues && e.Kind == DocKind.Null ? e : null,
            key => Fits(shape.Keys, key) ? shape.Entry : null,
            path,
            problems
        );
    }

    private static DocNode? CheckObject(DocNode node, ObjectShape shape, string path, ProblemList problems)
    {
        if (!Expect(node, DocKind.Map, path, problems))
        {
            return null;
        }

        foreach ((DocNode key, _) in node.Entries.Where(e => shape.Member(e.Key.Text) is null))
        {
            string? near = problems.Suggestions.Find(key.Text, shape.Members.Select(static m => m.Name));
            string hint = near is null
                ? $"Known here: {string.Join(", ", shape.Members.Select(static m => m.Name))}."
                : $"Did you mean '{near}'?";
            problems.Add(key, $"Unknown key '{Join(path, key.Text)}'. {hint}");
        }

        foreach (
            string required in shape.Required.Where(r => node.Entries.All(e => !string.Equals(e.Key.Text, r, StringComparison.Ordinal)))
        )
        {
            problems.Add(node, path.Length == 0 ? $"The key '{required}' is missing." : $"'{path}' needs the key '{required}'.");
        }

        DocNode right = CheckEntries(node, static _ => null, shape.Member, path, problems);
        bool isWhole = shape.Required.All(r => right.Entries.Any(e => string.Equals(e.Key.Text, r, StringComparison.Ordinal)));
        return isWhole ? right : null;
    }

    /// <param name="accept">Gives a value that needs no further look; null: it does.</param>
    /// <param name="shapeOf">What the value under a key may be; null: such a key is wrong.</param>
    private static DocNode CheckEntries(
        DocNode node,
        Func<DocNode, DocNode?> accept,
        Func<string, Shape?> shapeOf,
        string path,
        ProblemList problems
    )
    {
        List<KeyValuePair<DocNode, DocNode>> right = [];
        foreach ((DocNode key, DocNode child) in node.Entries)
        {
            DocNode? value = accept(child) ?? (shapeOf(key.Text) is { } shape ? Check(child, shape, Join(path, key.Text), problems) : null);
            if (value is not null)
            {
                right.Add(KeyValuePair.Create(key, value));
            }
        }

        return DocNode.Map(right, node.Line, node.Column);
    }

    private static bool Expect(DocNode node, DocKind kind, string path, ProblemList problems)
    {
        if (node.Kind == kind)
        {
            return true;
        }

        string where = path.Length == 0 ? "The document" : $"'{path}'";
        problems.Add(node, $"{where} must be {(kind == DocKind.Map ? "a map of keys" : "a list")}, not {Name(node)}.");
        return false;
    }

    /// <summary>Whether a key of a map can be a name.</summary>
    private static bool Fits(TextShape? keys, string key) => key.Length <= (keys?.MaxLength ?? LongestKey) && keys?.Matches(key) != false;

    private static string Join(string path, string key) => path.Length == 0 ? Short(key) : $"{path}.{Short(key)}";

    /// <summary>For a message: a text of megabytes would stand in each one about its parts.</summary>
    private static string Short(string text) => text.Length <= ShownText ? text : text[..ShownText] + "…";

    private static string Name(DocNode node) =>
        node.Kind switch
        {
            DocKind.Null => "empty",
            DocKind.Bool => $"the boolean {node.Text}",
            DocKind.Number => $"the number {node.Text}",
            DocKind.List => "a list",
            DocKind.Map => "a map",
            _ => "text",
        };
}
