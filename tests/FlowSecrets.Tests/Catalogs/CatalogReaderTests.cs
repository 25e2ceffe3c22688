using System.Text;
using FlowSecrets.Catalogs;
using FlowSecrets.Tests.Support;
using FsCheck;
using FsCheck.Fluent;

namespace FlowSecrets.Tests.Catalogs;

/// <summary>The grammar of a catalog: what is read, and every problem with its place.</summary>
public sealed class CatalogReaderTests
{
    [Fact]
    public void TheExampleOfTheDesignIsValid()
    {
        Catalog catalog = CatalogExamples.Valid(CatalogExamples.Design);
        CatalogSecret database = catalog.Find("db-config")!;

        Assert.Equal(("flowmaestro", "flowmaestro-", "local"), (catalog.Application, catalog.Prefix, catalog.DefaultEnvironment));
        Assert.Equal(
            ["jwt-secret", "encryption-key", "db-config", "temporal-db-config", "db-admin", "storage-sa-key", "app-openai-api-key"],
            catalog.Secrets.Select(static s => s.Key)
        );
        Assert.Equal(["db_host", "db_port", "db_name", "db_user", "db_password"], database.Fields.Select(static f => f.Name));
        Assert.Equal(
            (SecretFormat.Json, false, true),
            (database.Format, database.Field("db_host")!.Sensitive, database.Field("db_host")!.Required)
        );
        Assert.Equal((TimeSpan.FromDays(30), "postgres"), (database.Rotation!.Every, database.Rotation.Target!.Kind));
        Assert.True(catalog.Find("encryption-key")!.IsEncryptionKey);
        Assert.True(catalog.Find("db-admin")!.IsExternal);
        Assert.Equal(["NODE_ENV", "DATABASE_URL"], catalog.LocalEnv.Variables.Select(static v => v.Name));
        Assert.Equal("GOOGLE_APPLICATION_CREDENTIALS", Assert.Single(catalog.LocalEnv.Files).Env);
        Assert.Equal(StoreKind.Aws, catalog.Environments["dr"].Selection.Store);
        Assert.False(catalog.HasScripts);
    }

    [Fact]
    public void JsonIsReadAsYamlIs()
    {
        Catalog catalog = CatalogExamples.Valid(
            """
            { "$schema": "x", "application": "app", "environments": { "local": { "store": "local" } },
              "secrets": { "a": { "env": ["A", "B"], "required": true, "local": 5432, "labels": { "on": true } } } }
            """
        );
        CatalogSecret secret = Assert.Single(catalog.Secrets);
        Assert.Equal(["A", "B"], secret.Env);
        Assert.True(secret.Required);
        Assert.Equal("5432", secret.Local!.ToString());
        Assert.Equal("true", secret.Labels["on"]);
    }

    [Fact]
    public void AnEmptySecretAndAnEmptyFieldAreEnough()
    {
        Catalog catalog = CatalogExamples.Valid(CatalogExamples.Head + "  a:\n  b: {}\n  c:\n    fields:\n      x:\n");
        Assert.Equal(["a", "b", "c"], catalog.Secrets.Select(static s => s.Key));
        Assert.Equal("x", Assert.Single(catalog.Secrets[2].Fields).Name);
    }

    [Fact]
    public void AByteOrderMarkAndCrLfAreTaken() => CatalogExamples.Valid("\uFEFF" + CatalogExamples.Usual.ReplaceLineEndings("\r\n"));

    [Fact]
    public void TheHashIsOfTheBytes()
    {
        Assert.Equal(CatalogExamples.Valid(CatalogExamples.Usual).ContentHash, CatalogExamples.Valid(CatalogExamples.Usual).ContentHash);
        Assert.NotEqual(
            CatalogExamples.Valid(CatalogExamples.Usual).ContentHash,
            CatalogExamples.Valid(CatalogExamples.Usual + "# c\n").ContentHash
        );
    }

