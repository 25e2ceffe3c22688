using System.Globalization;
using System.Text;

namespace FlowSecrets.Formats.Hcl;

/// <summary>Texts as string constants of HCL.</summary>
internal static class HclText
{
    /// <summary>In quotation marks. Nothing in it begins an interpolation or ends the string.</summary>
    public static string Quote(string text) => $"\"{Escape(text)}\"";

    /// <summary>What stands between the quotation marks, or in a template beside interpolations.</summary>
    public static string Escape(string text)
    {
        StringBuilder escaped = new(text.Length + 2);
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            escaped.Append(
                c switch
                {
                    '"' => "\\\"",
                    '\\' => @"\\",
                    '\n' => "\\n",
                    '\r' => "\\r",
                    '\t' => "\\t",
                    '$' or '%' => Introducer(text, i),
                    _ when char.IsSurrogatePair(text, i) => text.Substring(i++, 2),
                    _ when NeedsCode(c) => Code(c),
                    _ => c.ToString(),
                }
            );
        }

        return escaped.ToString();
    }

    /// <summary>
    /// A character that may begin an interpolation. HCL reads <c>$${</c> as a literal <c>${</c>, but longer runs are not read back exactly;
    /// there the character is written by its code.
    /// </summary>
    private static string Introducer(string text, int at)
    {
        char c = text[at];
        int end = at;
        while (end < text.Length && text[end] == c)
        {
            end++;
        }

        bool isBeforeBrace = end < text.Length && text[end] == '{';
        bool isAlone = (at == 0 || text[at - 1] != c) && end == at + 1;
        return !isBeforeBrace ? c.ToString()
            : isAlone ? $"{c}{c}"
            : Code(c);
    }

    /// <summary>
    /// Control and format characters, which an editor does not show, and halves of surrogate pairs, which UTF-8 cannot have.
    /// </summary>
    private static bool NeedsCode(char c) =>
        CharUnicodeInfo.GetUnicodeCategory(c)
            is UnicodeCategory.Control
                or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator
                or UnicodeCategory.Surrogate;

    private static string Code(char c) => $"\\u{(char.IsSurrogate(c) ? 0xFFFD : c):x4}";
}
