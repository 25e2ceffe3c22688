using FlowSecrets.Catalogs;
using FlowSecrets.Catalogs.Templates;
using FlowSecrets.Errors;
using FlowSecrets.Operations.Secrets;
using FlowSecrets.Values;

namespace FlowSecrets.Operations.Setup;

/// <summary>Where a set-up's value came from; of a JSON secret's fields, the last in this order.</summary>
internal enum ValueSource
{
    None,
    Store,
    Default,
    Input,
    Prompt,
    Generated,
}

/// <summary>What the set-up found out about one secret.</summary>
/// <param name="Value">To be written; null: nothing is. Owned by the decision.</param>
/// <param name="Current">The version that is current now; null without one.</param>
/// <param name="Exists">Whether there is a container.</param>
internal sealed record SetupDecision(SecretRef Secret, ValueSource Source, SecretValue? Value, string? Current, bool Exists) : IDisposable
{
    public FlowSecretException? Error { get; init; }

    public string? Message { get; init; }

    public string Status { get; init; } = ItemStatus.Skipped;

    /// <summary>What was generated, to be shown once when asked for.</summary>
    public IReadOnlyList<(string Label, SecretValue Value)> Generated { get; init; } = [];

    public void Dispose()
    {
        Value?.Dispose();
        foreach ((_, SecretValue value) in Generated)
        {
            value.Dispose();
        }
    }
}

/// <summary>Values that templates may refer to while a set-up is being decided: what was decided, else what the store holds.</summary>
internal sealed class SetupValues : IDisposable
{
    private readonly Dictionary<string, SecretValue> _values = new(StringComparer.Ordinal);

    public void Set(string key, SecretValue value)
    {
        if (_values.Remove(key, out SecretValue? old))
        {
            old.Dispose();
        }

        _values[key] = value.Clone();
    }

    public string? Resolve(TemplateReference reference)
    {
        if (!_values.TryGetValue(reference.Key, out SecretValue? value) || !value.IsText())
        {
            return null;
        }

        if (reference.Field is null)
        {
            return value.RevealText(reference.Key);
        }

        return JsonSecret.Parse(value, reference.Key, new SecretArgument(reference.Key) { Key = reference.Key }).Text(reference);
    }

    public void Dispose()
    {
        foreach (SecretValue value in _values.Values)
        {
            value.Dispose();
        }
    }
}
