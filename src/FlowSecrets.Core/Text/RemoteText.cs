using System.Text;
using System.Text.RegularExpressions;

namespace FlowSecrets.Text;

/// <summary>What a service says, made fit for a message of ours.</summary>
internal static partial class RemoteText
{
    private const int Most = 300;

    /// <summary>In quotation marks after a colon; nothing for nothing.</summary>
    public static string Quote(string? text) => string.IsNullOrWhiteSpace(text) ? "" : $": \"{Clean(text)}\"";

    /// <summary>A code such as PERMISSION_DENIED; nothing for what is none, which might be anything.</summary>
    public static string? Code(string? text) => text is not null && Word().IsMatch(text) ? text : null;

    /// <summary>One line of bounded length, without what signed the request, that no CI system takes for a command of its own.</summary>
    public static string Clean(string text)
    {
        StringBuilder line = new(text.Length);
        foreach (char c in Proof().Replace(PlainText.Line(text), "${name}…"))
        {
            // Each from the one before it: in a row of three, replacing pairs would leave a pair.
            if (c is '#' or ':' && line.Length > 0 && line[^1] == c)
            {
                line.Append(' ');
            }

            line.Append(c);
        }

        string clean = line.ToString().Trim();
        return clean.Length <= Most ? clean : clean[..(char.IsHighSurrogate(clean[Most - 1]) ? Most - 1 : Most)] + "…";
    }

    /// <summary>Tokens and signatures: a service that echoes a request would show them.</summary>
    [GeneratedRegex(
        @"(?<name>\b(Bearer|Basic)\s+)[^\s""',;]+|\bya29\.[A-Za-z0-9_.-]+|\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_.-]+"
            + @"|(?<name>\b(X-Amz-)?(Signature|Credential|Security-Token)\s*[=:]\s*)[^\s,&""']+",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture
    )]
    private static partial Regex Proof();

    [GeneratedRegex(@"\A[A-Za-z][A-Za-z0-9_.]{0,79}\z")]
    private static partial Regex Word();
}
