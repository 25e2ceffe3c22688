namespace FlowSecrets.Text;

/// <summary>Text as a POSIX shell reads it.</summary>
internal static class PosixShell
{
    /// <summary>One word that sh reads as exactly this text. NUL, which no argument can hold, is left out.</summary>
    public static string Quote(string text) =>
        $"'{text.Replace("\0", "", StringComparison.Ordinal).Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
