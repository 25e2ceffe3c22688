using System.Text;
using FlowSecrets.Errors;
using FlowSecrets.Formats;
using FlowSecrets.Formats.Data;
using FlowSecrets.Formats.Dotenv;
using FlowSecrets.Formats.Json;
using FlowSecrets.Model;
using FlowSecrets.Tests.Catalogs;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Formats.Data;

/// <summary>User secrets and Kubernetes Secrets, and values of every format through its writer and reader.</summary>
public sealed class ForeignSecretsTests
{
    [Fact]
    public void I9_UserSecretsAreFlattenedAsDotnetDoes() =>
        Assert.Equal(
            ["A:B=1", "A:C:0=x", "A:C:1=true", "D__E=//no comment", "F="],
            Read(
                    "{ // c\n \"A\": { \"B\": 1, \"C\": [\"x\", true,], },\n /* d\n */ \"D__E\": \"//no comment\", \"F\": null }",
                    "UserSecrets"
                )
                .Select(static e => $"{e.Name}={e.Value.Text}")
        );

    [Theory]
    [InlineData("""{ "a:b": "MARKED", "A": { "B": "2" } }""")]
    [InlineData("""["MARKED"]""")]
    [InlineData("""{ "a": "MARKED" /* open """)]
    [InlineData("""{ "a": "MARKED", "a": "2" }""")]
    public void UserSecretsThatDotnetRefusesAreRefused(string text) => Refused(text, "user-secrets");

    [Theory]
    [InlineData("/home/u/.microsoft/usersecrets/id/secrets.json", "usersecrets")]
    [InlineData(@"C:\Users\u\AppData\Roaming\Microsoft\UserSecrets\id\secrets.json", "usersecrets")]
    [InlineData("/x/secrets.json", "json")]
    public void ThePathOfUserSecretsIsKnown(string path, string format) => Assert.Equal(format, ValueFiles.FormatOf(path).Name);

