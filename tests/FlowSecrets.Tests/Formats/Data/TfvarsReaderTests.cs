using FlowSecrets.Errors;
using FlowSecrets.Formats.Data;
using FlowSecrets.Model;
using FlowSecrets.Tests.Support;
using FsCheck;
using FsCheck.Fluent;

namespace FlowSecrets.Tests.Formats.Data;

/// <summary>HCL literals, and what is none.</summary>
public sealed class TfvarsReaderTests
{
    private const string Mark = "MARKED7f3a91";

    [Theory]
    [InlineData("\"\"", "")]
    [InlineData("\"plain\"", "plain")]
    [InlineData("\"a\\nb\\rc\\td\\\"e\\\\f\"", "a\nb\rc\td\"e\\f")]
    [InlineData("\"\\u00e9\\U0001F600\"", "é😀")]
    [InlineData("\"$${x} %%{if} $ % $$ %% $a {}\"", "${x} %{if} $ % $$ %% $a {}")]
    [InlineData("\"$$${x}\"", "$${x}")]
    [InlineData("\"# no // comment /* here */\"", "# no // comment /* here */")]
    [InlineData("\"tab\there\"", "tab\there")]
    [InlineData("<<EOF\none\n  two\\n\n\nEOF", "one\n  two\\n\n\n")]
    [InlineData("<<EOF\n$${x} \"q\"\n  EOF", "${x} \"q\"\n")]
    [InlineData("<<EOF\nEOF", "")]
    [InlineData("<<EOF\nnot EOF\nEOF2\nEOF", "not EOF\nEOF2\n")]
    [InlineData("<<-EOF\n    one\n      two\n    EOF", "one\n  two\n")]
    [InlineData("<<-EOF\n    one\n  \n\n\t   two\n  EOF", "one\n  \n\ntwo\n")]
    [InlineData("<<-EOF\n\u00A0\u3000one\n    two\nEOF", "one\n  two\n")]
    [InlineData("<<-END\none\n  two\nEND", "one\n  two\n")]
    public void Texts(string literal, string expected)
    {
        DocNode node = Single(literal);
        Assert.Equal(DocKind.Text, node.Kind);
        Assert.Equal(expected, node.Text);
    }

    [Theory]
    [InlineData("0", "0")]
    [InlineData("007", "7")]
    [InlineData("-5", "-5")]
    [InlineData("1.50", "1.5")]
    [InlineData("-0.0", "-0")]
    [InlineData("1e3", "1000")]
    [InlineData("1.5E+3", "1500")]
    [InlineData("25e-1", "2.5")]
    [InlineData("1e-7", "0.0000001")]
    [InlineData("0e9999", "0")]
    [InlineData("123456789012345678901234567890.12345678901234567890", "123456789012345678901234567890.1234567890123456789")]
    public void Numbers(string literal, string expected)
    {
        DocNode node = Single(literal);
        Assert.Equal(DocKind.Number, node.Kind);
        Assert.Equal(expected, node.Text);
    }

    [Theory]
    [InlineData("true", nameof(DocKind.Bool), "true")]
    [InlineData("false", nameof(DocKind.Bool), "false")]
    [InlineData("null", nameof(DocKind.Null), "")]
    public void Words(string literal, string kind, string expected)
    {
        DocNode node = Single(literal);
        Assert.Equal((kind, expected), (node.Kind.ToString(), node.Text));
    }

    [Theory]
    [InlineData("[]", "[]")]
    [InlineData("[1, \"a\", true, null]", "[1,'a',true,null]")]
    [InlineData("[\n  1,\n  2, # two\n]", "[1,2]")]
    [InlineData("[[1], { a = [] }]", "[[1],{a:[]}]")]
    [InlineData("{}", "{}")]
    [InlineData("{ a = 1, \"b c\" : \"x\", 3 = 4 }", "{a:1,b c:'x',3:4}")]
    [InlineData("{\n  a = 1\n  b : 2,\n\n  // c\n  c-d = {\n    e = null\n  }\n}", "{a:1,b:2,c-d:{e:null}}")]
    [InlineData("{ a = <<EOF\nx\nEOF\n  b = [<<EOF\ny\nEOF\n, 2] }", "{a:'x\n',b:['y\n',2]}")]
    public void ListsAndMaps(string literal, string expected) => Assert.Equal(expected, Show(Single(literal)));

