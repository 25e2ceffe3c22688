using System.Net;
using System.Text;
using System.Text.Json;
using FlowSecrets.Errors;
using FlowSecrets.Redaction;
using FlowSecrets.Tests.Operations.Rotation.Targets;
using FlowSecrets.Tests.Support;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Redaction;

/// <summary>The last line of a script's errors is shown without the values, however they are written there.</summary>
public sealed class RedactorTests
{
    private const string Hostile = "p'a\"s\\s w&o<r>d/+é語😀%$";

    [Fact]
    public void WhatHoldsNoValueStays()
    {
        using SecretValue value = SecretValue.FromText("""{"host":"db.example","port":5432,"password":"abc-password-9"}""");
        Assert.Equal("connection refused (3 tries)", Redactor.Conceal("connection refused (3 tries)", [value]));
        Assert.Equal(
            $"login to {SecretValue.Mask}:{SecretValue.Mask} with {SecretValue.Mask} failed",
            Redactor.Conceal("login to db.example:5432 with abc-password-9 failed", [value])
        );
    }

    [Theory]
    [MemberData(nameof(Spellings))]
    public void EverySpellingIsConcealed(string name, string spelled)
    {
        using SecretValue value = SecretValue.FromText(Hostile);
        string shown = Redactor.Conceal($"refused '{spelled}' by the server", [value]);
        Assert.True(
            shown == $"refused '{SecretValue.Mask}' by the server" || shown == $"refused {SecretValue.Mask} by the server",
            $"{name}: {shown}"
        );
    }

