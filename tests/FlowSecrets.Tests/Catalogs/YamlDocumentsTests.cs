using System.Text.Json;
using FlowSecrets.Model;
using FlowSecrets.Tests.Support;
using FsCheck;
using FsCheck.Fluent;

namespace FlowSecrets.Tests.Catalogs;

/// <summary>The core schema of YAML 1.2, and documents that come back as they were written.</summary>
public sealed class YamlDocumentsTests
{
    private static readonly string[] Traps =
    [
        "",
        " ",
        "yes",
        "No",
        "on",
        "y",
        "null",
        "~",
        "true",
        "False",
        "1",
        "-1",
        "+1",
        "1e3",
        "0x1F",
        "0o17",
        "017",
        "1_000",
        "1.5",
        ".5",
        "5.",
        ".inf",
        "-.INF",
        ".nan",
        "2001-01-01",
        "12:30:45",
        ": x",
        "x: y",
        "a:",
        "- y",
        "-",
        "--- x",
        "---",
        "...",
        "# z",
        "a #b",
        "a # b",
        "&a",
        "*a",
        "!t",
        "!!str x",
        "|",
        ">",
        "|-",
        "%YAML",
        "@a",
        "`a",
        "? x",
        "<<",
        "=",
        "[a",
        "{a",
        "a]",
        "a, b",
        "\"q\"",
        "'q'",
        "it's",
        " leading",
        "trailing ",
        "\ttab",
        "tab\t",
        "\n",
        "a\nb",
        "a\n\n  b\n",
        "\r\n",
        "a\rb",
        "\u0085",
        "\u2028",
        "\u00A0",
        "\uFEFF",
        "\u0001\u001B",
        "\u007F",
        "語😀",
        "\\n",
        "\\",
        "${x}",
        "{{ a }}",
        "%{b}",
        "\0",
    ];

    private static readonly Gen<string> Texts = Gen.OneOf(
        Gen.Elements(Traps),
        HostileText.Any.Generator,
        Gen.Elements(Traps).ListOf(3).Select(static t => string.Concat(t))
    );

    [Fact]
    public void DocumentsComeBackAsTheyWereWritten() =>
        Properties.Hold(Nodes(4).ToArbitrary(), static node => Assert.Equal(Show(node), Show(Again(node))), 1000);

    [Fact]
    public void EveryTrapComesBackAsValueAsKeyAndInAList()
    {
        foreach (string trap in Traps)
        {
            DocNode node = DocNode.Map(
                ("before", DocNode.String("x")),
                (trap, DocNode.List([DocNode.String(trap), DocNode.Map((trap, DocNode.String(trap)))])),
                ("after", DocNode.String(trap))
            );
            Assert.Equal(Show(node), Show(Again(node)));
        }
    }

    [Theory]
    [InlineData(100)]
    [InlineData(1_500)]
    [InlineData(100_000)]
    public void LongTextsComeBack(int length)
    {
        string words = string.Concat(Enumerable.Repeat("word # : ", length / 9 + 1))[..length] + "x";
        DocNode node = DocNode.Map((words, DocNode.String(words)), (new string('k', length), DocNode.String(new string('v', length))));
        Assert.Equal(Show(node), Show(Again(node)));
    }

