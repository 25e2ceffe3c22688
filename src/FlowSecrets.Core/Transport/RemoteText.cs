namespace FlowSecrets.Transport;

/// <summary>What a service says, made fit for a message of ours.</summary>
internal static class RemoteText
{
    private const int Most = 300;

    /// <summary>In quotation marks after a colon; nothing for nothing.</summary>
    public static string Quote(string? text) => string.IsNullOrWhiteSpace(text) ? "" : $": \"{Clean(text)}\"";

    /// <summary>One line of bounded length that no CI system takes for a command of its own.</summary>
    public static string Clean(string text)
    {
        string line = string.Concat(text.Select(static c => char.IsControl(c) ? ' ' : c))
            .Replace("##", "# #", StringComparison.Ordinal)
            .Replace("::", ": :", StringComparison.Ordinal)
            .Trim();
        return line.Length <= Most ? line : line[..Most] + "…";
    }
}
