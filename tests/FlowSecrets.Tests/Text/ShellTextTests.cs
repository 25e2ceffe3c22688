using System.Text;
using FlowSecrets.Tests.Support;
using FlowSecrets.Text;

namespace FlowSecrets.Tests.Text;

/// <summary>Texts that shells and terminals stumble over, read by the shells themselves.</summary>
public sealed class ShellTextTests
{
    private static readonly string[] Hard =
    [
        "",
        "plain",
        "it's",
        "k'; touch PWN; '",
        "a\u2018b\u2019c\u201Ad\u201Be",
        "a\u201Cb\u201Dc\u201E",
        "\"$(touch PWN)\"",
        "`touch PWN`",
        "'\"$x`!\\",
        "-Force",
        "--option",
        "@splat",
        "a,b",
        "a b",
        "a\nb",
        "a\r\nb",
        "\t\u0001\u001b[2K\a\u007f\u009b",
        "nul\0byte",
        "\ud83d\ude00",
        "\ud83d",
        "\ude00x",
        "\u2028\u2029\u202e\u200b\ufeff",
        "${env:PATH}",
        "$",
        "\\",
        "'\u0001$`\"",
    ];

    private static IEnumerable<string> Texts => Hard.Concat(HostileText.Sequence(5, 300));

    /// <summary>Each quoted text is given as text to PowerShell's own parser: one string constant, with exactly that value.</summary>
    [Fact]
    [Trait(Tier.Name, Tier.Witness)]
    public void PowerShellReadsOneConstant()
    {
        using Sandbox sandbox = new();
        string[] texts = [.. Texts];
        IEnumerable<string> lines = texts.SelectMany(static t =>
            new[]
            {
                PowerShellText.Quote(t),
                PowerShellText.SingleQuote(t),
                PowerShellText.DoubleQuote(t),
                CompletedWord.Of(t, ""),
                CompletedWord.Of(t, "'x"),
                CompletedWord.Of(t, "\"x"),
            }.Select(q => $"{Utf16(q)} {Utf16(t)}")
        );
        sandbox.Write("texts", string.Join('\n', lines));
        (int exitCode, string output, string error) = PowerShellProgram
            .Find()
            .Run(
                sandbox.Folder,
                null,
                "-NoProfile",
                "-NonInteractive",
                "-Command",
                """
                $n = 0
                foreach ($line in [IO.File]::ReadAllLines("$PWD/texts")) {
                    $quoted, $text = $line.Split(' ').ForEach({
                        [string]::new([char[]]@($_.Split('.') | Where-Object { $_ } | ForEach-Object { [int]$_ }))
                    })
                    $errors = $null
                    $ast = [System.Management.Automation.Language.Parser]::ParseInput("Get-Thing $quoted", [ref]$null, [ref]$errors)
                    $statements = $ast.EndBlock.Statements
                    $elements = $statements[0].PipelineElements[0].CommandElements
                    if ($errors.Count -or $statements.Count -ne 1 -or $elements.Count -ne 2 -or
                        $elements[1] -isnot [System.Management.Automation.Language.ConstantExpressionAst] -or
                        -not [string]::Equals("$($elements[1].Value)", $text, 'Ordinal')) { $line }
                    $n++
                }
                "$n read"
                """
            );
        Assert.True(exitCode == 0, error);
        Assert.Equal($"{texts.Length * 6} read", output.Trim());
    }

    [Theory]
    [InlineData("llm", "", "llm")]
    [InlineData("llm-1", "'l", "'llm-1'")]
    [InlineData("llm-1", "\"l", "\"llm-1\"")]
    [InlineData("x; Write-Host COMPLETED", "x", "'x; Write-Host COMPLETED'")]
    [InlineData("it's", "\u2018i", "'it''s'")]
    [InlineData("12", "", "12")]
    [InlineData("007", "", "'007'")]
    [InlineData("1e3", "", "'1e3'")]
    [InlineData("-Force", "", "'-Force'")]
    [InlineData("a$b", "\"a", "\"a`$b\"")]
    public void CompletionInsertsTheVeryName(string name, string word, string expected)
    {
        Assert.Equal(expected, CompletedWord.Of(name, word));
        Assert.Equal(name, CompletedWord.Typed(expected));
    }

