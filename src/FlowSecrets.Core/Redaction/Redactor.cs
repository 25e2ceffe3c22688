using System.Text;
using System.Text.Json;
using FlowSecrets.Values;

namespace FlowSecrets.Redaction;

/// <summary>
/// Hides values in a line that a program printed: as they are, escaped for another language (<see cref="ValueSpelling"/>), in base64 or
/// hexadecimal. Values of four bytes and more are also found inside of longer text, and in longer pieces.
/// </summary>
internal static class Redactor
{
    /// <summary>A shorter value is hidden only if it stands alone. Otherwise it would hide parts of many words.</summary>
    private const int ShortestWithin = 4;

    /// <summary>Shorter pieces of an encoded text can occur by chance.</summary>
    private const int ShortestEncoded = 5;

    /// <summary>Length of a piece of a text that was cut or broken into lines.</summary>
    private const int Piece = 12;

    public static string Conceal(string line, IEnumerable<SecretValue> values)
    {
        bool[] hidden = new bool[line.Length];
        foreach (SecretValue value in values)
        {
            foreach (string text in Texts(value).Distinct(StringComparer.Ordinal))
            {
                HideText(line, text, hidden);
                HideEncoded(line, Encoding.UTF8.GetBytes(text), hidden);
            }

            HideEncoded(line, value.AsSpan(), hidden);
            if (!value.IsText())
            {
                HideSpelled(line, ValueSpelling.OfBytes(value.AsSpan()), value.AsSpan().Length, hidden);
            }
        }

        StringBuilder shown = new(line.Length);
        for (int i = 0; i < line.Length; i++)
        {
            if (!hidden[i])
            {
                shown.Append(line[i]);
            }
            else if (i == 0 || !hidden[i - 1])
            {
                shown.Append(SecretValue.Mask);
            }
        }

        return shown.ToString();
    }

    /// <summary>The value, its lines, and what is in it where it is JSON.</summary>
    private static IEnumerable<string> Texts(SecretValue value)
    {
        if (!value.IsText())
        {
            return [];
        }

        string whole = value.RevealText(null);
        List<string> texts = [whole];
        try
        {
            Utf8JsonReader reader = new(value.AsSpan());
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.Number)
                {
                    texts.Add(reader.TokenType == JsonTokenType.String ? reader.GetString()! : Encoding.UTF8.GetString(reader.ValueSpan));
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // It is no JSON, or holds half of a surrogate pair; what was found before that counts.
        }

        return texts
            .Concat([.. texts.SelectMany(static t => t.Split('\n', StringSplitOptions.TrimEntries))])
            .Where(static t => t.Length > 0);
    }

    private static void HideText(string line, string text, bool[] hidden)
    {
        HidePieces(line, text, hidden);
        HideSpelled(line, ValueSpelling.OfText(text), text.Length, hidden);
    }

    /// <param name="length">Characters, or bytes if it is not text.</param>
    private static void HideSpelled(string line, ValueSpelling spelled, int length, bool[] hidden)
    {
        if (length > line.Length)
        {
            return;
        }

        for (int start = 0; start < line.Length; start++)
        {
            // An escaped text is twice as long and more: it is not there by chance.
            if (
                spelled.EndIn(line, start) is { } end
                && (length >= ShortestWithin || end - start > 2 * length || IsAlone(line, start, end))
            )
            {
                hidden.AsSpan(start, end - start).Fill(true);
            }
        }
    }

    /// <summary>Base64 in its three alignments without what depends on the neighbours, in both alphabets; hexadecimal.</summary>
    private static void HideEncoded(string line, ReadOnlySpan<byte> bytes, bool[] hidden)
    {
        Hide(line, Convert.ToHexString(bytes), StringComparison.OrdinalIgnoreCase, hidden);
        if (bytes.Length < ShortestWithin)
        {
            HideBase64(line, Convert.ToBase64String(bytes).TrimEnd('='), StringComparison.Ordinal, hidden);
            return;
        }

        for (int before = 0; before < 3; before++)
        {
            byte[] aligned = [.. new byte[before], .. bytes];
            string whole = Convert.ToBase64String(aligned);
            int first = ((before * 4) + 2) / 3;
            foreach (string own in new[] { whole[first..(aligned.Length * 4 / 3)], whole[first..].TrimEnd('=') })
            {
                HideBase64(line, own, StringComparison.OrdinalIgnoreCase, hidden);
            }
        }
    }

    /// <summary>In both alphabets. The padding is hidden too, because it tells the length.</summary>
    private static void HideBase64(string line, string form, StringComparison comparison, bool[] hidden)
    {
        foreach (string own in new[] { form, form.Replace('+', '-').Replace('/', '_') })
        {
            foreach (int end in Hide(line, own, comparison, hidden))
            {
                for (int i = end; i < line.Length && i < end + 2 && line[i] == '='; i++)
                {
                    hidden[i] = true;
                }
            }
        }
    }

    /// <returns>Where the hidden forms end.</returns>
    private static List<int> Hide(string line, string form, StringComparison comparison, bool[] hidden)
    {
        HidePieces(line, form, hidden);
        List<int> ends = [];
        for (int start = 0; form.Length > 0 && start + form.Length <= line.Length; start++)
        {
            start = line.IndexOf(form, start, comparison);
            if (start < 0)
            {
                break;
            }

            if (form.Length >= ShortestEncoded || IsAlone(line, start, start + form.Length))
            {
                hidden.AsSpan(start, form.Length).Fill(true);
                ends.Add(start + form.Length);
            }
        }

        return ends;
    }

    private static void HidePieces(string line, string text, bool[] hidden)
    {
        if (text.Length < Piece || line.Length < Piece)
        {
            return;
        }

        HashSet<string> inLine = new(StringComparer.OrdinalIgnoreCase);
        for (int i = 0; i + Piece <= line.Length; i++)
        {
            inLine.Add(line.Substring(i, Piece));
        }

        HashSet<string>.AlternateLookup<ReadOnlySpan<char>> lookup = inLine.GetAlternateLookup<ReadOnlySpan<char>>();
        HashSet<string> common = new(StringComparer.OrdinalIgnoreCase);
        for (int i = 0; i + Piece <= text.Length; i++)
        {
            if (lookup.TryGetValue(text.AsSpan(i, Piece), out string? piece))
            {
                common.Add(piece);
            }
        }

        for (int i = 0; common.Count > 0 && i + Piece <= line.Length; i++)
        {
            if (common.Contains(line.Substring(i, Piece)))
            {
                hidden.AsSpan(i, Piece).Fill(true);
            }
        }
    }

    /// <summary>No letter or digit is beside it; the 0x of a number does not count.</summary>
    private static bool IsAlone(string line, int start, int end) =>
        (end == line.Length || !char.IsLetterOrDigit(line[end]))
        && (
            start == 0
            || !char.IsLetterOrDigit(line[start - 1])
            || (start >= 2 && line[start - 1] is 'x' or 'X' && line[start - 2] == '0' && IsAlone(line, start - 2, end))
        );
}
