using System.Text.Json.Nodes;
using FlowSecrets.Catalogs;
using FlowSecrets.Errors;
using FlowSecrets.Model;

namespace FlowSecrets.Operations.Setup;

/// <summary>The values that -InputPath gives to a set-up, by secret and by field.</summary>
internal sealed class SetupInput
{
    private readonly Dictionary<TemplateReference, string> _values = [];

    /// <summary>Names in the file that mean nothing to the catalog.</summary>
    public List<string> Unknown { get; } = [];

    public bool Has(CatalogSecret secret) =>
        _values.ContainsKey(new TemplateReference(secret.Key, null))
        || secret.Fields.Any(f => _values.ContainsKey(new TemplateReference(secret.Key, f.Name)));

    public string? Get(string key, string? field) => _values.GetValueOrDefault(new TemplateReference(key, field));

    /// <summary>Names are environment variables, keys of secrets (with '_' for '-' as Terraform has it), or <c>key.field</c>.</summary>
    public static SetupInput From(IReadOnlyList<KeyValuePair<string, DocNode>> values, Catalog catalog, string path)
    {
        SetupInput input = new();
        Dictionary<string, TemplateReference> byVariable = ByVariable(catalog);
        Dictionary<string, CatalogSecret> byKey = First(catalog.Secrets, static s => s.Key, static s => s);
        Dictionary<string, TemplateReference> byField = First(
            catalog.Secrets.SelectMany(static s => s.Fields.Select(f => new TemplateReference(s.Key, f.Name))),
            static r => r.ToString(),
            static r => r
        );
        foreach ((string name, DocNode value) in values)
        {
            if (byVariable.TryGetValue(name, out TemplateReference reference))
            {
                input._values[reference] = ScalarText(value, name, path);
            }
            else if (byKey.TryGetValue(Folded(name), out CatalogSecret? secret))
            {
                input.AddSecret(secret, value, name, path);
            }
            else if (byField.TryGetValue(Folded(name), out TemplateReference field))
            {
                input._values[field] = ScalarText(value, name, path);
            }
            else
            {
                input.Unknown.Add(name);
            }
        }

        return input;
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
        Dictionary<string, CatalogField> byName = First(secret.Fields, static f => f.Name, static f => f);
        foreach ((DocNode field, DocNode member) in members.Entries)
        {
            if (byName.TryGetValue(Folded(field.Text), out CatalogField? known))
            {
                _values[new TemplateReference(secret.Key, known.Name)] = ScalarText(member, $"{name}.{field.Text}", path);
            }
            else
            {
                Unknown.Add($"{name}.{field.Text}");
            }
        }
    }

    /// <summary>What each variable carries; the first in the catalog counts.</summary>
    private static Dictionary<string, TemplateReference> ByVariable(Catalog catalog)
    {
        Dictionary<string, TemplateReference> found = new(StringComparer.Ordinal);
        foreach (CatalogSecret secret in catalog.Secrets)
        {
            foreach (string variable in secret.Env)
            {
                found.TryAdd(variable, new TemplateReference(secret.Key, null));
            }

            foreach (CatalogField field in secret.Fields)
            {
                foreach (string variable in field.Env)
                {
                    found.TryAdd(variable, new TemplateReference(secret.Key, field.Name));
                }
            }
        }

        return found;
    }

    /// <summary>By the folded name; the first of several counts.</summary>
    private static Dictionary<string, TValue> First<T, TValue>(IEnumerable<T> items, Func<T, string> name, Func<T, TValue> value)
    {
        Dictionary<string, TValue> found = new(StringComparer.Ordinal);
        foreach (T item in items)
        {
            found.TryAdd(Folded(name(item)), value(item));
        }

        return found;
    }

    /// <summary>Terraform has '_' for '-'.</summary>
    private static string Folded(string name) => name.Replace('-', '_');

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
