using FlowSecrets.Errors;
using FlowSecrets.Formats.Dotenv;
using FlowSecrets.Tests.Support;
using FsCheck;
using FsCheck.Fluent;

namespace FlowSecrets.Tests.Formats.Dotenv;

/// <summary>A file that a person edits too: what is not set anew stays as it stands.</summary>
public sealed class EnvMergeDocumentTests
{
    private static readonly string[] Lines =
    [
        "# a comment",
        "#=",
        "",
        "   ",
        "\t",
        "words without meaning",
        "; not a comment here",
        "# it's \"odd\" `here`",
        "#   == section ==",
        "export",
        "- list",
        "  # indented",
        "A1=plain",
        "A2='quoted # here'",
        "A3=\"double\"",
        "  A4 = spaced  ",
        "export A5=exported",
        "A6='over\ntwo lines'",
        "A7=",
        "A8=x # comment",
        "A9=with='quote inside",
        "A10=\"{\n\n  \\\"a\\\": 1 }\"",
        "OURS=old",
        "export OURS='older'",
        "# flowsecrets:keep",
        "# == section ==",
    ];

    private static readonly Arbitrary<string[]> Documents = Gen.Elements(Lines).ListOf().Select(static l => l.ToArray()).ToArbitrary();

    [Fact]
    public void SettingLeavesEveryOtherSpanAndTheirOrder()
    {
        Properties.Hold(
            Documents,
            lines =>
            {
                string text = string.Concat(lines.Select(static l => l + "\n"));
                List<string> others = Others(text);
                bool stood = Read(text).Any(static s => s.Name == "OURS");

                IEnvDocument document = EnvDocument.Parse(text, EnvDialect.Portable, "f");
                Assert.Equal(text, document.ToText());
                document.Set("OURS", "new value", "section", "what it is");
                List<string> after = Others(document.ToText());

                Assert.Equal("new value", EnvDocument.Parse(document.ToText(), EnvDialect.Portable, "f").Get("OURS"));
                if (stood)
                {
                    Assert.Equal(others, after);
                }
                else
                {
                    Assert.InRange(after.Count - others.Count, 1, 3); // its comment; a new section's header and the blank before it
                    Assert.True(IsWithin(others, after), document.ToText());
                }
            }
        );
    }

    [Fact]
    public void SettingTwiceIsSettingOnce()
    {
        Properties.Hold(
            Documents,
            lines =>
            {
                string text = string.Concat(lines.Select(static l => l + "\n"));
                string once = Set(text, "OURS", "it's new");
                Assert.Equal(once, Set(once, "OURS", "it's new"));
                Assert.Equal(once, Set(Set(text, "OURS", "other"), "OURS", "it's new"));
            }
        );
    }

    [Fact]
    public void EveryStandOfANameIsSet()
    {
        IEnvDocument document = EnvDocument.Parse("A=1\nB=2\nA=3\n", EnvDialect.Portable, "f");
        Assert.Equal("3", document.Get("A"));
        document.Set("A", "4", "s", "never written, since it stands");
        Assert.Equal("A=4\nB=2\nA=4\n", document.ToText());
    }

    [Theory]
    [InlineData("# flowsecrets:keep\nA=1\n", true)]
    [InlineData("#flowsecrets:keep because of the demo\nA=1\n", true)]
    [InlineData("  # FlowSecrets:Keep\nA=1\n", true)]
    [InlineData("A=0\n# flowsecrets:keep\nA=1\n", true)]
    [InlineData("# flowsecrets:keep\n\nA=1\n", false)]
    [InlineData("# flowsecrets:keep\nB=1\nA=1\n", false)]
    [InlineData("# not flowsecrets:keep\nA=1\n", false)]
    [InlineData("A=1 # flowsecrets:keep\n", false)]
    [InlineData("B='\n# flowsecrets:keep\n'\nA=1\n", false)]
    public void TheMarkKeepsTheVariableRightBelowIt(string text, bool kept) =>
        Assert.Equal(kept, EnvDocument.Parse(text, EnvDialect.Portable, "f").IsKept("A"));

