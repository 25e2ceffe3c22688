using FsCheck;
using FsCheck.Fluent;

namespace FlowSecrets.Tests.Support;

/// <summary>Values made of what parsers, shells and YAML readers stumble over.</summary>
internal static class HostileText
{
    private static readonly string[] Plain = ["a", "B", "7", "_", "-", ".", "/", "abc", "value", "xyz123"];

    private static readonly string[] Pieces =
    [
        "'",
        "\"",
        "`",
        "\\",
        "$",
        "{",
        "}",
        "#",
        "=",
        " ",
        "\t",
        "\n",
        "\r",
        "\r\n",
        "é",
        "ß",
        "語",
        "😀",
        "~",
        "!",
        "&",
        "|",
        ";",
        "*",
        "(",
        ")",
        "<",
        ">",
        "%",
        "?",
        ",",
        ":",
        "@",
        "[",
        "]",
        "^",
        "+",
        "\\n",
        "\\t",
        "\\\"",
        "\\'",
        "\\\\",
        "${X}",
        "$X",
        "$(id)",
        "`id`",
        "{{ x }}",
        "%{if}",
        "$${",
        " #",
        "# ",
        "\n#",
        "\nA=b",
        "export X=1",
        "\u2018",
        "\u2019",
        "\u201C",
        "\u201D",
        "\u00A0",
        "\u3000",
        "\u2028",
        "\uFEFF",
        "yes",
        "null",
        "1e3",
        "-----BEGIN KEY-----\n",
    ];

    /// <summary>Any text of these pieces; about half of it plain, so that not every value is refused.</summary>
    public static Arbitrary<string> Any { get; } =
        Arb.From(
            Gen.Frequency((1, Gen.Elements(Plain)), (1, Gen.Elements(Pieces))).ListOf().Select(static pieces => string.Concat(pieces)),
            Shorter
        );

    /// <summary>The same values for the same seed, for files that other programs read.</summary>
    public static IEnumerable<string> Sequence(int seed, int count)
    {
        Random random = new(seed);
        for (int i = 0; i < count; i++)
        {
            string[] pieces = new string[i % 20 == 0 ? random.Next(40) : random.Next(7)];
            for (int p = 0; p < pieces.Length; p++)
            {
                string[] from = random.Next(2) == 0 ? Plain : Pieces;
                pieces[p] = from[random.Next(from.Length)];
            }

            yield return string.Concat(pieces);
        }
    }

    private static IEnumerable<string> Shorter(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            int length = char.IsSurrogate(text[i]) ? 2 : 1;
            yield return text.Remove(i, length);
            i += length - 1;
        }
    }
}

/// <summary>Properties that must hold for whatever is generated; a failure names the shrunk case and the seed.</summary>
internal static class Properties
{
    /// <param name="body">Asserts; it must not keep state.</param>
    public static void Hold<T>(Arbitrary<T> values, Action<T> body, int tests = 500) =>
        Prop.ForAll(values, body).Check(Config.QuickThrowOnFailure.WithMaxTest(tests));
}
