using System.Globalization;
using System.Text;

namespace FlowSecrets.Text;

/// <summary>Text as PowerShell reads it.</summary>
internal static class PowerShellText
{
    /// <summary>
    /// One string constant that PowerShell reads as exactly this text. If the text is printable, a POSIX shell reads one word without
    /// effects as well. It is the same text there, unless it has both quotation marks and one of <c>$ ` " \ !</c>.
    /// </summary>
    public static string Quote(string text)
    {
        if (!IsPrintable(text))
        {
            return Escaped(text);
        }

        if (!text.Any(IsSingleQuote))
        {
            return $"'{text}'";
        }

        // PowerShell doubles a quotation mark inside, sh cannot: between double ones both agree.
        return text.Any(static c => IsDoubleQuote(c) || c is '$' or '`' or '\\' or '!') ? Doubled(text) : $"\"{text}\"";
    }

    /// <summary>The same between single quotation marks, whatever the text has.</summary>
    public static string SingleQuote(string text) => IsPrintable(text) ? Doubled(text) : Escaped(text);

    /// <summary>The same between double quotation marks, whatever the text has.</summary>
    public static string DoubleQuote(string text) => Escaped(text);

    /// <summary>Whether PowerShell begins and ends a literal string with it: ' and its typographic forms.</summary>
    public static bool IsSingleQuote(char c) => c is '\'' or (>= '\u2018' and <= '\u201B');

    /// <summary>Whether PowerShell begins and ends an expandable string with it: " and its typographic forms.</summary>
    public static bool IsDoubleQuote(char c) => c is '"' or (>= '\u201C' and <= '\u201E');

    private static bool IsPrintable(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            bool isPair = char.IsSurrogatePair(text, i);
            if (!isPair && (char.IsSurrogate(text[i]) || !PlainText.IsPrintable(text, i)) || (isPair && !PlainText.IsPrintable(text, i)))
            {
                return false;
            }

            i += isPair ? 1 : 0;
        }

        return true;
    }

    private static string Doubled(string text)
    {
        StringBuilder quoted = new("'", text.Length + 8);
        foreach (char c in text)
        {
            quoted.Append(c);
            if (IsSingleQuote(c))
            {
                quoted.Append(c);
            }
        }

        return quoted.Append('\'').ToString();
    }

    private static string Escaped(string text)
    {
        StringBuilder quoted = new("\"", text.Length + 16);
        foreach (char c in text)
        {
            if (c is '$' or '`' || IsDoubleQuote(c))
            {
                quoted.Append('`').Append(c);
            }
            else if (
                char.IsSurrogate(c)
                || char.GetUnicodeCategory(c)
                    is UnicodeCategory.Control
                        or UnicodeCategory.Format
                        or UnicodeCategory.LineSeparator
                        or UnicodeCategory.ParagraphSeparator
            )
            {
                quoted.Append(CultureInfo.InvariantCulture, $"`u{{{(int)c:x}}}");
            }
            else
            {
                quoted.Append(c);
            }
        }

        return quoted.Append('"').ToString();
    }
}
