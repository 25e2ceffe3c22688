namespace FlowSecrets.Text;

/// <summary>
/// "Did you mean": the nearest of some names by edit distance. One object serves one document, whose work is bounded as a whole: a
/// catalog of thousands of wrong names gets the first suggestions only.
/// </summary>
/// <param name="work">The most cells of edit tables that are computed.</param>
internal sealed class Suggestion(long work = Suggestion.Work)
{
    /// <summary>Longer words are not compared: nobody types one by mistake.</summary>
    public const int LongestWord = 64;

    private const long Work = 20_000_000;

    private readonly int[] _row = new int[LongestWord + 1];

    /// <summary>The work that is left; below zero there are no more suggestions.</summary>
    public long Left { get; private set; } = work;

    /// <summary>For a single question.</summary>
    public static string? Nearest(string word, IEnumerable<string> names) => new Suggestion().Find(word, names);

    /// <returns>The nearest, at most a third of its letters away; null: none is near, or the work is used up.</returns>
    public string? Find(string word, IEnumerable<string> names)
    {
        if (Left < 0 || word.Length > LongestWord)
        {
            return null;
        }

        string? best = null;
        int least = Math.Max(1, word.Length / 3) + 1;
        foreach (string name in names)
        {
            Left--;
            if (Left < 0)
            {
                return null;
            }

            if (name.Length <= LongestWord && Math.Abs(name.Length - word.Length) < least && Distance(word, name, least) is { } distance)
            {
                (best, least) = (name, distance);
            }
        }

        return best;
    }

    /// <returns>Null: it is <paramref name="limit"/> or more.</returns>
    private int? Distance(string a, string b, int limit)
    {
        Left -= (long)a.Length * Math.Min(b.Length, (2 * limit) + 1);
        for (int j = 0; j <= b.Length; j++)
        {
            _row[j] = j;
        }

        for (int i = 1; i <= a.Length; i++)
        {
            // Cells farther from the diagonal than the limit cannot be on a short way.
            int first = Math.Max(1, i - limit);
            int last = Math.Min(b.Length, i + limit);
            int diagonal = _row[first - 1];
            _row[first - 1] = first == 1 ? i : limit;
            int smallest = _row[first - 1];
            char letter = char.ToLowerInvariant(a[i - 1]);
            for (int j = first; j <= last; j++)
            {
                int above = j == i + limit ? limit : _row[j];
                int changed = diagonal + (letter == char.ToLowerInvariant(b[j - 1]) ? 0 : 1);
                _row[j] = Math.Min(Math.Min(above, _row[j - 1]) + 1, changed);
                smallest = Math.Min(smallest, _row[j]);
                diagonal = above;
            }

            if (smallest >= limit)
            {
                return null;
            }
        }

        return _row[b.Length] < limit ? _row[b.Length] : null;
    }
}
