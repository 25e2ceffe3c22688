using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace FlowSecrets.Providers.Gcp.Iam.Conditions;

internal enum CelTokenKind
{
    Name,
    Number,
    Text,
    Sign,
    End,
}

/// <param name="Words">The name, the sign, the digits, or the text without quotation marks and escapes.</param>
internal readonly record struct CelToken(CelTokenKind Kind, string Words);

/// <summary>Splits an expression into names, numbers, texts and signs.</summary>
internal static partial class CelTokens
{
    public static List<CelToken> Of(string expression)
    {
        List<CelToken> tokens = [];
        int at = 0;
        while (at < expression.Length)
        {
            Match match = Token().Match(expression, at);
            if (!match.Success || match.Index != at)
            {
                throw new CelException($"'{expression[at]}'");
            }

            at += match.Length;
            if (match.Groups["space"].Success)
            {
                continue;
            }

            tokens.Add(
                match.Groups["name"].Success ? new CelToken(CelTokenKind.Name, match.Value)
                : match.Groups["number"].Success ? new CelToken(CelTokenKind.Number, Digits(match.Value))
                : match.Groups["text"].Success ? new CelToken(CelTokenKind.Text, Plain(match.Value))
                : new CelToken(CelTokenKind.Sign, match.Value)
            );
        }

        tokens.Add(new CelToken(CelTokenKind.End, ""));
        return tokens;
    }

    /// <summary>Numbers with a fraction or an exponent, unsigned and hexadecimal ones are not understood here.</summary>
    private static string Digits(string number) => number.All(char.IsAsciiDigit) ? number : throw new CelException($"the number {number}");

    private static string Plain(string literal)
    {
        if (literal[0] is not ('"' or '\''))
        {
            return literal[2..^1];
        }

        string inner = literal[1..^1];
        return inner.Contains('\\', StringComparison.Ordinal) ? Escape().Replace(inner, static m => Unescape(m.Value)) : inner;
    }

    private static string Unescape(string escape) =>
        escape[1] switch
        {
            '\\' or '\'' or '"' or '`' or '?' => escape[1..],
            'n' => "\n",
            't' => "\t",
            'r' => "\r",
            'x'
            or 'u'
                when Rune.TryCreate(
                    int.TryParse(escape.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int code) ? code : -1,
                    out Rune rune
                ) => rune.ToString(),
            _ => throw new CelException($"the escape {escape}"),
        };

    /// <summary>Three quotation marks and bytes have no rule, so that they end as two texts beside each other, which is no CEL.</summary>
    [GeneratedRegex(
        """\G(?<space>\s+)|\G(?<text>[rR]"[^"\r\n]*"|[rR]'[^'\r\n]*'|"(\\.|[^"\\\r\n])*"|'(\\.|[^'\\\r\n])*')"""
            + """|\G(?<number>[0-9][0-9A-Za-z.]*)|\G(?<name>[A-Za-z_][A-Za-z0-9_]*)|\G(&&|\|\||[<>=!]=|[<>!()\[\],.?:+\-*/%])""",
        RegexOptions.ExplicitCapture
    )]
    private static partial Regex Token();

    [GeneratedRegex("""\\(x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|.)""", RegexOptions.ExplicitCapture)]
    private static partial Regex Escape();
}
