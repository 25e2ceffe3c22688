namespace FlowSecrets.Catalogs;

/// <summary>Holds a document against a <see cref="Shape"/> and reports every difference.</summary>
internal static class ShapeChecker
{
    /// <param name="path">Where the node stands, for the message: <c>secrets.jwt-secret.env</c>.</param>
    public static void Check(DocNode node, Shape shape, string path, ProblemList problems)
    {
        switch (shape)
        {
            case TextShape text:
                CheckText(node, text, path, problems);
                break;
            case BoolShape when node.Kind != DocKind.Bool:
                problems.Add(node, $"'{path}' must be true or false, not {Name(node)}.");
                break;
            case NumberShape number:
                if (node.Kind != DocKind.Number || !int.TryParse(node.Text, out int value) || value < number.Least || value > number.Most)
                {
                    problems.Add(node, $"'{path}' must be a whole number from {number.Least} to {number.Most}.");
                }

                break;
            case ListShape list:
                CheckList(node, list, path, problems);
                break;
            case MapShape map:
                if (Expect(node, DocKind.Map, path, problems))
                {
                    foreach ((DocNode key, DocNode child) in node.Entries)
                    {
                        if (map.EmptyValues && child.Kind == DocKind.Null)
                        {
                            continue;
                        }

                        Check(child, map.Entry, Join(path, key.Text), problems);
                    }
                }

                break;
            case ObjectShape members:
                CheckObject(node, members, path, problems);
                break;
        }
    }

    private static void CheckText(DocNode node, TextShape shape, string path, ProblemList problems)
    {
        bool isText = node.Kind == DocKind.Text || (shape.AnyScalar && node.Kind is DocKind.Bool or DocKind.Number);
        if (!isText)
        {
            string hint = node.Kind is DocKind.Bool or DocKind.Number ? $" Put it in quotes: \"{node.Text}\"." : "";
            problems.Add(node, $"'{path}' must be text, not {Name(node)}.{hint}");
        }
        else if (shape.Allowed is { } words && !words.Contains(node.Text, StringComparer.Ordinal))
        {
            problems.Add(node, $"'{path}' is '{node.Text}'; it must be one of {string.Join(", ", words)}.");
        }
        else if (!shape.Matches(node.Text))
        {
            problems.Add(node, $"'{path}' is '{node.Text}'; it must be {shape.Expected}.");
        }
    }

    private static void CheckList(DocNode node, ListShape shape, string path, ProblemList problems)
    {
        if (shape.Single && node.Kind is not (DocKind.List or DocKind.Map))
        {
            Check(node, shape.Item, path, problems);
            return;
        }

        if (Expect(node, DocKind.List, path, problems))
        {
            for (int i = 0; i < node.Items.Count; i++)
            {
                Check(node.Items[i], shape.Item, $"{path}[{i}]", problems);
            }
        }
    }

    private static void CheckObject(DocNode node, ObjectShape shape, string path, ProblemList problems)
    {
        if (!Expect(node, DocKind.Map, path, problems))
        {
            return;
        }

        foreach ((DocNode key, DocNode child) in node.Entries)
        {
            if (shape.Member(key.Text) is { } member)
            {
                Check(child, member, Join(path, key.Text), problems);
            }
            else
            {
                string? near = Suggestion.Nearest(key.Text, shape.Members.Select(static m => m.Name));
                string hint = near is null ? $"Known here: {string.Join(", ", shape.Members.Select(static m => m.Name))}." : $"Did you mean '{near}'?";
                problems.Add(key, $"Unknown key '{Join(path, key.Text)}'. {hint}");
            }
        }

        foreach (string required in shape.Required.Where(r => node.Entries.All(e => !string.Equals(e.Key.Text, r, StringComparison.Ordinal))))
        {
            problems.Add(node, path.Length == 0 ? $"The key '{required}' is missing." : $"'{path}' needs the key '{required}'.");
        }
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

    private static string Join(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";

    private static string Name(DocNode node) => node.Kind switch
    {
        DocKind.Null => "empty",
        DocKind.Bool => $"the boolean {node.Text}",
        DocKind.Number => $"the number {node.Text}",
        DocKind.List => "a list",
        DocKind.Map => "a map",
        _ => "text",
    };
}
