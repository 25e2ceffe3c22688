using FlowSecrets.Catalogs;
using FlowSecrets.Operations.Secrets;
using FlowSecrets.Values;

namespace FlowSecrets.Operations.Setup;

/// <summary>What the answers change in the fields of one secret.</summary>
internal sealed class SetupFieldChanges
{
    public List<(string Name, SecretValue Value)> Generated { get; } = [];

    public List<string> Empty { get; } = [];

    /// <summary>Fields that became strings.</summary>
    public List<string> Retyped { get; } = [];

    public ValueSource Source { get; private set; }

    public bool Any { get; private set; }

    public bool Overwrites { get; private set; }

    public bool Differs { get; set; }

    /// <summary>Puts a value into its field, unless the field has it already.</summary>
    /// <param name="json">The value with its type, if the input has it; null: the field keeps its type.</param>
    public void Set(
        SecretRef secret,
        CatalogField field,
        JsonSecret members,
        string? old,
        SecretValue value,
        string? json,
        ValueSource source
    )
    {
        string text = value.RevealText(field.Name);
        if (string.Equals(text, old, StringComparison.Ordinal))
        {
            return;
        }

        if (json is not null)
        {
            members.SetJson(field.Name, json);
        }
        else if (members.Set(field.Name, text))
        {
            Retyped.Add(field.Name);
        }

        Any = true;
        Overwrites |= !string.IsNullOrEmpty(old);
        Source = source > Source ? source : Source;
        if (source == ValueSource.Generated)
        {
            Generated.Add(($"{secret.StoreName}.{field.Name}", value.Clone()));
        }
    }
}
