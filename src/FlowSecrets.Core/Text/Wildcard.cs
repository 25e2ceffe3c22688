namespace FlowSecrets.Text;

/// <summary>PowerShell's wildcards (<c>*</c>, <c>?</c>, <c>[a-z]</c>), case-insensitive as there.</summary>
internal static class Wildcard
{
    public static bool HasWildcard(string pattern) => pattern.AsSpan().IndexOfAny('*', '?', '[') >= 0;

    /// <summary>For a single text; for several, parse the pattern once.</summary>
    /// <exception cref="FlowSecretException">BadArgument: the pattern cannot be read.</exception>
    public static bool IsMatch(string pattern, string text) => WildcardPattern.Parse(pattern).IsMatch(text);
}
