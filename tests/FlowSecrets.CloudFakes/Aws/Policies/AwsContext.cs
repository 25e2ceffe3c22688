namespace FlowSecrets.CloudFakes.Aws.Policies;

/// <summary>What conditions can ask of a request. The names of keys have no case.</summary>
internal sealed class AwsContext
{
    private readonly Dictionary<string, IReadOnlyList<string>> _values = new(StringComparer.OrdinalIgnoreCase);

    public AwsContext() { }

    private AwsContext(AwsContext other) =>
        _values = new Dictionary<string, IReadOnlyList<string>>(other._values, StringComparer.OrdinalIgnoreCase);

    public IReadOnlyList<string> Values(string key) => _values.GetValueOrDefault(key) ?? [];

    /// <returns>The text with its variables' values; null: one has none.</returns>
    public string? Fill(string text)
    {
        for (int start; (start = text.IndexOf("${", StringComparison.Ordinal)) >= 0 && text.IndexOf('}', start) is int end and > 0; )
        {
            // ${key, 'default'}
            string[] parts = text[(start + 2)..end].Split(',', 2, StringSplitOptions.TrimEntries);
            if ((Values(parts[0]) is [{ } given] ? given : parts.ElementAtOrDefault(1)?.Trim('\'')) is not { } value)
            {
                return null;
            }

            text = text[..start] + value + text[(end + 1)..];
        }

        return text;
    }

    public bool Has(string key) => _values.ContainsKey(key);

    /// <returns>A copy that has this too; nothing is added where there is no value.</returns>
    public AwsContext With(string key, params string?[] values)
    {
        AwsContext copy = new(this);
        if (values.OfType<string>().ToArray() is { Length: > 0 } present)
        {
            copy._values[key] = present;
        }

        return copy;
    }
}
