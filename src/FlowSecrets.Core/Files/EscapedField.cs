using System.Text;

namespace FlowSecrets.Files;

/// <summary>A field of a line of this module's own files: backslash, tab and line ends are escaped by a backslash.</summary>
internal static class EscapedField
{
    /// <summary>Without tab and line ends.</summary>
    public static string Encode(string field) =>
        field
            .Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("\t", "\\t", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal)
            .Replace("\r", "\\r", StringComparison.Ordinal);

    /// <summary>As it was.</summary>
    public static string Decode(string field)
    {
        StringBuilder text = new();
        for (int i = 0; i < field.Length; i++)
        {
            text.Append(
                field[i] != '\\' || i + 1 == field.Length
                    ? field[i]
                    : field[++i] switch
                    {
                        't' => '\t',
                        'n' => '\n',
                        'r' => '\r',
                        char c => c,
                    }
            );
        }

        return text.ToString();
    }
}