    [Fact]
    public void AllProblemsComeAtOnceInOrder()
    {
        const string Text = """
            application: 5
            enviroments: {}
            environments:
              local: { store: lokal }
            secrets:
              a: { requierd: true, env: [A, 7] }
              b: { required: "yes", generate: { kind: hex, bytes: 4 } }
              c: [1]
              d: { generate: { length: 20 } }
              e: { rotate: { every: 90 days } }
              f: { fields: [x] }
            localEnv: { files: [ { secret: a } ] }

            """;
        IReadOnlyList<CatalogProblem> problems = CatalogExamples.Problems(Text);
        (int, int)[] places = [(1, 14), (2, 1), (4, 19), (6, 8), (6, 33), (7, 18), (7, 55), (8, 6), (9, 18), (10, 25), (11, 16), (12, 22)];
        Assert.Equal(places, problems.Select(static p => (p.Line, p.Column)));
        Assert.Contains("'environments'", problems[1].Message, StringComparison.Ordinal);
        Assert.Contains("'required'", problems[3].Message, StringComparison.Ordinal);
        Assert.Contains("local, gcp, aws", problems[2].Message, StringComparison.Ordinal);
        Assert.StartsWith($"{CatalogExamples.Path}:1:14: ", problems[0].ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application: a\nenvironments: { local: { store: local } }\n", "secrets")]
    [InlineData("application: a\nsecrets: {}\n", "environments")]
    [InlineData("environments: { local: { store: local } }\nsecrets: {}\n", "application")]
    public void WhatIsMissingIsNamed(string text, string key)
    {
        CatalogProblem problem = Assert.Single(CatalogExamples.Problems(text));
        Assert.Equal(1, problem.Line);
        Assert.Contains($"'{key}'", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# only a comment\n")]
    [InlineData("null\n")]
    [InlineData("text\n")]
    [InlineData("[]\n")]
    public void WhatIsNoMapIsNoCatalog(string text) => Assert.Single(CatalogExamples.Problems(text));

    [Theory]
    [InlineData("a: 1\na: 2\n", 2, 1)]
    [InlineData("a: { b: 1, c: 2,\n  b: 3 }\n", 2, 3)]
    [InlineData("a: 1\n---\nb: 2\n", 2, 1)]
    [InlineData("a: 1\nb: !!binary aGk=\n", 2, 4)]
    [InlineData("a: !secret x\n", 1, 4)]
    [InlineData("a: *nowhere\n", 1, 4)]
    [InlineData("a: &x [ *x ]\n", 1, 9)]
    [InlineData("a: 1\n? [x, y]\n: 2\n", 2, 3)]
    [InlineData("a: 1\n~: 2\n", 2, 1)]
    [InlineData("a: 1\nb: \"open\n", 2, 4)]
    [InlineData("a: 1\n b: 2\n", 2, 3)]
    [InlineData("a: 1\n\tb: 2\n", 1, 4)]
    [InlineData("a: [1, 2\nb: 3\n", 2, 1)]
    public void WhatIsNoPlainYamlIsOneProblemWithItsPlace(string text, int line, int column)
    {
        CatalogProblem problem = Assert.Single(CatalogExamples.Problems(text));
        Assert.Equal((line, column), (problem.Line, problem.Column));
    }

    [Fact]
    public void AnchorsAndAliasesWork() =>
        Assert.Equal(
            "x",
            CatalogExamples
                .Valid(
                    CatalogExamples.Head
                        + "  a:\n    description: &d x\n    generate: &g { kind: hex }\n  b: { generate: *g }\n  c: { description: *d }\n"
                )
                .Secrets[2]
                .Description
        );

    [Fact]
    public void ABombOfAliasesIsRefusedQuickly()
    {
        StringBuilder bomb = new("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 30; i++)
        {
            bomb.Append($"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]\n");
        }

        Assert.InRange(Assert.Single(CatalogExamples.Problems(bomb.ToString())).Line, 3, 8);
    }

    [Theory]
    [InlineData("[", 50_000)]
    [InlineData("{ a: ", 50_000)]
    [InlineData("- ", 2_000)]
    [InlineData("? ", 2_000)]
    public void DeepNestingIsAProblemAndNoCrash(string open, int times) =>
        Assert.Single(CatalogExamples.Problems(string.Concat(Enumerable.Repeat(open, times))));

    [Fact]
    public void OtherEncodingsAndHugeFilesAreProblems()
    {
        Assert.Single(CatalogExamples.Problems([.. "a: "u8, 0xE9, 0x0A]));
        Assert.Single(CatalogExamples.Problems(Encoding.Unicode.GetBytes("\uFEFF" + CatalogExamples.Usual)));
        Assert.Single(CatalogExamples.Problems(Encoding.UTF8.GetBytes(CatalogExamples.Usual + new string('#', CatalogReader.MaxBytes))));
        CatalogExamples.Valid(
            CatalogExamples.Usual + new string('#', CatalogReader.MaxBytes - Encoding.UTF8.GetByteCount(CatalogExamples.Usual))
        );
    }

    [Fact]
    public void AnyTextIsACatalogOrHasProblems()
    {
        string[] pieces =
        [
            .. CatalogExamples.Usual.Split('\n'),
            "\n",
            "  ",
            "a: ",
            "- ",
            "? ",
            ": ",
            "{",
            "}",
            "[",
            "]",
            "\"",
            "'",
            "|\n",
            ">-\n",
            "&a ",
            "*a",
            "!t ",
            "---\n",
            "...\n",
            "%YAML 1.1\n",
            "\t",
            "#",
            "\0",
            "\"\\0\"",
            "\"\\ud800\"",
            "\"\\UFFFFFFFF\"",
            "{{ ",
            " }}",
            "null",
            "true",
            "1e999",
            "0x",
            "<<: *a\n",
            "path: \"a\\0b\"",
            "😀",
            "\u0085",
            "\u2028",
            "@",
            "`",
        ];
        Arbitrary<string> texts = Gen.Elements(pieces).ListOf().Select(static p => string.Join('\n', p)).ToArbitrary();
        Properties.Hold(texts, static text => Read(Encoding.UTF8.GetBytes(text)), 2000);
        Properties.Hold(HostileText.Any, static text => Read(Encoding.UTF8.GetBytes(text)));
    }

    [Fact]
    public void AnyBytesAreACatalogOrHaveProblems() => Properties.Hold(ArbMap.Default.ArbFor<byte[]>(), static bytes => Read(bytes));

    [Fact]
    public void AnyPatchedExampleIsACatalogOrHasProblems()
    {
        var patches = Gen.Choose(0, CatalogExamples.Usual.Length - 1)
            .SelectMany(static at => Gen.Choose(0, 30), static (at, length) => (at, length))
            .SelectMany(static _ => HostileText.Any.Generator, static (cut, text) => (cut.at, cut.length, text))
            .ToArbitrary();
        Properties.Hold(
            patches,
            static p =>
                Read(
                    Encoding.UTF8.GetBytes(
                        CatalogExamples.Usual.Remove(p.at, Math.Min(p.length, CatalogExamples.Usual.Length - p.at)).Insert(p.at, p.text)
                    )
                ),
            3000
        );
    }

    private static void Read(byte[] content)
    {
        Catalog? catalog = CatalogReader.Read(
            CatalogExamples.Path,
            content,
            CatalogExamples.Documents,
            out IReadOnlyList<CatalogProblem> problems
        );
        Assert.Equal(catalog is null, problems.Count > 0);
        Assert.All(problems, static p => Assert.True(p.Line > 0 && p.Column > 0 && p.Message.Length > 0, p.ToString()));
    }
}
