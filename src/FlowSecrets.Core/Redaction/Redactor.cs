using System.Text;
using System.Text.Json;
using FlowSecrets.Values;

namespace FlowSecrets.Redaction;

/// <summary>
/// A line that a script printed, without the values that it was given: as they are, escaped for another language
/// (<see cref="SpelledText"/>), in base64 or hexadecimal, also as
/// part of something longer, and longer pieces of any of these.
/// </summary>
internal static class ScriptRedaction
{
    /// <summary>A shorter text is concealed only where it stands alone: else it would hide parts of every word.</summary>
    private const int ShortestWithin = 4;

    /// <summary>Shorter pieces of an encoded text may stand there by chance.</summary>
    private const int ShortestEncoded = 5;

    /// <summary>Of a text that was cut, or broken into lines.</summary>
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
        if (text.Length > line.Length)
        {
            return;
        }

        SpelledText spelled = new(text);
        for (int start = 0; start < line.Length; start++)
        {
            if (spelled.EndIn(line, start) is { } end && (text.Length >= ShortestWithin || IsAlone(line, start, end)))
            {
                hidden.AsSpan(start, end - start).Fill(true);
            }
        }
    }

    /// <summary>Base64 in its three alignments without what depends on the neighbours, in both alphabets; hexadecimal.</summary>
    private static void HideEncoded(string line, ReadOnlySpan<byte> bytes, bool[] hidden)
    {
        if (bytes.Length < ShortestWithin)
        {
            return;
        }

        for (int before = 0; before < 3; before++)
        {
            byte[] aligned = [.. new byte[before], .. bytes];
            string whole = Convert.ToBase64String(aligned);
            int first = ((before * 4) + 2) / 3;
            foreach (string own in new[] { whole[first..(aligned.Length * 4 / 3)], whole[first..].TrimEnd('=') })
            {
                Hide(line, own, hidden);
                Hide(line, own.Replace('+', '-').Replace('/', '_'), hidden);
            }
        }

        Hide(line, Convert.ToHexString(bytes), hidden);
    }

    private static void Hide(string line, string form, bool[] hidden)
    {
        HidePieces(line, form, hidden);
        if (form.Length < ShortestEncoded)
        {
            return;
        }

        for (
            int at = line.IndexOf(form, StringComparison.OrdinalIgnoreCase);
            at >= 0;
            at = line.IndexOf(form, at + 1, StringComparison.OrdinalIgnoreCase)
        )
        {
            hidden.AsSpan(at, form.Length).Fill(true);
        }
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

    private static bool IsAlone(string line, int start, int end) =>
        (start == 0 || !char.IsLetterOrDigit(line[start - 1])) && (end == line.Length || !char.IsLetterOrDigit(line[end]));
}