    [Fact]
    public void CommentsLineEndsAndOrder()
    {
        const string Text =
            "\uFEFF# one\r\n// two\r\nb = 1 # three\r\n/* four\r\n five */ a /* six */ = /* seven */ \"x\" // eight\r\n\r\nc = "
            + "<<EOF\r\nz\r\nEOF\r\n";
        IReadOnlyList<KeyValuePair<string, DocNode>> read = TfvarsReader.Read(Text, "f");
        Assert.Equal(["b=1", "a='x'", "c='z\r\n'"], read.Select(static v => $"{v.Key}={Show(v.Value)}"));
        Assert.Equal((5, 36), (read[1].Value.Line, read[1].Value.Column));
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing")]
    [InlineData("\n\n /* c */ \n")]
    public void AFileWithoutVariablesIsEmpty(string text) => Assert.Empty(TfvarsReader.Read(text, "f"));

    [Theory]
    [InlineData("a = 1\nb = upper(\"MARKED\")", 2, 5)]
    [InlineData("a = MARKED", 1, 5)]
    [InlineData("a = var.MARKED", 1, 5)]
    [InlineData("a = \"MARKED${x}\"", 1, 12)]
    [InlineData("a = \"MARKED %{if x}\"", 1, 13)]
    [InlineData("a = <<EOF\nMARKED\nx ${y}\nEOF\n", 3, 3)]
    [InlineData("a = <<-EOF\n  MARKED\n  %{ if x }\n  EOF\n", 3, 1)]
    [InlineData("a = 1\n\nb = \"MARKED\nc = 2", 3, 5)]
    [InlineData("a = 1 /* MARKED\n\n", 1, 7)]
    [InlineData("a = <<EOF\nMARKED\n", 1, 5)]
    [InlineData("a = <<\"EOF\"\nMARKED\nEOF\n", 1, 7)]
    [InlineData("a = <<EOF MARKED\nEOF\n", 1, 10)]
    [InlineData("a = [1, \"MARKED\"", 1, 17)]
    [InlineData("a = [1 2]", 1, 8)]
    [InlineData("a = [1,,2]", 1, 8)]
    [InlineData("a = { b = 1", 1, 12)]
    [InlineData("a = { b = 1 c = 2 }", 1, 13)]
    [InlineData("a = { b 1 }", 1, 9)]
    [InlineData("a = { (b) = 1 }", 1, 7)]
    [InlineData("a = { b = 1\n  b = \"MARKED\" }", 2, 3)]
    [InlineData("a = 1\na = \"MARKED\"", 2, 1)]
    [InlineData("a = \"MARKED\" \"more\"", 1, 14)]
    [InlineData("a = 1 + 2", 1, 7)]
    [InlineData("a = 1; b = 2", 1, 6)]
    [InlineData("a = 1e", 1, 5)]
    [InlineData("a = 1.", 1, 5)]
    [InlineData("a = 12MARKED", 1, 5)]
    [InlineData("a = -", 1, 5)]
    [InlineData("a = 1e99999", 1, 5)]
    [InlineData("a = \"\\x\"", 1, 6)]
    [InlineData("a = \"\\u12\"", 1, 6)]
    [InlineData("a = \"\\ud800\"", 1, 6)]
    [InlineData("a = \"\\U00110000\"", 1, 6)]
    [InlineData("a =", 1, 4)]
    [InlineData("a\n", 1, 2)]
    [InlineData("= 1", 1, 1)]
    [InlineData("a = 1\nMARKED", 2, 7)]
    [InlineData("a.b = 1", 1, 2)]
    [InlineData("resource \"MARKED\" {}", 1, 10)]
    public void WhatIsNoLiteralIsAnErrorWithItsPlace(string text, int line, int column)
    {
        FlowSecretException error = Assert.Throws<FlowSecretException>(() => TfvarsReader.Read(text, "x.tfvars"));
        Assert.Equal(ErrorIds.BadInput, error.Id);
        Assert.StartsWith($"x.tfvars:{line}:{column}:", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("MARKED", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[", "]")]
    [InlineData("{ a = ", "}")]
    public void DeepNestingIsAnErrorAndNoCrash(string open, string close)
    {
        string nested = "a = " + string.Concat(Enumerable.Repeat(open, 1000)) + "1" + string.Concat(Enumerable.Repeat(close, 1000));
        Assert.Equal(ErrorIds.BadInput, Assert.Throws<FlowSecretException>(() => TfvarsReader.Read(nested, "f")).Id);
        Assert.Single(
            TfvarsReader.Read("a = " + string.Concat(Enumerable.Repeat(open, 60)) + "1" + string.Concat(Enumerable.Repeat(close, 60)), "f")
        );
    }

    [Theory]
    [InlineData("a = \"1\"\na = \"2\"\n", false)]
    [InlineData("a = <<EOF \nx\nEOF\n", false)]
    [InlineData("a = \"open\n", false)]
    [InlineData("a = \"${var.b}\"\n", true)]
    [InlineData("a = file(\"x\")\n", true)]
    public void OnlyAnExpressionIsToBeWrittenOut(string text, bool isExpression)
    {
        FlowSecretException error = Assert.Throws<FlowSecretException>(() => TfvarsReader.Read(text, "x.tfvars"));
        Assert.Equal(ErrorIds.BadInput, error.Id);
        Assert.Equal(isExpression, error.Remedy!.StartsWith(TfvarsScanner.WriteOut, StringComparison.Ordinal));
    }

    [Fact]
    public void AnyTextIsReadOrRefusedAndItsValuesAreInNoMessage()
    {
        string[] pieces =
        [
            Mark,
            Mark,
            "\"" + Mark + "\"",
            "a",
            "b",
            "=",
            " ",
            "\n",
            "\r\n",
            "\"",
            "\\",
            "\\n",
            "\\u00",
            "${",
            "$${",
            "%{",
            "}",
            "{",
            "[",
            "]",
            "(",
            ")",
            ",",
            ":",
            "<<EOF\n",
            "<<-EOF\n",
            "\nEOF\n",
            "EOF",
            "#",
            "//",
            "/*",
            "*/",
            "1",
            "-",
            ".",
            "e",
            "true",
            "null",
            "\t",
            "é",
            "😀",
            "\0",
            "\uFEFF",
            "a = ",
            "b = \"",
            "c = [",
            "d = {",
        ];
        Arbitrary<string> texts = Gen.Elements(pieces).ListOf().Select(static p => string.Concat(p)).ToArbitrary();
        Properties.Hold(texts, static text => Check(text), 3000);
        Properties.Hold(HostileText.Any, static text => Check("a = \"x\"\n" + text));
    }

    private static void Check(string text)
    {
        try
        {
            Assert.NotNull(TfvarsReader.Read(text, "f"));
        }
        catch (FlowSecretException e)
        {
            Assert.Equal(ErrorIds.BadInput, e.Id);
            Assert.DoesNotContain(Mark, e.Message, StringComparison.Ordinal);
        }
    }

    private static DocNode Single(string literal) => Assert.Single(TfvarsReader.Read($"x = {literal}", "f")).Value;

    private static string Show(DocNode node) =>
        node.Kind switch
        {
            DocKind.Text => $"'{node.Text}'",
            DocKind.Null => "null",
            DocKind.List => $"[{string.Join(',', node.Items.Select(Show))}]",
            DocKind.Map => $"{{{string.Join(',', node.Entries.Select(static e => $"{e.Key.Text}:{Show(e.Value)}"))}}}",
            _ => node.Text,
        };
}
