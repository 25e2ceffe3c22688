namespace FlowSecrets.CloudFakes.Aws.Policies;

/// <summary>* for any characters, ? for one; of the whole text.</summary>
internal static class AwsPattern
{
    public static bool Matches(string pattern, string text, StringComparison comparison = StringComparison.Ordinal)
    {
        (int p, int t, int star, int mark) = (0, 0, -1, 0);
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                (star, mark) = (p++, t);
            }
            else if (p < pattern.Length && (pattern[p] == '?' || string.Compare(pattern, p, text, t, 1, comparison) == 0))
            {
                (p, t) = (p + 1, t + 1);
            }
            else if (star >= 0)
            {
                // The last star takes one character more.
                (p, t) = (star + 1, ++mark);
            }
            else
            {
                return false;
            }
        }

        return pattern.AsSpan(p).TrimStart('*').IsEmpty;
    }

    /// <summary>As ArnLike compares: no star reaches over one of the first five colons.</summary>
    public static bool MatchesArn(string pattern, string arn)
    {
        const int Parts = 6;
        string[] wanted = pattern.Split(':', Parts);
        string[] given = arn.Split(':', Parts);
        return wanted.Length == Parts && given.Length == Parts
            ? wanted.Zip(given).All(static p => Matches(p.First, p.Second))
            : pattern is "*";
    }
}
