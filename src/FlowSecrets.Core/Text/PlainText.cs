using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace FlowSecrets.Text;

/// <summary>
/// Text that a terminal shows as it is and that no CI system takes for a command. Every message passes through here once, on its way out.
/// </summary>
internal static partial class PlainText
{
    /// <summary>What an argument has in place of a character that a terminal would not show.</summary>
    public const char Unprintable = '\uFFFD';

    /// <summary>One line: control characters and line ends become blanks, invisible and bidirectional ones are removed.</summary>
    public static string Line(string text) => Clean(text, keepLines: false);

    /// <summary>The same, but line feeds stay.</summary>
    public static string Lines(string text) => Clean(text, keepLines: true);

    /// <summary>Whether a terminal shows the character, as one that is seen.</summary>
    public static bool IsPrintable(string text, int at) =>
        CharUnicodeInfo.GetUnicodeCategory(text, at)
            is not (
                UnicodeCategory.Control
                or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator
                or UnicodeCategory.Surrogate
            );

    /// <summary>The text with <see cref="Unprintable"/> in place of each character that is not shown.</summary>
    public static string Visible(string text)
    {
        StringBuilder visible = new(text.Length);
        for (int i = 0; i < text.Length; i += char.IsSurrogatePair(text, i) ? 2 : 1)
        {
            visible.Append(IsPrintable(text, i) ? text.AsSpan(i, char.IsSurrogatePair(text, i) ? 2 : 1) : [Unprintable]);
        }

        return visible.ToString();
    }

    private static string Clean(string text, bool keepLines)
    {
        StringBuilder plain = new(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            switch (CharUnicodeInfo.GetUnicodeCategory(text, i))
            {
                case UnicodeCategory.Format:
                    break;
                case UnicodeCategory.Control when keepLines && text[i] == '\n':
                    plain.Append('\n');
                    break;
                case UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator:
                    plain.Append(' ');
                    break;
                case UnicodeCategory.Surrogate:
                    plain.Append(Unprintable);
                    break;
                default:
                    plain.Append(text[i]);
                    if (char.IsSurrogatePair(text, i))
                    {
                        plain.Append(text[++i]);
                    }
                    else if (char.IsLowSurrogate(text[i]))
                    {
                        plain[^1] = Unprintable;
                    }

                    break;
            }
        }

        return CiCommand().Replace(plain.ToString(), static m => $"{m.Value[0]} {m.Value[0]}");
    }

    /// <summary>The mark of a command of Azure Pipelines, TeamCity (<c>##word[</c>) and GitHub Actions (<c>::word …::</c>).</summary>
    [GeneratedRegex(@"##(?=[A-Za-z]*\[)|::(?=[A-Za-z][A-Za-z0-9_-]*(\s[^\n]*?)?::)", RegexOptions.ExplicitCapture)]
    private static partial Regex CiCommand();
}