    [Fact]
    [Trait(Tier.Name, Tier.Witness)]
    public void ShReadsTheSameWord()
    {
        string sh = Tool.Require("sh");
        using Sandbox sandbox = new();
        foreach (string text in Texts.Where(static t => !t.Any(char.IsSurrogate) && !t.StartsWith('\uFEFF')))
        {
            (int exitCode, string output, string error) = Tool.Run(
                sh,
                sandbox.Folder,
                null,
                "-c",
                $"printf '%s|' {PosixShell.Quote(text)}"
            );
            Assert.True(exitCode == 0, error);
            Assert.Equal(text.Replace("\0", "", StringComparison.Ordinal) + "|", output);
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(sandbox.Folder));
    }

    /// <summary>What PowerShell is given is harmless in sh too, and the same text wherever both can say it.</summary>
    [Fact]
    [Trait(Tier.Name, Tier.Witness)]
    public void WhatPowerShellReadsIsOneWordInSh()
    {
        string sh = Tool.Require("sh");
        using Sandbox sandbox = new();
        foreach (string text in Texts.Select(PlainText.Visible).Where(static t => !t.Any(char.IsSurrogate)))
        {
            (int exitCode, string output, string error) = Tool.Run(
                sh,
                sandbox.Folder,
                null,
                "-c",
                $"printf '%s|' {PowerShellText.Quote(text)}"
            );
            Assert.True(exitCode == 0, $"{text}: {error}");
            bool isSame =
                !text.Any(PowerShellText.IsSingleQuote) || !text.Any(static c => PowerShellText.IsDoubleQuote(c) || "$`\\!".Contains(c));
            Assert.Equal(isSame, output == text + "|");
            Assert.Equal(1, output.Count(static c => c == '|') - text.Count(static c => c == '|'));
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(sandbox.Folder));
    }

    [Theory]
    [InlineData("s\n##vso[task.setvariable variable=PATH]/evil", "s # #vso[task.setvariable variable=PATH]/evil")]
    [InlineData("\n::add-path::/evil", " : :add-path::/evil")]
    [InlineData("::error file=a,line=1::text", ": :error file=a,line=1::text")]
    [InlineData(":\u200b:error::x", ": :error::x")]
    [InlineData("##teamcity[x]", "# #teamcity[x]")]
    [InlineData("##[error]x", "# #[error]x")]
    [InlineData("\u001b]0;t\aa\u001b[2K\r\u009b1Ab", " ]0;t a [2K  1Ab")]
    [InlineData("a\u202eb\u2066c\u2028d\u2029e", "abc d e")]
    [InlineData("fe80::1 and arn:aws:iam::1:role/x", "fe80::1 and arn:aws:iam::1:role/x")]
    [InlineData("# Title: a :: b", "# Title: a :: b")]
    public void ALineIsClean(string text, string expected) => Assert.Equal(expected, PlainText.Line(text));

    [Fact]
    public void HalfACharacterIsShownAsOne() => Assert.Equal("x\ufffdy\ud83d\ude00z\ufffd", PlainText.Line("x\ud83dy\ud83d\ude00z\ude00"));

    [Fact]
    public void NoTextIsACommandOfACiSystem() =>
        Properties.Hold(
            HostileText.Any,
            static text =>
            {
                string line = PlainText.Line($"{text}##vso[x]{text}::error::{text}");
                Assert.DoesNotContain("##vso[", line, StringComparison.Ordinal);
                Assert.DoesNotContain("::error::", line, StringComparison.Ordinal);
                Assert.DoesNotContain(line, char.IsControl);
            }
        );

    /// <summary>Numbers, since lone surrogates are in no encoding.</summary>
    private static string Utf16(string text) =>
        text.Aggregate(new StringBuilder("."), static (b, c) => b.Append((int)c).Append('.')).ToString();
}
