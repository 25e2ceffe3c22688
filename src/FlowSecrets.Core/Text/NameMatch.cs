namespace FlowSecrets.Text;

/// <summary>Finds what a user names: exactly, else without regard to case if that means one thing only.</summary>
internal static class NameMatch
{
    /// <returns>The one that is meant; several, where more than one differs from the name in case alone; none.</returns>
    public static IReadOnlyList<T> Find<T>(IEnumerable<T> items, Func<T, string> nameOf, string name)
    {
        List<T> alike = [];
        foreach (T item in items)
        {
            string its = nameOf(item);
            if (string.Equals(its, name, StringComparison.Ordinal))
            {
                return [item];
            }

            if (string.Equals(its, name, StringComparison.OrdinalIgnoreCase))
            {
                alike.Add(item);
            }
        }

        return alike;
    }

    /// <summary>Why a name that several match means none of them, and what to do.</summary>
    public static (string Cause, string Remedy) Ambiguous(string noun, string name, IEnumerable<string> names)
    {
        string[] all = [.. names];
        return ($"There are {all.Length} {noun}s that differ from '{name}' in case alone", $"Say which: {string.Join(", ", all)}.");
    }
}
