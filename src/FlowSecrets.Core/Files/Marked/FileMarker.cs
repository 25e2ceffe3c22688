using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace FlowSecrets.Files.Marked;

/// <summary>
/// The first line of a file that a command made. It has a hash of the file's name, owner, environment and text, so that an edited file, a
/// copy under another name, and a file of another environment are recognised. Line ends do not count, because git may change them.
/// </summary>
/// <param name="Environment">For which the file was made.</param>
/// <param name="IsIntact">Whether nobody edited it.</param>
internal readonly partial record struct FileMarker(string Owner, string Environment, bool IsIntact)
{
    /// <summary>The text with its marker before it.</summary>
    public static string Add(MarkedOwner owner, MarkedFile file)
    {
        string text = Normal(file.Text);
        string environment = Uri.EscapeDataString(owner.Environment);
        string hash = Hash(owner.Name, environment, file.RelativePath, text);
        return $"# Made by FlowSecrets: {owner.Name} environment={environment} sha256={hash}."
            + $" Do not edit it; run {owner.Command} again.\n{text}";
    }

    /// <summary>The marker of a file's text; null: it has none.</summary>
    public static FileMarker? Read(string relativePath, string text)
    {
        string normal = Normal(text);
        Match match = Line().Match(normal);
        if (!match.Success)
        {
            return null;
        }

        string owner = match.Groups["owner"].Value;
        string environment = match.Groups["environment"].Value;
        bool isIntact = match.Groups["hash"].Value == Hash(owner, environment, relativePath, normal[match.Length..]);
        return new FileMarker(owner, Uri.UnescapeDataString(environment), isIntact);
    }

    /// <summary>The text with line feeds alone.</summary>
    public static string Normal(string text) => text.Replace("\r\n", "\n", StringComparison.Ordinal);

    private static string Hash(string owner, string environment, string relativePath, string text) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{owner}\n{environment}\n{relativePath}\n{text}")));

    [GeneratedRegex(
        @"\A# Made by FlowSecrets: (?<owner>[a-z-]+) environment=(?<environment>\S+) sha256=(?<hash>[0-9a-f]{64})\.[^\n]*(\n|\z)",
        RegexOptions.ExplicitCapture
    )]
    private static partial Regex Line();
}