    public static TheoryData<string, string> Spellings()
    {
        byte[] bytes = Encoding.UTF8.GetBytes(Hostile);
        return new TheoryData<string, string>
        {
            { "plain", Hostile },
            { "another case", Hostile.ToUpperInvariant() },
            { "JSON", JsonEncodedText.Encode(Hostile).ToString() },
            {
                "relaxed JSON",
                JsonEncodedText.Encode(Hostile, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString()
            },
            { "JSON of Python", "p'a\\\"s\\\\s w&o<r>d/+\\u00e9\\u8a9e\\ud83d\\ude00%$" },
            { "JSON with slashes escaped", "p'a\\\"s\\\\s w&o<r>d\\/+é語😀%$" },
            { "percent", Uri.EscapeDataString(Hostile) },
            { "a form", WebUtility.UrlEncode(Hostile) },
            { "HTML", WebUtility.HtmlEncode(Hostile) },
            { "a shell's quotation", Hostile.Replace("'", "'\\''", StringComparison.Ordinal) },
            { "SQL's quotation", Hostile.Replace("'", "''", StringComparison.Ordinal) },
            {
                "bytes of Python",
                string.Concat(bytes.Select(static b => b is > 0x20 and < 0x7F and not 0x27 ? ((char)b).ToString() : $"\\x{b:x2}"))
            },
            {
                "octal",
                string.Concat(
                    bytes.Select(static b => b is > 0x20 and < 0x7F ? ((char)b).ToString() : "\\" + Convert.ToString(b, 8).PadLeft(3, '0'))
                )
            },
            { "not UTF-8", Hostile.Replace('é', '\uFFFD').Replace('語', '?').Replace("😀", "?", StringComparison.Ordinal) },
            { "base64 without padding", Convert.ToBase64String(bytes).TrimEnd('=') },
            { "base64url", Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_') },
            { "hexadecimal", Convert.ToHexString(bytes) },
            { "hexadecimal in lower case", Convert.ToHexStringLower(bytes) },
        };
    }

    [Theory]
    [InlineData("")]
    [InlineData("u:")]
    [InlineData("user:")]
    [InlineData("another-user:")]
    public void WithinBase64OfSomethingLonger(string before)
    {
        using SecretValue value = SecretValue.FromText("correct-horse-9");
        string shown = Redactor.Conceal(
            "sent " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{before}correct-horse-9:after")),
            [value]
        );
        Assert.DoesNotContain(Convert.ToBase64String(Encoding.UTF8.GetBytes("horse")).TrimEnd('=')[..4], shown);
        Assert.Contains(SecretValue.Mask, shown);
    }

    [Fact]
    public void PartsOfALongValueAreConcealed()
    {
        string text = string.Concat(Enumerable.Range(0, 300).Select(static i => (char)('a' + (i * 7 % 26))));
        using SecretValue value = SecretValue.FromText(text);
        Assert.Equal(
            $"bad value {SecretValue.Mask}... (300 characters)",
            Redactor.Conceal($"bad value {text[..100]}... (300 characters)", [value])
        );
        Assert.Equal(SecretValue.Mask, Redactor.Conceal(Convert.ToBase64String(Encoding.UTF8.GetBytes(text))[76..152], [value]));
    }

    [Theory]
    [InlineData("line one\nsecond-line\n", "second-line")]
    [InlineData("  spaces around  ", "spaces around")]
    [InlineData("""{"a":{"b":["nested-value"]}}""", "nested-value")]
    [InlineData("""{"a":"first-value","a":"second-value"}""", "second-value")]
    [InlineData("""["in-an-array"]""", "in-an-array")]
    [InlineData("""{"a":"with \"quotes\" and \u00e9"}""", "with \"quotes\" and é")]
    [InlineData("x", "x")]
    public void PartsThatProgramsSeeAreConcealed(string text, string part)
    {
        using SecretValue value = SecretValue.FromText(text);
        Assert.Equal($"refused [{SecretValue.Mask}]", Redactor.Conceal($"refused [{part}]", [value]));
    }

    [Fact]
    public void AShortValueHidesNoPartsOfWords()
    {
        using SecretValue value = SecretValue.FromText("e");
        Assert.Equal($"the server {SecretValue.Mask} said", Redactor.Conceal("the server e said", [value]));
    }

    [Fact]
    public void BytesAreConcealedToo()
    {
        byte[] bytes = [0xFF, 0xD8, 0x01, 0x02, 0x80, 0x90];
        using SecretValue value = SecretValue.FromBytes(bytes);
        Assert.DoesNotContain("/9gBAoCQ", Redactor.Conceal("x /9gBAoCQ y", [value]));
        Assert.DoesNotContain("ffd801028090", Redactor.Conceal("x ffd801028090 y", [value]));
    }

    [Fact]
    public void AnyValueIsConcealedHoweverItIsWritten() =>
        Properties.Hold(
            HostileText.Any,
            static text =>
            {
                string plain = text.Trim();
                if (plain.Length < 4 || plain.Contains('\n'))
                {
                    return;
                }

                using SecretValue value = SecretValue.FromText(text);
                foreach (
                    string spelled in new[]
                    {
                        plain,
                        JsonEncodedText.Encode(plain).ToString(),
                        Uri.EscapeDataString(plain),
                        WebUtility.HtmlEncode(plain),
                    }
                )
                {
                    Assert.Equal($"<<<{SecretValue.Mask}>>>", Redactor.Conceal($"<<<{spelled}>>>", [value]));
                }
            }
        );

    [Fact]
    public void AValueOfAnyLengthIsConcealedInEverySpelling()
    {
        Random random = new(20261130);
        for (int length = 1; length <= 40; length++)
        {
            for (int i = 0; i < 20; i++)
            {
                byte[] bytes = new byte[length];
                random.NextBytes(bytes);
                if (i % 2 == 0)
                {
                    // Printable, and no blank, of which a line's ends are trimmed.
                    bytes = [.. bytes.Select(static b => (byte)('!' + (b % ('~' - '!' + 1))))];
                }

                using SecretValue value = SecretValue.FromBytes(bytes);
                foreach (string spelled in EncodedSpellings(bytes).Concat(value.IsText() ? TextSpellings(bytes) : []))
                {
                    string shown = Redactor.Conceal($"refused \u00AB{spelled}\u00BB (3 tries)", [value]);
                    Assert.Contains($"\u00AB{SecretValue.Mask}\u00BB", shown);
                }
            }
        }
    }

    private static IEnumerable<string> EncodedSpellings(byte[] bytes)
    {
        string base64 = Convert.ToBase64String(bytes);
        string url = base64.Replace('+', '-').Replace('/', '_');
        string hex = Convert.ToHexString(bytes);
        return
        [
            base64,
            base64.TrimEnd('='),
            url,
            url.TrimEnd('='),
            hex,
            hex.ToLowerInvariant(),
            string.Concat(bytes.Select(static b => $"%{b:X2}")),
            string.Concat(bytes.Select(static b => $"%{b:x2}")),
            string.Concat(bytes.Select(static b => $"\\x{b:x2}")),
            string.Concat(bytes.Select(static b => "\\" + Convert.ToString(b, 8).PadLeft(3, '0'))),
        ];
    }

    private static IEnumerable<string> TextSpellings(byte[] bytes)
    {
        string text = Encoding.UTF8.GetString(bytes);
        return
        [
            text,
            JsonEncodedText.Encode(text).ToString(),
            JsonEncodedText.Encode(text, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString(),
            string.Concat(text.Select(static c => $"\\u{(int)c:x4}")),
            Uri.EscapeDataString(text),
            WebUtility.UrlEncode(text),
            WebUtility.HtmlEncode(text),
        ];
    }

    [Theory]
    [InlineData("the number 0x6f6c64")]
    [InlineData("sent b2xk")]
    [InlineData("at http://host/?q=a%6F%6C%64b")]
    [InlineData("{\"v\":\"\\u006f\\u006c\\u0064\"}")]
    public void AShortValueIsConcealedWhereItIsEncoded(string line)
    {
        using SecretValue value = SecretValue.FromText("old");
        Assert.Contains(SecretValue.Mask, Redactor.Conceal(line, [value]));
    }

    [Theory]
    [InlineData("cat >&2; exit 1")]
    [InlineData("v=$(cat | sed 's/.*\"value\":\"//; s/\".*//'); echo \"cannot set $v\" >&2; exit 1")]
    [InlineData("v=$(cat | sed 's/.*\"value\":\"//; s/\".*//'); set -x; : \"$v\"; exit 1")]
    [InlineData("v=$(cat | sed 's/.*\"value\":\"//; s/\".*//'); echo \"cannot set $(printf %s $v | base64)\" >&2; exit 1")]
    [InlineData("v=$(cat | sed 's/.*\"value\":\"//; s/\".*//'); head -c 5000 /dev/zero | tr '\\0' x >&2; echo \"$v\" >&2; exit 1")]
    [InlineData("v=$(cat | sed 's/.*\"value\":\"//; s/\".*//'); echo $v; for i in $(seq 1 2000); do printf 'x%s' \"$v\" >&2; done; exit 1")]
    public async Task WhatAScriptPrintsDoesNotGiveItAway(string body)
    {
        using ScriptStage stage = new();
        using SecretValue value = SecretValue.FromText("tr0ub4dor-and-3");
        FlowSecretException error = await stage.FailAsync(ErrorIds.TargetUnavailable, body, value);
        Assert.DoesNotContain("tr0ub4dor", error.ToString());
        Assert.DoesNotContain("dor-and-3", error.ToString());
        Assert.DoesNotContain(Convert.ToBase64String("tr0ub4dor"u8), error.ToString());
    }
}
