using System.Text;
using FlowSecrets.Formats.Json;
using FlowSecrets.Tests.Support;
using FsCheck;
using FsCheck.Fluent;

namespace FlowSecrets.Tests.Formats.Json;

/// <summary>JSON texts as people and programs write them: any spacing, any spelling of the same number or string.</summary>
internal static class JsonTexts
{
    public static readonly string[] Numbers =
    [
        "6.62607015e-34",
        "3.14159265358979323846264338327950288",
        "1E400",
        "-0",
        "1.0",
        "0.10",
        "1e+2",
        "123456789012345678901234567890",
        "5432",
    ];

    public static Gen<string> Names { get; } =
        HostileText
            .Any.Generator.Where(JsonSyntax.IsText)
            .Select(static t => t.Length > 12 ? t[..12].TrimEnd() : t)
            .Where(JsonSyntax.IsText);

    private static Gen<string> Space { get; } = Gen.Elements("", "", " ", "\n  ", "\t", "\r\n");

    private static Gen<string> Strings { get; } =
        Gen.OneOf(
            Names.SelectMany(static _ => Gen.Elements(false, true), Spell),
            Gen.Elements("\"\\u0085\"", "\"\u0085\u2028\"", "\"\\/\\b\\f\\n\\r\\t\\\"\\\\\"", "\"\\ud83d\\ude00\"", "\"5432\"")
        );

    /// <summary>An object with distinct members.</summary>
    public static Gen<string> Objects { get; } = Object(3);

    /// <summary>A string as JSON, plainly or with every character escaped.</summary>
    public static string Spell(string text, bool escaped)
    {
        if (!escaped)
        {
            return JsonSyntax.Quote(text);
        }

        StringBuilder all = new("\"");
        foreach (char c in text)
        {
            all.Append($"\\u{(int)c:X4}");
        }

        return all.Append('"').ToString();
    }

    private static Gen<string> Value(int depth) =>
        depth == 0
            ? Gen.OneOf(Strings, Gen.Elements(Numbers), Gen.Elements("true", "false", "null"))
            : Gen.OneOf(Value(0), Value(0), Object(depth - 1), List(depth - 1));

    private static Gen<string> Object(int depth) =>
        from count in Gen.Choose(0, 4)
        from names in Names.ListOf(count)
        from values in Value(depth).ListOf(count)
        from escaped in Gen.Elements(false, true)
        from gap in Space
        from colon in Gen.Elements(":", ": ", " :\t")
        from end in Space
        select "{"
            + string.Join(
                ',',
                names.Distinct(StringComparer.Ordinal).Zip(values, (name, value) => gap + Spell(name, escaped) + colon + value + end)
            )
            + (count == 0 ? end : "")
            + "}";

    private static Gen<string> List(int depth) =>
        from count in Gen.Choose(0, 3)
        from values in Value(depth).ListOf(count)
        from gap in Space
        select $"[{gap}{string.Join($",{gap}", values)}]";
}
