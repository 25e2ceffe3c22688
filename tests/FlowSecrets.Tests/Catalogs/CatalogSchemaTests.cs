using System.Text.Json.Nodes;
using FlowSecrets.Catalogs;
using FlowSecrets.Catalogs.Grammar;
using FlowSecrets.Model;
using FlowSecrets.Tests.Support;
using FsCheck;
using FsCheck.Fluent;

namespace FlowSecrets.Tests.Catalogs;

/// <summary>The schema for editors says what the reader says.</summary>
public sealed class CatalogSchemaTests
{
    private static readonly JsonObject Schema = CatalogSchema.Make();

    [Fact]
    public void TheFileIsMadeOfTheGrammar()
    {
        string path = Path.Combine(Repository.Root, "module", "flowsecrets.schema.json");
        if (Environment.GetEnvironmentVariable("FLOWSECRETS_UPDATE_SCHEMA") == "1")
        {
            File.WriteAllText(path, CatalogSchema.Text());
        }

        Assert.True(File.Exists(path), "Make it: FLOWSECRETS_UPDATE_SCHEMA=1 dotnet test");
        Assert.Equal(CatalogSchema.Text(), File.ReadAllText(path).ReplaceLineEndings("\n"));
    }

    [Fact]
    public void KeysOfTheDesignAreThere()
    {
        JsonNode secret = Schema["properties"]!["secrets"]!["additionalProperties"]!["anyOf"]![0]!;
        JsonNode properties = secret["properties"]!;
        Assert.Equal(["application", "environments", "secrets"], Schema["required"]!.AsArray().Select(static r => (string)r!));
        Assert.False((bool)secret["additionalProperties"]!);
        Assert.Equal("array", (string)properties["env"]!["anyOf"]![1]!["type"]!);
        Assert.Equal(["text", "json", "binary"], properties["format"]!["enum"]!.AsArray().Select(static w => (string)w!));
        Assert.Equal(["string", "number", "boolean"], properties["local"]!["type"]!.AsArray().Select(static w => (string)w!));
        Assert.StartsWith("^[1-9]", (string)properties["rotate"]!["properties"]!["every"]!["pattern"]!, StringComparison.Ordinal);
        Assert.Equal("array", (string)properties["rotate"]!["properties"]!["target"]!["properties"]!["users"]!["type"]!);
        Assert.Equal(
            ["local", "gcp", "aws"],
            Schema["properties"]!["environments"]!["additionalProperties"]!["properties"]!["store"]!["enum"]!
                .AsArray()
                .Select(static w => (string)w!)
        );
        Assert.NotNull(Schema["properties"]!["kubernetes"]!["properties"]!["store"]!["properties"]!["workloadIdentity"]);
    }

    [Theory]
    [InlineData(CatalogExamples.Design, true)]
    [InlineData("application: a\nenvironments: {}\nsecrets: { a: , b: { env: B, fields: { x: } } }\n", true)]
    [InlineData("application: a\nenvironments: {}\nsecrets: { a: { env: [A, B], local: 1, default: true } }\n", true)]
    [InlineData("application: a\nenvironments: {}\n", false)]
    [InlineData("application: a\nenvironments: { e: }\nsecrets: {}\n", false)]
    [InlineData("application: 1\nenvironments: {}\nsecrets: {}\n", false)]
    [InlineData("application: a\nenvironments: {}\nsecrets: { a: { required: \"true\" } }\n", false)]
    [InlineData("application: a\nenvironments: {}\nsecrets: { a: { generate: { kind: hex, bytes: 4 } } }\n", false)]
    [InlineData("application: a\nenvironments: {}\nsecrets: { a: { rotate: { every: 90 days } } }\n", false)]
    [InlineData("application: a\nenvironments: {}\nsecrets: { a: { env: { x: y } } }\n", false)]
    public void SchemaAndReaderAgreeOn(string text, bool isRight)
    {
        DocNode root = CatalogExamples.Documents.Parse(text);
        Assert.Equal((isRight, isRight), (SchemaChecker.Allows(Schema, root), ReaderAllows(root)));
    }

    [Fact]
    public void SchemaAndReaderAgreeOnAnyChangeOfTheExample()
    {
        DocNode root = CatalogExamples.Documents.Parse(CatalogExamples.Design);
        int count = Count(root);
        string[] keys = ["env", "local", "fields", "store", "kind", "unknown", "required", "secrets", "bytes", "names"];
        Gen<DocNode> scalars = Gen.Elements(
            DocNode.String("x"),
            DocNode.String("reader"),
            DocNode.String("24h"),
            DocNode.String(""),
            DocNode.Scalar(DocKind.Number, "7"),
            DocNode.Scalar(DocKind.Number, "64"),
            DocNode.Scalar(DocKind.Number, "1000000"),
            DocNode.Scalar(DocKind.Bool, "true"),
            DocNode.Scalar(DocKind.Null, ""),
            DocNode.List([]),
            DocNode.List([DocNode.String("x")]),
            DocNode.List([DocNode.Scalar(DocKind.Number, "1")]),
            DocNode.Map()
        );
        Gen<DocNode> pieces = Gen.OneOf(
            scalars,
            Gen.Elements(keys).SelectMany(_ => scalars, static (key, value) => DocNode.Map((key, value)))
        );
        var changes = Gen.Choose(0, count - 1).SelectMany(_ => pieces, static (at, piece) => (at, piece)).ToArbitrary();
        int agreedWrong = 0;
        Properties.Hold(
            changes,
            change =>
            {
                int at = change.at;
                DocNode changed = Replace(root, ref at, change.piece);
                bool allowed = ReaderAllows(changed);
                agreedWrong += allowed ? 0 : 1;
                Assert.Equal(allowed, SchemaChecker.Allows(Schema, changed));
            },
            3000
        );
        Assert.InRange(agreedWrong, 300, 2950);
    }

    private static bool ReaderAllows(DocNode root)
    {
        ProblemList problems = new("f");
        ShapeChecker.Check(root, CatalogShape.Root, "", problems);
        return !problems.Any;
    }

    private static int Count(DocNode node) => 1 + node.Items.Sum(Count) + node.Entries.Sum(static e => Count(e.Value));

    private static DocNode Replace(DocNode node, ref int at, DocNode piece)
    {
        if (at-- == 0)
        {
            return piece;
        }

        List<DocNode> items = [];
        foreach (DocNode item in node.Items)
        {
            items.Add(Replace(item, ref at, piece));
        }

        List<KeyValuePair<DocNode, DocNode>> entries = [];
        foreach ((DocNode key, DocNode value) in node.Entries)
        {
            entries.Add(KeyValuePair.Create(key, Replace(value, ref at, piece)));
        }

        return node.Kind switch
        {
            DocKind.List => DocNode.List(items),
            DocKind.Map => DocNode.Map(entries),
            _ => node,
        };
    }
}
