using System.Buffers;
using System.Text;
using FlowSecrets.Redaction;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Redaction;

/// <summary>U6 to U9: a value is never shown, however the program cuts or spells it; nothing else is touched or held back.</summary>
public sealed class StreamRedactorTests
{
    private const string Value = "q7Lm0Zx!w9Rk2/Tv+5Yb=8Nc&4Hd<1Gf>6Js\"3Pa'0Qe\\8Uo 2Ix%7Bz$9Wn#5Ct";

    [Fact]
    public void U6EverySplitOfAValueIsHidden()
    {
        using RedactionPatterns patterns = Patterns(("key", Value));
        byte[] text = Encoding.UTF8.GetBytes($"before {Value} after");
        for (int first = 0; first <= text.Length; first++)
        {
            for (int second = first; second <= text.Length; second++)
            {
                Assert.Equal("before *** after", Redact(patterns, text[..first], text[first..second], text[second..]));
            }
        }
    }

    [Fact]
    public void U6WhatCannotBecomeAValueIsNotDelayed()
    {
        using RedactionPatterns patterns = Patterns(("key", Value));
        StreamRedactor redactor = new(patterns);
        ArrayBufferWriter<byte> shown = new();
        redactor.Write("Password: "u8, shown);
        Assert.Equal("Password: ", Encoding.UTF8.GetString(shown.WrittenSpan));

        redactor.Write(Encoding.UTF8.GetBytes(Value[..10]), shown);
        Assert.Equal("Password: ", Encoding.UTF8.GetString(shown.WrittenSpan));

        redactor.Write("?"u8, shown);
        Assert.Equal($"Password: {Value[..10]}?", Encoding.UTF8.GetString(shown.WrittenSpan));
    }

