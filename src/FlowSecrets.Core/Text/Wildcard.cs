namespace FlowSecrets.Text;

/// <summary>PowerShell's wildcards (<c>*</c>, <c>?</c>, <c>[a-z]</c>), case-insensitive as there.</summary>
internal static class Wildcard
{
    public static bool HasWildcard(string pattern) => pattern.AsSpan().IndexOfAny('*', '?', '[') >= 0;

    /// <summary>For a single text; for several, read the pattern once. What is no pattern matches nothing.</summary>
    public static bool IsMatch(string pattern, string text) =>
        WildcardPattern.TryParse(pattern, out WildcardPattern? parsed, out _) && parsed.IsMatch(text);
}
