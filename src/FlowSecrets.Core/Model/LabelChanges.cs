namespace FlowSecrets.Model;

/// <summary>Changes of labels or annotations: a text sets one, an empty text takes it off, all others stay.</summary>
internal static class LabelChanges
{
    /// <returns>What there is afterwards; null where nothing would change.</returns>
    public static Dictionary<string, string>? Merge(
        IReadOnlyDictionary<string, string>? there,
        IReadOnlyDictionary<string, string>? changes
    )
    {
        Dictionary<string, string> all = new(there ?? new Dictionary<string, string>(StringComparer.Ordinal), StringComparer.Ordinal);
        bool changed = false;
        foreach ((string key, string value) in changes ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            if (value.Length == 0)
            {
                changed |= all.Remove(key);
            }
            else if (!all.TryGetValue(key, out string? old) || old != value)
            {
                all[key] = value;
                changed = true;
            }
        }

        return changed ? all : null;
    }
}
