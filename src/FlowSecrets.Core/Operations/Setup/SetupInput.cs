using FlowSecrets.Catalogs;
using FlowSecrets.Catalogs.Templates;
using FlowSecrets.Errors;
using FlowSecrets.Formats.Data;
using FlowSecrets.Formats.Json;
using FlowSecrets.Model;

namespace FlowSecrets.Operations.Setup;

/// <summary>What a file gives for a secret or field.</summary>
/// <param name="Json">What a member of a JSON secret is set to, if the file gives it another type than text.</param>
internal sealed record SetupGiven(string Text, string? Json);

/// <summary>The values that -InputPath gives to a set-up, by secret and by field.</summary>
internal sealed class SetupInput
{
    private readonly Dictionary<TemplateReference, (string Name, SetupGiven Given)> _values = [];
    private readonly string _path;

    private SetupInput(string path) => _path = path;

    public static SetupInput None { get; } = new("");

    /// <summary>Names in the file that mean nothing to the catalog.</summary>
    public List<string> Unknown { get; } = [];

    public bool Has(CatalogSecret secret) =>
        _values.ContainsKey(new TemplateReference(secret.Key, null))
        || secret.Fields.Any(f => _values.ContainsKey(new TemplateReference(secret.Key, f.Name)));

    public SetupGiven? Get(string key, string? field) => _values.GetValueOrDefault(new TemplateReference(key, field)).Given;

    /// <summary>Names are environment variables, keys of secrets (with '_' for '-' as Terraform has it), or <c>key.field</c>.</summary>
    /// <exception cref="FlowSecretException">BadInput.</exception>
    public static SetupInput From(IReadOnlyList<ValueEntry> entries, Catalog catalog, string path)
    {
        IReadOnlyList<ValueEntry> all = WithoutCollections(entries, catalog, path);
        HashSet<string> seen = new(StringComparer.Ordinal);
        return all.FirstOrDefault(e => !seen.Add(e.Name)) is { } twice
            ? throw new SetupInput(path).Bad($"'{twice.Name}' stands there twice")
            : Of(all, Meanings([.. seen], catalog, path), catalog, path);
    }

    /// <summary>The values of entries whose meaning is known.</summary>
    /// <exception cref="FlowSecretException">BadInput.</exception>
    public static SetupInput Of(
        IEnumerable<ValueEntry> entries,
        IReadOnlyDictionary<string, TemplateReference> meanings,
        Catalog catalog,
        string path
    )
    {
        SetupInput input = new(path);
        foreach (ValueEntry entry in entries)
        {
            if (!meanings.TryGetValue(entry.Name, out TemplateReference reference))
            {
                input.Unknown.Add(entry.Name);
            }
            else if (reference.Field is not null)
            {
                input.AddField(reference, entry.Value, entry.Name);
            }
            else
            {
                input.AddSecret(catalog.Find(reference.Key)!, entry.Value, entry.Name);
            }
        }

        return input;
    }

    /// <summary>Which secret or field each name means.</summary>
    /// <param name="clashes">As for <see cref="SetupNames.Assign"/>.</param>
    /// <exception cref="FlowSecretException">BadInput.</exception>
    public static Dictionary<string, TemplateReference> Meanings(
        IReadOnlyCollection<string> names,
        Catalog catalog,
        string path,
        IDictionary<string, FlowSecretException>? clashes = null
    )
    {
        Dictionary<string, TemplateReference> meanings = SetupNames.Assign(names, SetupNames.Of(catalog), path, clashes);
        ILookup<string, TemplateReference> made = MadeNames(catalog);
        HashSet<TemplateReference> taken = [.. meanings.Values];
        foreach (string name in names.Where(n => !meanings.ContainsKey(n) && clashes?.ContainsKey(n) != true))
        {
            // .NET writes "Db:Password", and "Db__Password" in a variable.
            string[] forms =
            [
                name,
                CatalogNames.ToKey(name),
                CatalogNames.ToVariable(name),
                name.Replace(":", "__", StringComparison.Ordinal),
            ];
            if (forms.SelectMany(f => made[f]).Distinct().ToArray() is [var only] && taken.Add(only))
            {
                meanings.Add(name, only);
            }
        }

        return meanings;
    }

