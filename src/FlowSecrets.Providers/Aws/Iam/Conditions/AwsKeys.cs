namespace FlowSecrets.Providers.Aws.Iam.Conditions;

/// <summary>
/// What is known of a request's condition keys. A key has values, is absent, is there with a value that nobody knows, or nothing is known
/// of it. The names of keys have no case.
/// </summary>
internal sealed class AwsKeys
{
    private readonly Dictionary<string, AwsKeyState> _states = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> _complete = [];

    /// <summary>Those with one value, by name: what a simulation can be told.</summary>
    public IReadOnlyDictionary<string, string> Single =>
        _states
            .Where(static s => s.Value.Values is [_])
            .ToDictionary(static s => s.Key, static s => s.Value.Values![0], StringComparer.OrdinalIgnoreCase);

    /// <summary>What a simulation saw that was told the keys with one value and misses others.</summary>
    public AwsKeys AsSimulated(IEnumerable<string> missing)
    {
        AwsKeys seen = new AwsKeys().Without([.. missing]);
        foreach ((string key, string value) in Single)
        {
            seen.With(key, value);
        }

        return seen;
    }

    public AwsKeyState this[string key] =>
        _states.TryGetValue(key, out AwsKeyState state) ? state
        : _complete.Exists(p => key.StartsWith(p, StringComparison.OrdinalIgnoreCase)) ? AwsKeyState.Absent
        : AwsKeyState.Unknown;

    public AwsKeys With(string key, params string[] values) => Set(key, new AwsKeyState(true, values));

    public AwsKeys Without(params string[] keys)
    {
        foreach (string key in keys)
        {
            _states[key] = AwsKeyState.Absent;
        }

        return this;
    }

    /// <summary>It is there, and its value is not known.</summary>
    public AwsKeys Present(string key) => Set(key, AwsKeyState.Present);

    /// <summary>Of the keys that begin so there are no others.</summary>
    public AwsKeys Complete(string prefix)
    {
        _complete.Add(prefix);
        return this;
    }

    /// <param name="prefix">That of the keys.</param>
    /// <param name="tags">Null: they may not be read.</param>
    public AwsKeys WithTags(string prefix, IEnumerable<KeyValuePair<string, string>>? tags)
    {
        if (tags is null)
        {
            return this;
        }

        foreach (IGrouping<string, KeyValuePair<string, string>> tag in tags.GroupBy(static t => t.Key, StringComparer.OrdinalIgnoreCase))
        {
            // Of two tags whose keys differ in case alone, nobody says which one counts.
            _states[prefix + tag.Key] = tag.Count() == 1 ? new AwsKeyState(true, [tag.First().Value]) : AwsKeyState.Present;
        }

        return Complete(prefix);
    }

    private AwsKeys Set(string key, AwsKeyState state)
    {
        _states[key] = state;
        return this;
    }
}

/// <param name="IsPresent">Null: it is not known.</param>
/// <param name="Values">Null: they are not known, or there are none.</param>
internal readonly record struct AwsKeyState(bool? IsPresent, IReadOnlyList<string>? Values)
{
    public static AwsKeyState Unknown { get; } = new(null, null);

    public static AwsKeyState Absent { get; } = new(false, null);

    public static AwsKeyState Present { get; } = new(true, null);
}
