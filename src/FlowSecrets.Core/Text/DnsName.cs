using System.Text.RegularExpressions;

namespace FlowSecrets.Text;

/// <summary>Names of Kubernetes objects, by RFC 1123.</summary>
internal static partial class DnsName
{
    private const int LongestLabel = 63;
    private const int LongestSubdomain = 253;

    /// <summary>Of a namespace.</summary>
    public static bool IsLabel(string text) => text.Length <= LongestLabel && Label().IsMatch(text);

    /// <summary>Of most other objects.</summary>
    public static bool IsSubdomain(string text) => text.Length <= LongestSubdomain && text.Split('.').All(static l => Label().IsMatch(l));

    /// <summary>The nearest subdomain; empty: no character of the text can stand in one.</summary>
    public static string Near(string text)
    {
        string lower = string.Concat(text.Select(static c => char.IsAsciiLetterOrDigit(c) ? char.ToLowerInvariant(c) : '-')).Trim('-');
        return lower.Length <= LongestSubdomain ? lower : lower[..LongestSubdomain].TrimEnd('-');
    }

    [GeneratedRegex(@"\A[a-z0-9](?:[-a-z0-9]*[a-z0-9])?\z", RegexOptions.NonBacktracking)]
    private static partial Regex Label();
}
