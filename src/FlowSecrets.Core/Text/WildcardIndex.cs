namespace FlowSecrets.Text;

/// <summary>
/// Names that many patterns are tried on. A pattern's longest plain part finds the names that can match at all; the work for all patterns
/// together is bounded.
/// </summary>
/// <param name="work">The most steps: a name that is tried, or some characters that are searched.</param>
internal sealed class WildcardIndex(IEnumerable<string> names, long work = WildcardIndex.Work)
{
    private const long Work = 20_000_000;

    /// <summary>A search for plain text is as fast as trying one name per so many characters.</summary>
    private const int CharactersOfStep = 256;

    /// <summary>Between names; none has it.</summary>
    private const char Parting = '\n';

    private readonly string[] _names = [.. names];
    private readonly HashSet<string> _known = new(names, StringComparer.Ordinal);
    private string? _all;
    private int[] _starts = [];

    /// <summary>The steps that are left.</summary>
    public long Left { get; private set; } = work;

    /// <returns>Null: the work is used up, so nobody knows.</returns>
    public bool? HasMatch(WildcardPattern pattern)
    {
        if (pattern.IsLiteral)
        {
            return _known.Contains(pattern.ToString());
        }

        foreach (string name in Candidates(pattern.LongestPart))
        {
            if (--Left < 0)
            {
                return null;
            }

            if (pattern.IsMatch(name))
            {
                return true;
            }
        }

        return Left < 0 ? null : false;
    }

    /// <summary>The names that have a text in them, in any case.</summary>
    private IEnumerable<string> Candidates(string part)
    {
        if (part.Length == 0 || part.Contains(Parting))
        {
            foreach (string name in _names)
            {
                yield return name;
            }

            yield break;
        }

        string all = _all ??= Join();
        for (int at = 0; at < all.Length; )
        {
            int found = all.IndexOf(part, at, StringComparison.OrdinalIgnoreCase);
            Left -= ((found < 0 ? all.Length : found) - at) / CharactersOfStep;
            if (found < 0)
            {
                yield break;
            }

            int index = Array.BinarySearch(_starts, found);
            index = index < 0 ? ~index - 1 : index;
            yield return _names[index];
            at = _starts[index] + _names[index].Length + 1;
        }
    }

    private string Join()
    {
        _starts = new int[_names.Length];
        for (int i = 1; i < _names.Length; i++)
        {
            _starts[i] = _starts[i - 1] + _names[i - 1].Length + 1;
        }

        return string.Join(Parting, _names);
    }
}
