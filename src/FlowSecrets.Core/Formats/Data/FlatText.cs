using System.Globalization;
using System.Text;
using FlowSecrets.Formats.Writing;

namespace FlowSecrets.Formats.Data;

/// <summary>One map of names and strings, without anything around it.</summary>
internal static class FlatText
{
    public static string Json(IReadOnlyList<FormatVariable> variables) =>
        variables.Count == 0
            ? "{}\n"
            : $"{{\n{string.Join(",\n", variables.Select(static v => $"  {Quote(v.Name)}: {Quote(v.Text)}"))}\n}}\n";

    /// <summary>Names and values are quoted, because many plain words mean something else: no, 012, 1e3, ~.</summary>
    public static string Yaml(IReadOnlyList<FormatVariable> variables) =>
        variables.Count == 0 ? "{}\n" : string.Concat(variables.Select(static v => $"{Quote(v.Name)}: {Quote(v.Text)}\n"));

    /// <summary>A string of JSON that every YAML reader takes for the same text: one line, what is not printable escaped.</summary>
    public static string Quote(string text)
    {
        StringBuilder quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (char c in text)
        {
            _ = c switch
            {
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append(@"\\"),
                '\n' => quoted.Append(@"\n"),
                '\r' => quoted.Append(@"\r"),
                '\t' => quoted.Append(@"\t"),
                < ' ' or (>= '\u007F' and <= '\u009F') or '\u2028' or '\u2029' or '\uFEFF' or >= '\uFFFE' => quoted.Append(
                    CultureInfo.InvariantCulture,
                    $@"\u{(int)c:x4}"
                ),
                _ => quoted.Append(c),
            };
        }

        return quoted.Append('"').ToString();
    }
}
