namespace FlowSecrets.Text;

/// <summary>"Did you mean": the nearest of some names by edit distance.</summary>
internal static class Suggestion
{
    /// <returns>The nearest, at most a third of its letters away; null where none is near.</returns>
    public static string? Nearest(string word, IEnumerable<string> names)
    {
        string? best = null;
        int least = Math.Max(1, word.Length / 3) + 1;
        foreach (string name in names)
        {
            int distance = Distance(word.ToLowerInvariant(), name.ToLowerInvariant());
            if (distance < least)
            {
                (best, least) = (name, distance);
            }
        }

        return best;
    }

    private static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int above = row[j];
                row[j] = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[b.Length];
    }
}
