using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;

namespace FlowSecrets.Redaction;

/// <summary>
/// All byte sequences by which programs print a value: as it is, with other line ends, line by line, and escaped for JSON, XML, URLs and
/// shells, in base64 and in hexadecimal.
/// </summary>
internal static class ValueForms
{
    /// <summary>Characters of a line of a longer value that is hidden by itself.</summary>
    private const int ShortestLine = 8;

    /// <summary>Line lengths of base64 in common programs: openssl and PEM, MIME and base64.</summary>
    private static readonly int[] Wraps = [64, 76];

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    public static IEnumerable<byte[]> Of(byte[] value)
    {
        IEnumerable<byte[]> forms = Encoded(value).Append([.. value]);
        if (!System.Text.Unicode.Utf8.IsValid(value))
        {
            return forms;
        }

        string text = Utf8.GetString(value);
        string[] ends = [.. WithLineEnds(text).Distinct(StringComparer.Ordinal)];
        IEnumerable<string> texts = ends.SelectMany(Escaped).Concat(Lines(text));
        return forms.Concat(texts.Select(Utf8.GetBytes)).Concat(ends.Where(e => e != text).SelectMany(e => Encoded(Utf8.GetBytes(e))));
    }

    private static IEnumerable<string> WithLineEnds(string text)
    {
        yield return text;
        if (text.AsSpan().ContainsAny('\r', '\n'))
        {
            string unix = text.ReplaceLineEndings("\n");
            yield return unix;
            yield return unix.Replace("\n", "\r\n", StringComparison.Ordinal);
            yield return unix.Replace('\n', '\r');

            // A shell takes the last line end off, and echo adds it again.
            yield return unix.TrimEnd('\n');
            yield return unix.TrimEnd('\n').Replace("\n", "\r\n", StringComparison.Ordinal);
        }
    }

