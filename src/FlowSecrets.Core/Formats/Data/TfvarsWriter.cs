using System.Globalization;
using System.Text;
using FlowSecrets.Formats.Writing;

namespace FlowSecrets.Formats.Data;

/// <summary>A variable file of Terraform: NAME = "value", with what would begin a template escaped.</summary>
internal static class TfvarsWriter
{
    /// <summary>Why Terraform does not read a value as it is; null: it does.</summary>
    public static string? Problem(FormatVariable variable, FormatSettings settings) =>
        variable.HasNul ? "the value holds a NUL"
        : variable.Text.IsNormalized(NormalizationForm.FormC) ? null
        : "Terraform changes letters with combining marks to their composed form (Unicode NFC)";

    public static string Write(IReadOnlyList<FormatVariable> variables, FormatSettings settings) =>
        string.Concat(variables.Select(static v => $"{v.Name} = {Quote(v.Text)}\n"));

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