    [Theory]
    [InlineData("A: 1\n", EnvDialect.Portable)]
    [InlineData("A:\t1\n", EnvDialect.Dotenv)]
    [InlineData("A: 1\n", EnvDialect.Compose)]
    [InlineData("export\tA=1\n", EnvDialect.Portable)]
    [InlineData("B=2\rA=1\r", EnvDialect.Portable)]
    [InlineData("B=2\rA=1\r", EnvDialect.Bash)]
    public void AVariableInAnUnusualLineIsThere(string text, EnvDialect dialect)
    {
        IEnvDocument document = EnvDocument.Parse(text, dialect, "f");
        Assert.Equal("1", document.Get("A"));
        document.Set("A", "2", "s", null);
        Assert.Equal("2", EnvDocument.Parse(document.ToText(), dialect, "f").Get("A"));
        Assert.DoesNotContain("== s ==", document.ToText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("A:1\n")]
    [InlineData("http://x/?A=1\n")]
    [InlineData("spring.datasource.password=pw\n")]
    [InlineData("A-B=y\n")]
    [InlineData("AWS_PROFILE\n")]
    public void WhatIsNoVariableOfOursStaysAsItStands(string text)
    {
        IEnvDocument document = EnvDocument.Parse(text, EnvDialect.Portable, "f");
        document.Set("NEW", "1", "s", null);
        Assert.StartsWith(text, document.ToText(), StringComparison.Ordinal);
    }

    [Fact]
    public void VariablesGoToTheEndOfTheirSection()
    {
        IEnvDocument document = EnvDocument.Parse("USER=1\n", EnvDialect.Portable, "f");
        document.Set("A", "1", "core", "first");
        document.Set("X", "2", "other", null);
        document.Set("B", "3", "core", null);
        Assert.Equal("USER=1\n\n# == core ==\n# first\nA=1\nB=3\n\n# == other ==\nX=2\n", document.ToText());
    }

    [Fact]
    public void AnEmptyFileBeginsWithTheSection() => Assert.Equal("# == s ==\nA=1\n", Set("", "A", "1"));

    [Fact]
    public void NoCommentGoesOnInTheNextLine()
    {
        Properties.Hold(
            HostileText.Any,
            text =>
            {
                IEnvDocument document = EnvDocument.Parse("", EnvDialect.Portable, "f");
                document.Set("A", "1", text, text);
                string[] lines = document.ToText().Split('\n');

                Assert.Equal(4, lines.Length); // section, comment, variable, end
                Assert.All(lines[..2], static l => Assert.StartsWith("# ", l, StringComparison.Ordinal));
                Assert.All(lines, static l => Assert.False(l.EndsWith('\\') || l.Contains('\r')));
                Assert.Equal(["A"], EnvDocument.Parse(document.ToText(), EnvDialect.Portable, "f").Names);
            }
        );
    }

    [Theory]
    [InlineData(EnvDialect.Portable)]
    [InlineData(EnvDialect.Compose)]
    [InlineData(EnvDialect.Node)]
    [InlineData(EnvDialect.Python)]
    [InlineData(EnvDialect.Systemd)]
    [InlineData(EnvDialect.Bash)]
    [InlineData(EnvDialect.Docker)]
    public void LineEndsAndByteOrderMarkAreNormalised(EnvDialect dialect)
    {
        foreach (string text in new[] { "\uFEFFA=1\r\n# c\r\n\r\nB=2\r\n", "A=1\r\n# c\n\r\nB=2\r\n", "A=1\r\n# c\n\nB=2" })
        {
            IEnvDocument document = EnvDocument.Parse(text, dialect, "f");
            Assert.Equal("1", document.Get("A"));
            Assert.Equal("2", document.Get("B"));
            Assert.Equal("A=1\n# c\n\nB=2\n", document.ToText());
        }
    }

    [Fact]
    public void AValueOverSeveralLinesOfACrLfFileHasLineFeeds() =>
        Assert.Equal("a\nb", EnvDocument.Parse("A='a\r\nb'\r\nB=1\r\n", EnvDialect.Systemd, "f").Get("A"));

    [Theory]
    [InlineData(EnvDialect.Portable, "A=1\n\nB='x\ny\n", 3)]
    [InlineData(EnvDialect.Portable, "A='1\n2'\nB=\"x\n", 3)]
    [InlineData(EnvDialect.Node, "# c\nB=`x\n", 2)]
    [InlineData(EnvDialect.Python, "A='1\\'\n", 1)]
    [InlineData(EnvDialect.Compose, "B=\"x\\\"\n", 1)]
    [InlineData(EnvDialect.Systemd, "\r\n\r\nB='x\r\n", 3)]
    [InlineData(EnvDialect.Bash, "A=1\nB=a'b\n", 2)]
    [InlineData(EnvDialect.Bash, "A=1\nB=\"b\\\"\n", 2)]
    [InlineData(EnvDialect.Pwsh, "\n$env:B = 'it''s\n", 2)]
    public void AnOpenQuoteIsAnErrorWithItsLine(EnvDialect dialect, string text, int line)
    {
        FlowSecretException error = Assert.Throws<FlowSecretException>(() => EnvDocument.Parse(text, dialect, "some.env"));
        Assert.Equal(ErrorIds.EnvFileInvalid, error.Id);
        Assert.StartsWith($"some.env:{line}:", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{ \"A\": ")]
    [InlineData("[1]")]
    [InlineData("\"MARKED\"")]
    [InlineData("{ \"A\": 1, \"A\": 2 }")]
    public void WhatIsNoJsonObjectIsInvalid(string text)
    {
        FlowSecretException error = Assert.Throws<FlowSecretException>(() => EnvDocument.Parse(text, EnvDialect.Json, "f.json"));
        Assert.Equal(ErrorIds.EnvFileInvalid, error.Id);
        Assert.DoesNotContain("MARKED", error.Message, StringComparison.Ordinal);
    }

    private static string Set(string text, string name, string value)
    {
        IEnvDocument document = EnvDocument.Parse(text, EnvDialect.Portable, "f");
        document.Set(name, value, "s", null);
        return document.ToText();
    }

    private static IReadOnlyList<EnvSpan> Read(string text) => EnvReader.Read(text, EnvDialect.Portable, "f");

    private static List<string> Others(string text) => [.. Read(text).Where(static s => s.Name != "OURS").Select(static s => s.Text)];

    private static bool IsWithin(List<string> few, List<string> many)
    {
        int at = 0;
        foreach (string line in many)
        {
            at += at < few.Count && few[at] == line ? 1 : 0;
        }

        return at == few.Count;
    }
}
