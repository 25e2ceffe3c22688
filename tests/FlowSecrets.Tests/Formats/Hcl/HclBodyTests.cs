using System.Text.Json.Nodes;
using FlowSecrets.Formats.Hcl;

namespace FlowSecrets.Tests.Formats.Hcl;

/// <summary>Statement T6: no text ends its string or begins an interpolation. The layout is that of <c>terraform fmt</c>.</summary>
public sealed class HclBodyTests
{
    [Theory]
    [InlineData("plain é 😀", "plain é 😀")]
    [InlineData("a\"b\\c", "a\\\"b\\\\c")]
    [InlineData("${x} %{if}", "$${x} %%{if}")]
    [InlineData("$ % $x {", "$ % $x {")]
    [InlineData("$${x", "\\u0024\\u0024{x")]
    [InlineData("%%%{x", "\\u0025\\u0025\\u0025{x")]
    [InlineData("$%{x", "$%%{x")]
    [InlineData("a\n\r\t\u0001\u202e\u007f", "a\\n\\r\\t\\u0001\\u202e\\u007f")]
    public void T6_ATextIsEscaped(string text, string expected) => Assert.Equal($"\"{expected}\"", HclText.Quote(text));

    [Fact]
    public void T6_HalfACharacterIsReplaced() => Assert.Equal("\"a\\ufffdb\"", HclText.Quote("a\ud83db"));

    [Fact]
    public void SignsOfEqualityStandBelowEachOtherAsFmtHasThem()
    {
        HclBody body = new();
        body.Comment("One.")
            .Block(
                "resource",
                ["a\"b", "c"],
                static r =>
                    r.Set("x", "1")
                        .Set("longer", HclExpression.Flag(true))
                        .Set("tags", new HclObject([("team", HclExpression.Text("t")), ("a:b", HclExpression.Raw("1"))]))
                        .Set("last", HclExpression.Row([HclExpression.Text("q")]))
                        .SetIf("no", "")
                        .Block("auto", static _ => { })
            )
            .Block(
                "locals",
                static l => l.Set("l", new HclList([new HclInlineObject([("n", HclExpression.Text("v"))])])).Set("e", new HclObject([]))
            );
        Assert.Equal(
            """
            # One.
            resource "a\"b" "c" {
              x      = "1"
              longer = true
              tags = {
                team  = "t"
                "a:b" = 1
              }
              last = ["q"]
              auto {}
            }

            locals {
              l = [
                { n = "v" },
              ]
              e = {}
            }

            """,
            body.Write()
        );
    }

    [Fact]
    public void JsonBecomesAnExpressionInWhichReferencesReplaceTexts() =>
        Assert.Equal(
            """
            {
              a = [
                x.arn,
                "other",
                1.50,
                null,
                true,
              ]
            }
            """,
            HclExpression
                .Json(
                    JsonNode.Parse("""{"a":["arn:1","other",1.50,null,true]}"""),
                    new Dictionary<string, string>(StringComparer.Ordinal) { ["arn:1"] = "x.arn" }
                )
                .Write(0)
        );
}