    [Theory]
    [InlineData("APPDATA", "Microsoft/UserSecrets/id/secrets.json")]
    [InlineData("HOME", ".microsoft/usersecrets/id/secrets.json")]
    public void UserSecretsAreWhereDotnetKeepsThem(string variable, string path)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Separators.");
        Assert.Equal($"/r/{path}", UserSecretsReader.PathOf("id", name => name == variable ? "/r" : null));
        Assert.Throws<FlowSecretException>(static () => UserSecretsReader.PathOf("../id", static _ => "/r"));
    }

    [Fact]
    public void I9_KubernetesSecretsAreDecoded()
    {
        const string Text = """
            apiVersion: v1
            kind: Secret
            data: { a: YQ==, b: b2xk }
            stringData: { b: new }
            ---
            apiVersion: apps/v1
            kind: Deployment
            ---
            apiVersion: v1
            kind: List
            items: [{ apiVersion: v1, kind: Secret, data: { c: "/w==" } }]
            """;
        IReadOnlyList<ValueEntry> entries = Read(Text, "yaml");
        Assert.Equal(["a=a", "b=new", "c="], entries.Select(static e => $"{e.Name}={e.Value.Text}"));
        Assert.Equal([0xFF], entries[2].Bytes!);
        Assert.Equal(["a"], Read("""{"apiVersion":"v1","kind":"Secret","data":{"a":"YQ=="}}""", "json").Select(static e => e.Name));
    }

    [Theory]
    [InlineData("apiVersion: v1\nkind: Secret\ndata: { a: MARKED! }\n")]
    [InlineData("apiVersion: v1\nkind: Secret\nstringData: { a: [MARKED] }\n")]
    [InlineData("apiVersion: v1\nkind: ConfigMap\ndata: { a: MARKED }\n")]
    [InlineData("a: 'MARKED\n")]
    public void ManifestsThatCannotBeReadAreRefused(string text) => Refused(text, "kubernetes");

    [Theory]
    [InlineData(nameof(EnvDialect.Docker))]
    [InlineData(nameof(EnvDialect.Compose))]
    [InlineData(nameof(EnvDialect.Node))]
    [InlineData(nameof(EnvDialect.Python))]
    [InlineData(nameof(EnvDialect.Systemd))]
    [InlineData(nameof(EnvDialect.Bash))]
    [InlineData(nameof(EnvDialect.Pwsh))]
    [InlineData(nameof(EnvDialect.Dotenv))]
    public void WhatADialectWritesIsReadBack(string dialect)
    {
        List<(string Name, string Value, string Line)> written = [];
        foreach (string value in HostileText.Sequence(17, 10_000))
        {
            string name = $"N{written.Count}";
            // A file's CRLF are line ends, also within quotes.
            if (
                value.Length > 0
                && !value.Contains("\r\n", StringComparison.Ordinal)
                && EnvWriter.Format(Enum.Parse<EnvDialect>(dialect), name, value) is { } line
            )
            {
                written.Add((name, value, line));
            }
        }

        Assert.True(written.Count > 1_000);
        foreach ((string Name, string Value, string Line)[] part in written.Chunk(500))
        {
            IReadOnlyList<ValueEntry> read = Read(string.Join('\n', part.Select(static w => w.Line)) + "\n", dialect);
            Assert.Equal(part.Select(static w => (w.Name, w.Value)), read.Select(static e => (e.Name, e.Value.Text)));
        }
    }

    /// <summary>A quoted template of HCL, by the rules of its specification and not by our writer.</summary>
    private static string Hcl(string value) =>
        "\""
        + string.Concat(
                value.Select(static c =>
                    c switch
                    {
                        '"' => "\\\"",
                        '\\' => @"\\",
                        '\n' => @"\n",
                        '\r' => @"\r",
                        '\t' => @"\t",
                        _ => c.ToString(),
                    }
                )
            )
            .Replace("${", "$${", StringComparison.Ordinal)
            .Replace("%{", "%%{", StringComparison.Ordinal)
        + "\"";

    [Theory]
    [InlineData("json")]
    [InlineData("yaml")]
    [InlineData("usersecrets")]
    [InlineData("kubernetes")]
    [InlineData("tfvars")]
    [InlineData("tfvars-json")]
    [InlineData("pulumi")]
    public void WhatADocumentHoldsIsReadBack(string format)
    {
        string[] values = [.. HostileText.Sequence(18, 10_000)];
        foreach (string[] part in values.Chunk(1_000))
        {
            (string, DocNode)[] entries =
            [
                .. part.Select(
                    (v, i) => ($"n{i}", DocNode.String(format == "kubernetes" ? Convert.ToBase64String(Encoding.UTF8.GetBytes(v)) : v))
                ),
            ];
            DocNode map = DocNode.MapOf(entries);
            string text = format switch
            {
                "yaml" => CatalogExamples.Documents.Write(map),
                "kubernetes" => CatalogExamples.Documents.Write(
                    DocNode.Map(("apiVersion", DocNode.String("v1")), ("kind", DocNode.String("Secret")), ("data", map))
                ),
                "tfvars" => string.Concat(part.Select(static (v, i) => $"n{i} = {Hcl(v)}\n")),
                "pulumi" => CatalogExamples.Documents.Write(
                    DocNode.Map(("config", DocNode.MapOf(entries.Select(static e => ("shop:" + e.Item1, e.Item2)))))
                ),
                _ => JsonNodeText.Of(map),
            };
            Assert.Equal(part, Read(text, format).Select(static e => e.Value.Text));
        }
    }

    private static IReadOnlyList<ValueEntry> Read(string text, string format) =>
        ValueFiles.ReadAll(new ValueText(text, "file", CatalogExamples.Documents), ValueFiles.FormatOf("file", format)).Entries;

    private static void Refused(string text, string format)
    {
        FlowSecretException error = Assert.Throws<FlowSecretException>(() => Read(text, format));
        Assert.Equal(ErrorIds.BadInput, error.Id);
        Assert.DoesNotContain("MARKED", error.ToString(), StringComparison.Ordinal);
    }
}
