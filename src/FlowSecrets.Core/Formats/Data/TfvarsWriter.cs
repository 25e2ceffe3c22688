using System.Globalization;
using System.Text;
using FlowSecrets.Formats.Writing;

namespace FlowSecrets.Formats.Data;

/// <summary>A variable file of Terraform: NAME = "value", with what would begin a template escaped.</summary>
internal static class TfvarsWriter
{
    /// <summary>Whether this system has the tables of Unicode; without ICU every text counts as normalised.</summary>
    private static readonly bool KnowsForms = !"e\u0301".IsNormalized(NormalizationForm.FormC);

    /// <summary>Blocks with characters that a composition changes, beside combining marks.</summary>
    private static readonly (int First, int Last)[] Changing =
    [
        (0x0340, 0x0387),
        (0x0900, 0x0FFF),
        (0x1100, 0x11FF),
        (0x1F00, 0x1FFF),
        (0x2000, 0x2001),
        (0x2126, 0x212B),
        (0x2329, 0x232A),
        (0x2ADC, 0x2ADC),
        (0xF900, 0xFB4F),
        (0x11000, 0x11FFF),
        (0x1D100, 0x1D1FF),
        (0x2F800, 0x2FA1F),
    ];

    /// <summary>Why Terraform does not read a value as it is; null: it does.</summary>
    public static string? Problem(FormatVariable variable) =>
        variable.HasNul ? "the value holds a NUL"
        : IsComposed(variable.Text) ? null
        : "Terraform changes letters with combining marks to their composed form (Unicode NFC)";

    public static string Write(IReadOnlyList<FormatVariable> variables) =>
        string.Concat(variables.Select(static v => $"{v.Name} = {Quote(v.Text)}\n"));

    /// <summary>Whether the text is in Unicode's form C. Without the tables, what may not be is taken for text that is not.</summary>
    private static bool IsComposed(string text) =>
        KnowsForms ? text.IsNormalized(NormalizationForm.FormC) : !text.EnumerateRunes().Any(MayChange);

    private static bool MayChange(Rune rune) =>
        Rune.GetUnicodeCategory(rune)
            is UnicodeCategory.NonSpacingMark
                or UnicodeCategory.SpacingCombiningMark
                or UnicodeCategory.EnclosingMark
        || Changing.Any(r => rune.Value >= r.First && rune.Value <= r.Last);

    private static string Quote(string text)
    {
        StringBuilder quoted = new StringBuilder(text.Length + 2).Append('"');
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            _ = c switch
            {
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append(@"\\"),
                '\n' => quoted.Append(@"\n"),
                '\r' => quoted.Append(@"\r"),
                '\t' => quoted.Append(@"\t"),
                '$' or '%' when i + 1 < text.Length && text[i + 1] == '{' => quoted.Append(c).Append(c),
                < ' ' or (>= '\u007F' and <= '\u00A0') or '\u2028' or '\u2029' or '\uFEFF' => quoted.Append(
                    CultureInfo.InvariantCulture,
                    $@"\u{(int)c:x4}"
                ),
                _ => quoted.Append(c),
            };
        }

        return quoted.Append('"').ToString();
    }
}