    [Theory]
    [InlineData("null", nameof(DocKind.Null), "")]
    [InlineData("~", nameof(DocKind.Null), "")]
    [InlineData("", nameof(DocKind.Null), "")]
    [InlineData("True", nameof(DocKind.Bool), "True")]
    [InlineData("yes", nameof(DocKind.Text), "yes")]
    [InlineData("on", nameof(DocKind.Text), "on")]
    [InlineData("12", nameof(DocKind.Number), "12")]
    [InlineData("-1.5e+3", nameof(DocKind.Number), "-1.5e+3")]
    [InlineData("0x1F", nameof(DocKind.Number), "0x1F")]
    [InlineData("1_000", nameof(DocKind.Text), "1_000")]
    [InlineData("12:30", nameof(DocKind.Text), "12:30")]
    [InlineData("2001-01-01", nameof(DocKind.Text), "2001-01-01")]
    [InlineData("'12'", nameof(DocKind.Text), "12")]
    [InlineData("\"null\"", nameof(DocKind.Text), "null")]
    [InlineData("|\n  a\n  b\n", nameof(DocKind.Text), "a\nb\n")]
    [InlineData(">-\n  a\n  b\n", nameof(DocKind.Text), "a b")]
    [InlineData("\"\\u00e9\\x41\"", nameof(DocKind.Text), "éA")]
    public void ScalarsHaveTheKindsOfTheCoreSchema(string yaml, string kind, string text)
    {
        DocNode node = CatalogExamples.Documents.Parse("a: " + yaml + "\n").Entries[0].Value;
        Assert.Equal((kind, text), (node.Kind.ToString(), node.Text));
    }

    [Fact]
    public void JsonIsReadAsItIs()
    {
        Properties.Hold(
            Texts.Where(static t => !t.Contains('\0')).ToArbitrary(),
            static text =>
            {
                DocNode node = CatalogExamples.Documents.Parse(
                    JsonSerializer.Serialize(
                        new Dictionary<string, object?>(StringComparer.Ordinal)
                        {
                            ["a"] = text,
                            ["b"] = new[] { text },
                            ["c"] = null,
                        }
                    )
                );
                Assert.Equal((text, text), (node.GetText("a"), node.GetTexts("b")[0]));
                Assert.Null(node.Get("c"));
            }
        );
    }

    [Fact]
    public void PlacesCountFromOne()
    {
        DocNode root = CatalogExamples.Documents.Parse("# c\na:\n  - x\n  - {k: 語, l: v}\n");
        DocNode map = root.Get("a")!.Items[1];
        Assert.Equal(
            [(2, 1), (3, 3), (4, 5), (4, 15)],
            new[] { root, root.Get("a")!, map, map.Get("l")! }.Select(static n => (n.Line, n.Column))
        );
    }

    private static Gen<DocNode> Nodes(int depth)
    {
        Gen<DocNode> scalar = Gen.Frequency(
            (6, Texts.Select(DocNode.String)),
            (1, Gen.Elements("1", "-2.5", "1e3").Select(static n => DocNode.Scalar(DocKind.Number, n))),
            (1, Gen.Elements("true", "false").Select(static b => DocNode.Scalar(DocKind.Bool, b))),
            (1, Gen.Constant(DocNode.Scalar(DocKind.Null, "")))
        );
        if (depth == 0)
        {
            return scalar;
        }

        Gen<DocNode> inner = Nodes(depth - 1);
        Gen<DocNode> list = Gen.Choose(0, 3).SelectMany(n => inner.ListOf(n)).Select(static items => DocNode.List([.. items]));
        Gen<DocNode> entry = Texts.SelectMany(_ => inner, static (key, value) => DocNode.Map((key, value)));
        Gen<DocNode> map = Gen.Choose(0, 3)
            .SelectMany(n => entry.ListOf(n))
            .Select(static entries =>
                DocNode.Map([.. entries.SelectMany(static e => e.Entries).DistinctBy(static e => e.Key.Text, StringComparer.Ordinal)])
            );
        return Gen.Frequency((2, scalar), (2, list), (3, map));
    }

    private static DocNode Again(DocNode node) => CatalogExamples.Documents.Parse(CatalogExamples.Documents.Write(node));

    private static string Show(DocNode node) =>
        node.Kind switch
        {
            DocKind.List => $"[{string.Join(", ", node.Items.Select(Show))}]",
            DocKind.Map => $"{{{string.Join(", ", node.Entries.Select(static e => $"{Show(e.Key)}: {Show(e.Value)}"))}}}",
            _ => $"{node.Kind} {JsonSerializer.Serialize(node.Text)}",
        };
}