    [Fact]
    public void TheBeginningOfAValueAtTheEndIsNoValue()
    {
        using RedactionPatterns patterns = Patterns(("key", Value));
        Assert.Equal("end " + Value[..20], Redact(patterns, Encoding.UTF8.GetBytes("end " + Value[..20])));
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("\r")]
    [InlineData(@"\n")]
    [InlineData("&#10;")]
    [InlineData("&#xA;")]
    [InlineData("%0A")]
    [InlineData("%0a")]
    public void U7AKeyOfSeveralLinesIsHiddenWithEveryLineEnd(string end)
    {
        string[] lines =
        [
            "-----BEGIN PRIVATE KEY-----",
            "MIIEvQIBADANBgkqhkiG9w0BAQEF",
            "AASCBKcwggSjAgEAAoIBAQC7VJTU",
            "-----END PRIVATE KEY-----",
        ];
        using RedactionPatterns patterns = Patterns(("tls", string.Join('\n', lines) + "\n"));
        string shown = Redact(patterns, Encoding.UTF8.GetBytes("key: " + Spell(string.Join(end, lines), end) + " end"));
        Assert.DoesNotContain("MIIEvQIBADANBgkqhkiG9w0BAQEF", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("AASCBKcwggSjAgEAAoIBAQC7VJTU", shown, StringComparison.Ordinal);
        Assert.StartsWith("key: ", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void U7ALineOfAKeyIsHiddenByItselfAndTheFrameOfAnotherKeyIsNot()
    {
        using RedactionPatterns patterns = Patterns(
            ("tls", "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEF\nshort\n-----END PRIVATE KEY-----\n")
        );
        string text = "-----BEGIN PRIVATE KEY-----\n  MIIEvQIBADANBgkqhkiG9w0BAQEF\nshort\n";
        Assert.Equal("-----BEGIN PRIVATE KEY-----\n  ***\nshort\n", Redact(patterns, Encoding.UTF8.GetBytes(text)));
    }

    [Fact]
    public void U8EncodingsAreHidden()
    {
        using RedactionPatterns patterns = Patterns(("key", Value));
        byte[] bytes = Encoding.UTF8.GetBytes(Value);
        string[] forms =
        [
            Convert.ToBase64String(bytes),
            Convert.ToBase64String(bytes).TrimEnd('='),
            Convert.ToBase64String(bytes).Replace('+', '-').Replace('/', '_'),
            Convert.ToHexString(bytes),
            Convert.ToHexStringLower(bytes),
            Uri.EscapeDataString(Value),
            Uri.EscapeDataString(Value).Replace("%20", "+", StringComparison.Ordinal),
            System.Net.WebUtility.UrlEncode(Value),
            System.Net.WebUtility.HtmlEncode(Value),
            System.Security.SecurityElement.Escape(Value),
            System.Text.Json.JsonEncodedText.Encode(Value).ToString(),
            System
                .Text.Json.JsonEncodedText.Encode(Value, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping)
                .ToString(),
            Value.Replace("'", "'\\''", StringComparison.Ordinal),
            Value.Replace("'", "''", StringComparison.Ordinal),
        ];
        foreach (string form in forms)
        {
            Assert.Equal("<***>", Redact(patterns, Encoding.UTF8.GetBytes($"<{form}>")));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    public void U8Base64IsHiddenInEveryAlignment(int before)
    {
        using RedactionPatterns patterns = Patterns(("key", Value));
        foreach (int after in new[] { 0, 1, 2, 3 })
        {
            string text = Convert.ToBase64String(Encoding.UTF8.GetBytes(new string('a', before) + Value + new string('z', after)));
            string shown = Redact(patterns, Encoding.UTF8.GetBytes(text));
            Assert.Contains("***", shown, StringComparison.Ordinal);

            // What is left is the neighbors' and at most the characters that the value shares with them.
            Assert.True(shown.Length - 3 <= ((before + after) * 4 / 3) + 4, shown);
        }
    }

    [Fact]
    public void U8TheLongestValueWinsAndShortOnesAreNamed()
    {
        using RedactionPatterns patterns = RedactionPatterns.Build(
            [
                Hidden("inner", "secret"),
                Hidden("outer", "my-secret-token"),
                Hidden("pin", "123"),
                Hidden("one", "é€x"),
                Hidden("empty", ""),
            ],
            showName: true
        );
        Assert.Equal("[outer] [inner] 123", Redact(patterns, "my-secret-token secret 123"u8.ToArray()));
        Assert.Equal(["pin", "one"], patterns.NotMasked);
    }

    [Fact]
    public void U9TheMarkCanShowTheName()
    {
        using RedactionPatterns named = RedactionPatterns.Build([Hidden("db.password", "hunter2-hunter2")], showName: true);
        Assert.Equal("login [db.password]", named.Redact("login hunter2-hunter2"));
        using RedactionPatterns plain = Patterns(("db.password", "hunter2-hunter2"));
        Assert.Equal("login ***", plain.Redact("login hunter2-hunter2"));
    }

    [Fact]
    public void ValuesThatOverlapLeaveNoPartOfEither()
    {
        using RedactionPatterns patterns = Patterns(("a", "abcdefgh"), ("b", "fghijklm"), ("run", "zzzz"));
        Assert.Equal("<***>", patterns.Redact("<abcdefghijklm>"));
        Assert.Equal("<***>", patterns.Redact("<" + new string('z', 9) + ">"));
        Assert.Equal("<******>", patterns.Redact("<abcdefghzzzz>"));
    }

    [Fact]
    public void TextWithoutValuesIsTheSameInstance()
    {
        using RedactionPatterns patterns = Patterns(("key", Value));
        string text = "nothing here \ud800 ✓";
        Assert.Same(text, patterns.Redact(text));
    }

    [Fact]
    public void BytesThatAreNoTextPassUnchangedAndBinaryValuesAreHidden()
    {
        byte[] binary = [0xff, 0xfe, 0x00, 0x80, 0x81, 0x0a, 0xc3];
        using RedactionPatterns patterns = RedactionPatterns.Build(
            [new HiddenValue("blob", SecretValue.FromBytes(binary), IsPart: false)],
            showName: false
        );
        byte[] noise = [.. Enumerable.Range(0, 256).Select(static i => (byte)i)];
        Assert.Equal(noise, RedactBytes(patterns, noise));
        Assert.Equal([0x01, .. "***"u8, 0x02], RedactBytes(patterns, [0x01, .. binary, 0x02]));
    }

    private static string Spell(string text, string end) =>
        end == "%0A" ? Uri.EscapeDataString(text).Replace("%250A", "%0A", StringComparison.Ordinal)
        : end == "%0a"
            ? System.Text.RegularExpressions.Regex.Replace(
                Uri.EscapeDataString(text).Replace("%250a", "%0a", StringComparison.Ordinal),
                "%[0-9A-F]{2}",
                static m => m.Value.ToLowerInvariant(),
                System.Text.RegularExpressions.RegexOptions.NonBacktracking
            )
        : text;

    internal static HiddenValue Hidden(string name, string value) => new(name, SecretValue.FromText(value), IsPart: false);

    internal static RedactionPatterns Patterns(params (string Name, string Value)[] values) =>
        RedactionPatterns.Build([.. values.Select(static v => Hidden(v.Name, v.Value))], showName: false);

    internal static byte[] RedactBytes(RedactionPatterns patterns, params byte[][] chunks)
    {
        StreamRedactor redactor = new(patterns);
        ArrayBufferWriter<byte> shown = new();
        foreach (byte[] chunk in chunks)
        {
            redactor.Write(chunk, shown);
        }

        redactor.Flush(shown);
        return shown.WrittenSpan.ToArray();
    }

    private static string Redact(RedactionPatterns patterns, params byte[][] chunks) =>
        Encoding.UTF8.GetString(RedactBytes(patterns, chunks));
}
