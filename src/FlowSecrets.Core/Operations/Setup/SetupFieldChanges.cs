using System.Text.Json.Nodes;
using FlowSecrets.Catalogs;
using FlowSecrets.Values;

namespace FlowSecrets.Operations.Setup;

/// <summary>What the answers change in the fields of one secret.</summary>
internal sealed class SetupFieldChanges
{
    public List<(string Name, SecretValue Value)> Generated { get; } = [];

    public List<string> Empty { get; } = [];

    public ValueSource Source { get; private set; }

    public bool Any { get; private set; }

    public bool Overwrites { get; private set; }

    public bool Differs { get; set; }

    /// <summary>Puts a value into its field, unless the field has it already.</summary>
    public void Set(SecretRef secret, CatalogField field, JsonObject members, string? old, SecretValue value, ValueSource source)
    {
        string text = value.RevealText(field.Name);
        if (string.Equals(text, old, StringComparison.Ordinal))
        {
            return;
        }

        members[field.Name] = text;
        Any = true;
        Overwrites |= !string.IsNullOrEmpty(old);
        Source = source > Source ? source : Source;
        if (source == ValueSource.Generated)
        {
            Generated.Add(($"{secret.StoreName}.{field.Name}", value.Clone()));
        }
    }
}