    /// <summary>The lines of a value with several. The first and last line of a PEM block are no secret.</summary>
    private static IEnumerable<string> Lines(string text) =>
        text.AsSpan().ContainsAny('\r', '\n')
            ? text.Split(['\r', '\n'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                .Where(static l => l.Length >= ShortestLine && !l.StartsWith("-----BEGIN ", StringComparison.Ordinal))
                .Where(static l => !l.StartsWith("-----END ", StringComparison.Ordinal))
                .SelectMany(static l => Json(l).Concat(Xml(l)).Append(l))
            : [];

    private static IEnumerable<string> Escaped(string text) =>
        Json(text).Concat(Xml(text)).Concat(Percent(text)).Concat(Quoted(text)).Append(text);

    private static IEnumerable<string> Json(string text)
    {
        string least = Each(text, static c => Control(c, "x4") ?? (c is '"' or '\\' ? @"\" + c : null));
        yield return least;
        yield return least.Replace("/", @"\/", StringComparison.Ordinal);
        yield return Each(text, static c => Control(c, "X4") ?? (c is '"' or '\\' ? @"\" + c : null));

        // Python, and others that write ASCII alone; Go, which also escapes for HTML.
        yield return Each(
            text,
            static c =>
                Control(c, "x4")
                ?? (
                    c is '"' or '\\' ? @"\" + c
                    : c > '~' ? Unicode(c, "x4")
                    : null
                )
        );
        yield return Each(
            text,
            static c =>
                Control(c, "X4")
                ?? (
                    c is '"' or '\\' ? @"\" + c
                    : c > '~' ? Unicode(c, "X4")
                    : null
                )
        );
        yield return Each(
            text,
            static c =>
                Control(c, "x4")
                ?? (
                    c is '"' or '\\' ? @"\" + c
                    : c is '<' or '>' or '&' ? Unicode(c, "x4")
                    : null
                )
        );
        yield return JavaScriptEncoder.Default.Encode(text);
        yield return JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text);
    }

    private static IEnumerable<string> Xml(string text)
    {
        string[] quotes = ["\"", "&quot;", "&#34;"];
        string[] apostrophes = ["'", "&apos;", "&#39;", "&#x27;"];
        string[] ends = text.Contains('\n', StringComparison.Ordinal) ? ["\n", "&#10;", "&#xA;", "&#xa;"] : ["\n"];
        string escaped = text.Replace("&", "&amp;", StringComparison.Ordinal)
            .Replace("<", "&lt;", StringComparison.Ordinal)
            .Replace(">", "&gt;", StringComparison.Ordinal);
        return from quote in quotes
            from apostrophe in apostrophes
            from end in ends
            select escaped
                .Replace("'", apostrophe, StringComparison.Ordinal)
                .Replace("\"", quote, StringComparison.Ordinal)
                .Replace("\n", end, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Percent(string text)
    {
        byte[] bytes = Utf8.GetBytes(text);

        // RFC 3986, encodeURIComponent, encodeURI, what keeps slashes, forms in browsers, .NET's UrlEncode.
        foreach (string kept in new[] { "-_.~", "-_.~!'()*", "-_.~!'()*;/?:@&=+$,#", "-_.~/", "-_.*", "-_.!*()" })
        {
            foreach (string digits in new[] { "X2", "x2" })
            {
                string encoded = string.Concat(
                    bytes.Select(b =>
                        b < 0x80 && (char.IsAsciiLetterOrDigit((char)b) || kept.Contains((char)b, StringComparison.Ordinal))
                            ? ((char)b).ToString()
                            : "%" + b.ToString(digits, CultureInfo.InvariantCulture)
                    )
                );
                yield return encoded;
                yield return encoded.Replace("%20", "+", StringComparison.Ordinal);
            }
        }
    }

    /// <summary>As shells, PowerShell, SQL and programming languages quote a text.</summary>
    private static IEnumerable<string> Quoted(string text)
    {
        yield return text.Replace("'", @"'\''", StringComparison.Ordinal);
        yield return text.Replace("'", "'\"'\"'", StringComparison.Ordinal);
        yield return text.Replace("'", "''", StringComparison.Ordinal);
        yield return text.Replace("\"", "\"\"", StringComparison.Ordinal);
        yield return Each(text, static c => Control(c, "x4") ?? (c is '\'' or '\\' ? @"\" + c : null));
        yield return Each(text, static c => c is '"' or '\\' or '$' or '`' ? @"\" + c : null);
    }

    private static IEnumerable<byte[]> Encoded(byte[] value)
    {
        yield return Encoding.ASCII.GetBytes(Convert.ToHexString(value));
        yield return Encoding.ASCII.GetBytes(Convert.ToHexStringLower(value));
        foreach (string form in Base64(value))
        {
            yield return Encoding.ASCII.GetBytes(form);
            yield return Encoding.ASCII.GetBytes(form.Replace('+', '-').Replace('/', '_'));
        }
    }

    /// <summary>
    /// In its three alignments. A form ends where what follows the value begins to count, or with the padding if nothing follows.
    /// </summary>
    private static IEnumerable<string> Base64(byte[] value)
    {
        for (int before = 0; before < 3; before++)
        {
            string whole = Convert.ToBase64String([.. new byte[before], .. value]);
            int first = ((before * 4) + 2) / 3;
            int own = (before + value.Length) * 4 / 3;
            if (own <= first)
            {
                continue;
            }

            yield return whole[first..own];
            yield return whole.TrimEnd('=')[first..];
            yield return whole[first..];
        }

        string plain = Convert.ToBase64String(value);
        foreach (int wrap in Wraps.Where(w => plain.Length > w))
        {
            yield return string.Join('\n', plain.Chunk(wrap).Select(static l => new string(l)));
        }
    }

    private static string? Control(char c, string digits) =>
        c switch
        {
            '\n' => @"\n",
            '\r' => @"\r",
            '\t' => @"\t",
            '\b' => @"\b",
            '\f' => @"\f",
            < ' ' => Unicode(c, digits),
            _ => null,
        };

    private static string Unicode(char c, string digits) => @"\u" + ((int)c).ToString(digits, CultureInfo.InvariantCulture);

    private static string Each(string text, Func<char, string?> escape)
    {
        StringBuilder escaped = new(text.Length);
        foreach (char c in text)
        {
            _ = escape(c) is { } other ? escaped.Append(other) : escaped.Append(c);
        }

        return escaped.ToString();
    }
}
