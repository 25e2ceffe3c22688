using System.Text;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Formats.Data;

/// <summary>Writes random literals the many ways that HCL allows.</summary>
internal sealed class HclText(int seed)
{
    private static readonly string[] Margins = ["", "", " ", "  ", "    ", "\t", "\t  ", " \t", "\u00A0 ", "        "];
    private static readonly string[] Comments = ["", "", "", " # c\n", " // c\n", " /* c */ "];

    private readonly Random _random = new(seed);
    private readonly Queue<string> _texts = new(HostileText.Sequence(seed, 20_000));

    public string Value(int depth) =>
        _random.Next(depth > 2 ? 7 : 10) switch
        {
            0 or 1 or 2 => Quoted(_texts.Dequeue()),
            3 => Heredoc("<<"),
            4 => Heredoc("<<-"),
            5 => Number(),
            6 => Pick("true", "false", "null"),
            7 => $"[{string.Join(',', Values(depth).Select(v => Break() + v + Break()))}{(_random.Next(3) == 0 ? ",\n" : "")}]".Replace(
                "[,\n]",
                "[]",
                StringComparison.Ordinal
            ),
            _ => Map(depth),
        };

    private string[] Values(int depth) => [.. Enumerable.Range(0, _random.Next(4)).Select(_ => Value(depth + 1))];

    private string Map(int depth)
    {
        StringBuilder map = new("{" + Break());
        foreach ((int i, string value) in Values(depth).Index())
        {
            string key = _random.Next(3) switch
            {
                0 => $"k{i}",
                1 => Quoted($"{i} {_texts.Dequeue()}"),
                _ => $"{i}",
            };
            string end = value.EndsWith('\n') ? "" : Pick(",", "\n", ", ", ",\n", " # c\n", "\n\n"); // a heredoc brings its own
            map.Append($"{key}{Pick(" = ", "=", " : ", " =\t")}{value}{end}{Break()}");
        }

        return map.Append('}').ToString();
    }

    private string Number()
    {
        string whole = Pick("0", "1", "7", "42", "007", "5432", "9007199254740993", "123456789012345678901234567890123456789");
        string fraction = Pick("", "", ".5", ".0", ".50", ".1", ".000001", ".1234567890123456789012345678901234567");
        return Pick("", "", "-") + whole + fraction + Pick("", "", "", "e0", "e3", "E+20", "e-7", "e100", "E-45");
    }

    private string Quoted(string text)
    {
        StringBuilder quoted = new("\"");
        foreach (Rune rune in Escape(text).EnumerateRunes())
        {
            quoted.Append(
                rune.Value switch
                {
                    '"' => "\\\"",
                    '\\' => "\\\\",
                    '\n' => "\\n",
                    '\r' => "\\r",
                    '\t' when _random.Next(2) == 0 => "\\t",
                    > 127 when _random.Next(2) == 0 => rune.Value <= 0xFFFF && _random.Next(2) == 0
                        ? $"\\u{rune.Value:x4}"
                        : $"\\U{rune.Value:X8}",
                    _ => rune.ToString(),
                }
            );
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>Lines with margins of their own, blank ones with and without blanks among them.</summary>
    private string Heredoc(string open)
    {
        string text = string.Concat(
                Enumerable.Range(0, _random.Next(4)).Select(_ => _texts.Dequeue() + Pick("", "\n", "\n  \n", "\n\n", "\n\t\n"))
            )
            .Replace("\r", "", StringComparison.Ordinal);
        string margin = Pick(Margins);
        string body = string.Concat(
            text.Length == 0
                ? []
                : text.Split('\n').Select(l => (_random.Next(3) == 0 ? Pick(Margins) : margin + Pick("", "", "  ")) + l + "\n")
        );
        return $"{open}EOT\n{Escape(body)}{Pick("", "  ", "\t")}EOT\n";
    }

    private string Break() => Pick("", "", " ", "\n", "\t") + Pick(Comments);

    private string Pick(params string[] from) => from[_random.Next(from.Length)];

    private static string Escape(string text) =>
        text.Replace("${", "$${", StringComparison.Ordinal).Replace("%{", "%%{", StringComparison.Ordinal);
}
