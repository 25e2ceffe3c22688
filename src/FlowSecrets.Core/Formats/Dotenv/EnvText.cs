namespace FlowSecrets.Formats.Dotenv;

/// <summary>Byte order mark and line ends of .env files.</summary>
internal static class EnvText
{
    /// <summary>
    /// The text without byte order mark and with LF line ends. A file without any LF has CR line ends. Other lone CRs stay: a program may
    /// take them for a part of a value.
    /// </summary>
    public static string Normalise(string text) => LineEnds(text.TrimStart('\uFEFF').Replace("\r\n", "\n", StringComparison.Ordinal));

    /// <summary>CR line ends as LF, in a file that has no other.</summary>
    public static string LineEnds(string text) => text.Contains('\n') ? text : text.Replace('\r', '\n');
}
