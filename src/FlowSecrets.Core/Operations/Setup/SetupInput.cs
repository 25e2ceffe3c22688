using System.Text.Json.Nodes;
using FlowSecrets.Catalogs;
using FlowSecrets.Errors;
using FlowSecrets.Formats.Data;
using FlowSecrets.Model;

namespace FlowSecrets.Operations.Setup;

/// <summary>The values that -InputPath gives to a set-up, by secret and by field.</summary>
internal sealed class SetupInput
{
    private readonly Dictionary<TemplateReference, string> _values = [];

    /// <summary>Names in the file that mean nothing to the catalog.</summary>
    public List<string> Unknown { get; } = [];

    public bool Has(CatalogSecret secret) => _values.Keys.Any(k => string.Equals(k.Key, secret.Key, StringComparison.Ordinal));

    public string? Get(string key, string? field) => _values.GetValueOrDefault(new TemplateReference(key, field));

    /// <summary>Names are environment variables, keys of secrets (with '_' for '-' as Terraform has it), or <c>key.field</c>.</summary>
    public static SetupInput From(IReadOnlyList<ValueEntry> entries, Catalog catalog, string path)
    {
        SetupInput input = new();
        input.Add(entries, catalog, path);
        return input;
    }

    private void Add(IReadOnlyList<ValueEntry> entries, Catalog catalog, string path)
    {
        foreach (ValueEntry entry in entries)
        {
            (string name, DocNode value) = (entry.Name, entry.Value);
            if (ByVariable(catalog, name) is { } reference)
            {
                if (reference.Field is null)
                {
                    AddSecret(catalog.Find(reference.Key)!, value, name, path);
                }
                else
                {
                    _values[reference] = ScalarText(value, name, path);
                }
            }
            else if (catalog.Secrets.FirstOrDefault(s => SameName(s.Key, name)) is { } secret)
            {
                AddSecret(secret, value, name, path);
            }
            else if (ByField(catalog, name) is { } field)
            {
                _values[field] = ScalarText(value, name, path);
            }
            else if (entry.Parts.Count > 0)
            {
                // A collection that the catalog does not know as one secret.
                Add(entry.Parts, catalog, path);
            }
            else if (ByMadeName(catalog, name) is { } made)
            {
                AddSecret(made, value, name, path);
            }
            else
            {
                Unknown.Add(name);
            }
        }
    }

    /// <summary>The only secret that a catalog made from this name has, or whose name in the store it is; otherwise none.</summary>
    private static CatalogSecret? ByMadeName(Catalog catalog, string name)
    {
        (string key, string variable) = (CatalogNames.ToKey(name), CatalogNames.ToVariable(name));
        CatalogSecret[] found =
        [
            .. catalog.Secrets.Where(s =>
                string.Equals(s.Key, key, StringComparison.Ordinal)
                || s.Env.Contains(variable, StringComparer.Ordinal)
                || string.Equals(s.Name ?? catalog.Prefix + s.Key, name, StringComparison.Ordinal)
            ),
        ];
        return found is [var only] ? only : null;
    }

    private void AddSecret(CatalogSecret secret, DocNode value, string name, string path)
    {
        if (secret.Fields.Count == 0)
        {
            bool isJson = secret.Format == SecretFormat.Json && value.Kind is DocKind.Map or DocKind.List;
            _values[new TemplateReference(secret.Key, null)] = isJson ? ToJson(value)!.ToJsonString() : ScalarText(value, name, path);
            return;
        }

        DocNode members =
            value.Kind == DocKind.Map ? value : throw Bad(path, $"'{name}' is a JSON secret, so it must be a map of its fields");
        foreach ((DocNode field, DocNode member) in members.Entries)
        {
            if (member.Kind == DocKind.Null)
            {
                continue;
            }

            if (secret.Fields.FirstOrDefault(f => SameName(f.Name, field.Text)) is { } known)
            {
                _values[new TemplateReference(secret.Key, known.Name)] = ScalarText(member, $"{name}.{field.Text}", path);
            }
            else
            {
                Unknown.Add($"{name}.{field.Text}");
            }
        }
    }

    private static TemplateReference? ByVariable(Catalog catalog, string name)
    {
        foreach (CatalogSecret secret in catalog.Secrets)
        {
            if (secret.Env.Contains(name, StringComparer.Ordinal))
            {
                return new TemplateReference(secret.Key, null);
            }

            if (secret.Fields.FirstOrDefault(f => f.Env.Contains(name, StringComparer.Ordinal)) is { } field)
            {
                return new TemplateReference(secret.Key, field.Name);
            }
        }

        return null;
    }

    private static TemplateReference? ByField(Catalog catalog, string name)
    {
        foreach (CatalogSecret secret in catalog.Secrets)
        {
            if (secret.Fields.FirstOrDefault(f => SameName($"{secret.Key}.{f.Name}", name)) is { } field)
            {
                return new TemplateReference(secret.Key, field.Name);
            }
        }

        return null;
    }

    private static bool SameName(string key, string name) =>
        string.Equals(key.Replace('-', '_'), name.Replace('-', '_'), StringComparison.Ordinal);

    private static string ScalarText(DocNode value, string name, string path) =>
        value.Kind is DocKind.Map or DocKind.List
            ? throw Bad(path, $"'{name}' is a {(value.Kind == DocKind.Map ? "map" : "list")}, and one text was expected")
            : value.Text;

    private static JsonNode? ToJson(DocNode node) =>
        node.Kind switch
        {
            DocKind.Map => new JsonObject(node.Entries.Select(static e => KeyValuePair.Create(e.Key.Text, ToJson(e.Value)))),
            DocKind.List => new JsonArray([.. node.Items.Select(ToJson)]),
            DocKind.Null => null,
            DocKind.Bool => JsonValue.Create(string.Equals(node.Text, "true", StringComparison.OrdinalIgnoreCase)),
            DocKind.Number => decimal.TryParse(
                node.Text,
                System.Globalization.NumberStyles.Float,
                System.Globalization.CultureInfo.InvariantCulture,
                out decimal number
            )
                ? JsonValue.Create(number)
                : JsonValue.Create(node.Text),
            _ => JsonValue.Create(node.Text),
        };

    private static FlowSecretException Bad(string path, string cause) =>
        new(ErrorIds.BadInput, path, $"{path}: {cause}", "Correct the file, then try again; nothing was changed.");
}