    /// <summary>A collection of secrets that the catalog does not know as one secret stands for its parts.</summary>
    public static IReadOnlyList<ValueEntry> WithoutCollections(IReadOnlyList<ValueEntry> entries, Catalog catalog, string path)
    {
        Dictionary<string, TemplateReference> whole = SetupNames.Assign(
            [.. entries.Where(static e => e.Parts.Count > 0).Select(static e => e.Name)],
            SetupNames.Of(catalog),
            path
        );
        return
        [
            .. entries.SelectMany(e =>
                e.Parts.Count > 0 && !whole.ContainsKey(e.Name)
                    ? e.Parts.Select(p => p with { Root = e.Root ?? e.Name })
                    : (IReadOnlyList<ValueEntry>)[e]
            ),
        ];
    }

    /// <summary>What a secret may be called that a catalog was made from: its key, its variables, its name in the store.</summary>
    private static ILookup<string, TemplateReference> MadeNames(Catalog catalog) =>
        catalog
            .Secrets.SelectMany(s =>
                s.Env.Append(s.Key)
                    .Append(s.Name ?? catalog.Prefix + s.Key)
                    .Select(n => (Name: n, Means: new TemplateReference(s.Key, null)))
            )
            .ToLookup(static n => n.Name, static n => n.Means, StringComparer.Ordinal);

    private void AddSecret(CatalogSecret secret, DocNode value, string name)
    {
        TemplateReference whole = new(secret.Key, null);
        if (secret.Fields.Count == 0)
        {
            bool isTree = value.Kind is DocKind.Map or DocKind.List;
            string text =
                !isTree ? value.Text
                : secret.Format == SecretFormat.Json ? JsonNodeText.Of(value)
                : throw Bad(
                    $"'{name}' is a {(value.Kind == DocKind.Map ? "map" : "list")}, and one text was expected",
                    "Give one text, or write 'format: json' into the catalog"
                );
            Add(whole, name, new SetupGiven(text, null));
            return;
        }

        DocNode members = value.Kind == DocKind.Text ? Members(value, name) : value;
        if (members.Kind != DocKind.Map)
        {
            throw Bad($"'{name}' is a JSON secret, so it must be a map of its fields");
        }

        Dictionary<string, TemplateReference> meanings = SetupNames.Assign(
            [.. members.Entries.Select(static e => e.Key.Text)],
            [.. secret.Fields.Select(f => new SetupName(f.Name, new TemplateReference(secret.Key, f.Name), true))],
            _path
        );
        foreach ((DocNode field, DocNode member) in members.Entries)
        {
            if (meanings.TryGetValue(field.Text, out TemplateReference reference))
            {
                AddField(reference, member, $"{name}.{field.Text}");
            }
            else
            {
                Unknown.Add($"{name}.{field.Text}");
            }
        }
    }

    /// <summary>A variable carries the whole secret as the text of a JSON object.</summary>
    private DocNode Members(DocNode text, string name)
    {
        try
        {
            return JsonReader.Read(text.Text, _path);
        }
        catch (FlowSecretException)
        {
            throw Bad($"'{name}' is a JSON secret, so it must be a map of its fields, or a text that is a JSON object");
        }
    }

    /// <summary>A null gives nothing: the field is asked for, made, or left out.</summary>
    private void AddField(TemplateReference field, DocNode value, string name)
    {
        if (value.Kind == DocKind.Null)
        {
            return;
        }

        string json = JsonNodeText.Of(value);
        bool isText = json.StartsWith('"');
        bool isTree = value.Kind is DocKind.Map or DocKind.List;
        Add(field, name, new SetupGiven(isTree ? json : value.Text, isText ? null : json));
    }

    private void Add(TemplateReference reference, string name, SetupGiven given)
    {
        if (!_values.TryAdd(reference, (name, given)) && _values[reference].Given != given)
        {
            throw Bad($"'{_values[reference].Name}' and '{name}' give different values for '{reference}'. Give one of them");
        }
    }

    private FlowSecretException Bad(string cause, string remedy = "Correct the file, then try again") =>
        new(ErrorIds.BadInput, _path, $"{_path}: {cause}", $"{remedy}; nothing was changed.");
}
