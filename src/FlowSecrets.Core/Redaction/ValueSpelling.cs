using System.Globalization;
using System.Text;

namespace FlowSecrets.Redaction;

/// <summary>
/// A value in all the ways in which programs write it: each of its characters as it is, escaped by a backslash, by percent, for HTML, or
/// with its quotation marks doubled.
/// </summary>
internal sealed class ValueSpelling
{
    private readonly string[][] _spellings;

    private ValueSpelling(IEnumerable<IEnumerable<string>> spellings) =>
        _spellings = [.. spellings.Select(static s => s.Distinct(StringComparer.Ordinal).ToArray())];

    public static ValueSpelling OfText(string text) => new(text.EnumerateRunes().Select(Of));

    /// <summary>Bytes that are not UTF-8.</summary>
    public static ValueSpelling OfBytes(ReadOnlySpan<byte> bytes) => new(bytes.ToArray().Select(OfByte));

    /// <returns>Where the text that begins at a place of the line ends, in whatever spelling and case; null: none begins there.</returns>
    public int? EndIn(string line, int start)
    {
        HashSet<int> ends = [start];
        foreach (string[] character in _spellings)
        {
            HashSet<int> next = [];
            foreach (int end in ends)
            {
                foreach (string spelling in character)
                {
                    if (line.AsSpan(end).StartsWith(spelling, StringComparison.OrdinalIgnoreCase))
                    {
                        next.Add(end + spelling.Length);
                    }
                }
            }

            if (next.Count == 0)
            {
                return null;
            }

            ends = next;
        }

        return ends.Max();
    }

    private static IEnumerable<string> Of(Rune rune)
    {
        string plain = rune.ToString();
        byte[] bytes = Encoding.UTF8.GetBytes(plain);
        yield return plain;
        yield return Each(plain, static c => $@"\u{(int)c:X4}");
        yield return $@"\u{{{rune.Value:X}}}";
        yield return $@"\U{rune.Value:X8}";
        yield return Each(bytes, static b => $@"\x{b:X2}");
        yield return Each(bytes, static b => $"%{b:X2}");
        yield return Each(bytes, static b => @"\" + Convert.ToString(b, 8).PadLeft(3, '0'));
        yield return string.Create(CultureInfo.InvariantCulture, $"&#{rune.Value};");
        yield return $"&#x{rune.Value:X};";
        if (!rune.IsAscii)
        {
            // As what does not know UTF-8 prints it, or as we read what it prints.
            yield return "?";
            yield return "\uFFFD";
            yield return $@"\x{rune.Value:X2}";
            yield break;
        }

        yield return @"\" + plain;
        if (Short(plain[0]) is { } letter)
        {
            yield return letter;
            yield return @"\" + letter;
        }

        foreach (string other in Marks(plain[0]))
        {
            yield return other;
        }
    }

    private static IEnumerable<string> OfByte(byte value) =>
        value < 0x80
            ? Of(new Rune(value))
            :
            [
                $@"\x{value:X2}",
                $"%{value:X2}",
                @"\" + Convert.ToString(value, 8),
                $@"\u{(int)value:X4}",
                ((char)value).ToString(),
                "\uFFFD",
            ];

    private static string? Short(char c) =>
        c switch
        {
            '\n' => @"\n",
            '\r' => @"\r",
            '\t' => @"\t",
            '\b' => @"\b",
            '\f' => @"\f",
            '\v' => @"\v",
            '\e' => @"\e",
            '\0' => @"\0",
            _ => null,
        };

    private static string[] Marks(char c) =>
        c switch
        {
            '\'' => ["''", @"'\''", "'\"'\"'", "&apos;"],
            '"' => ["\"\"", "&quot;", @"\\\"""],
            '\\' => [@"\\\\"],
            '&' => ["&amp;"],
            '<' => ["&lt;"],
            '>' => ["&gt;"],
            ' ' or '\n' or '\t' or '\r' => ["+", " "],
            _ => [],
        };

    private static string Each<T>(IEnumerable<T> parts, Func<T, string> spell) => string.Concat(parts.Select(spell));
}
