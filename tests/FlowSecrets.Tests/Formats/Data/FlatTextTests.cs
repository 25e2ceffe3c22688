using System.Text;
using System.Text.Json;
using FlowSecrets.Errors;
using FlowSecrets.Formats;
using FlowSecrets.Formats.Data;
using FlowSecrets.Formats.Writing;
using FlowSecrets.Model;
using FlowSecrets.Tests.Formats.Writing;
using FlowSecrets.Tests.Support;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Formats.Data;

/// <summary>X1, X8 to X12: JSON, YAML, tfvars, user secrets, Kubernetes and Compose, read back.</summary>
public sealed class FlatTextTests(ITestOutputHelper output) : IDisposable
{
    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public void X1JsonIsReadBackAndX8IsFlat()
    {
        using HostileVariables variables = new(ExportFormat.Json, output: output);
        variables.AssertRead(JsonSerializer.Deserialize<Dictionary<string, string>>(variables.Write())!);
    }

    [Fact]
    public void X1YamlIsReadBackAndX8IsFlat()
    {
        using HostileVariables variables = new(ExportFormat.Yaml, output: output);
        Dictionary<string, string> read = new(StringComparer.Ordinal);
        foreach (FormatVariable[] some in variables.Carried.Chunk(1000))
        {
            DocNode root = _sandbox.Providers.Documents.Parse(variables.Write(some));
            Assert.All(root.Entries, static e => Assert.Equal(DocKind.Text, e.Value.Kind));
            root.Entries.ToList().ForEach(e => read.Add(e.Key.Text, e.Value.Text));
        }

        variables.AssertRead(read);
    }

    [Theory]
    [InlineData("no")]
    [InlineData("012")]
    [InlineData("1e3")]
    [InlineData("~")]
    [InlineData("@x")]
    [InlineData("a: b")]
    [InlineData("\u0085\u2028\uFEFF\u0000\u007F")]
    public void X8AYamlTrapIsQuoted(string value)
    {
        FormatVariable variable = HostileVariables.Variable("NO", value);
        string text = FlatText.Yaml([variable]);
        Assert.StartsWith("\"NO\": \"", text);
        Assert.Equal(value, _sandbox.Providers.Documents.Parse(text).Entries.Single().Value.Text);
        Assert.DoesNotContain(text[..^1], char.IsControl);
    }

    [Fact]
    public void X1TfvarsAreReadBackAndX9TemplatesAreEscaped()
    {
        using HostileVariables variables = new(ExportFormat.Tfvars, output: output);
        IReadOnlyList<KeyValuePair<string, DocNode>> read = TfvarsReader.Read(variables.Write(), "x.tfvars");
        variables.AssertRead(read.ToDictionary(static v => v.Key, static v => v.Value.Text, StringComparer.Ordinal));
        FormatVariable template = HostileVariables.Variable("T", "${a} %{b} $${c} $ %");
        Assert.Equal("T = \"$${a} %%{b} $$${c} $ %\"\n", TfvarsWriter.Write([template]));
    }

    [Theory]
    [InlineData("e\u0301", false)]
    [InlineData("\u212B", false)]
    [InlineData("\uF900", false)]
    [InlineData("é 語 😀 Ω \u00A0\u3000", true)]
    public void WhatTerraformWouldComposeIsRefused(string value, bool isCarried) =>
        Assert.Equal(isCarried, TfvarsWriter.Problem(HostileVariables.Variable("T", value)) is null);

    [Fact]
    public void X1AndX10AManifestHoldsEveryValueInBase64()
    {
        using HostileVariables variables = new(ExportFormat.Kubernetes, output: output);
        Dictionary<string, string> read = new(StringComparer.Ordinal);
        foreach (FormatVariable[] some in variables.Carried.Chunk(1000))
        {
            DocNode root = _sandbox.Providers.Documents.Parse(variables.Write(some));
            Assert.Equal(["apiVersion", "kind", "metadata", "type", "data"], root.Entries.Select(static e => e.Key.Text));
            Assert.Equal("Opaque", root.Get("type")!.Text);
            foreach ((DocNode key, DocNode value) in root.Get("data")!.Entries)
            {
                read.Add(key.Text, Encoding.UTF8.GetString(Convert.FromBase64String(value.Text)));
            }
        }

        variables.AssertRead(read);
    }

    [Fact]
    public void X10AManifestHasALimitAndCarriesBytes()
    {
        using SecretValue binary = SecretValue.FromBytes([0, 0xFF, 1]);
        using SecretValue large = SecretValue.FromBytes(new byte[1024 * 1024]);
        FormatProfile kubernetes = FormatProfiles.Of(ExportFormat.Kubernetes);
        Assert.Null(kubernetes.Problem(new FormatVariable("B", binary), new FormatSettings()));
        Assert.NotNull(FormatProfiles.Of(ExportFormat.Json).Problem(new FormatVariable("B", binary), new FormatSettings()));
        Assert.NotNull(KubernetesSecretText.WholeProblem([new FormatVariable("L", large)]));
        Assert.NotNull(KubernetesSecretText.Problem(new FormatVariable("a b", binary)));
    }

    [Fact]
    public void X11UserSecretsKeepTheKeysOfOthers()
    {
        const string existing = """
            { // mine
              "Other": 5, "Db": { "Host": "h", "Ports": [1, 2] }, "DB:password": "old", "Nothing": null,
            }
            """;
        FormatSettings settings = new() { Existing = "\uFEFF" + existing, Path = "secrets.json" };
        FormatVariable[] variables = [HostileVariables.Variable("Db__Password", "new\n\"1\""), HostileVariables.Variable("X", "y")];
        string text = UserSecretsFile.Write(variables, settings);
        using JsonDocument read = JsonDocument.Parse(text);
        Assert.Equal(
            ["Other=5", "Db:Host=h", "Db:Ports:0=1", "Db:Ports:1=2", "DB:password=new\n\"1\"", "Nothing=", "X=y"],
            read.RootElement.EnumerateObject().Select(static p => $"{p.Name}={p.Value}")
        );
        Assert.Equal(text, UserSecretsFile.Write(variables, settings with { Existing = text }));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{ canary")]
    public void X11AFileThatIsNoObjectStays(string existing)
    {
        FlowSecretException error = Assert.Throws<FlowSecretException>(() =>
            UserSecretsFile.Write([], new FormatSettings { Existing = existing, Path = "secrets.json" })
        );
        Assert.Equal(ErrorIds.BadInput, error.Id);
        Assert.DoesNotContain("canary", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void ComposeSecretsNameAFileForEachValue()
    {
        FormatSettings settings = new() { Path = "/x/pro$d.yaml" };
        FormatVariable variable = HostileVariables.Variable("DB_PASSWORD", "x");
        DocNode root = _sandbox.Providers.Documents.Parse(ComposeSecretsText.Write([variable], settings));
        Assert.Equal("./pro$$d.d/DB_PASSWORD", root.Get("secrets")!.Get("DB_PASSWORD")!.Get("file")!.Text);
        Assert.Equal("pro$d.d/DB_PASSWORD", Assert.Single(ComposeSecretsText.Files([variable], settings)).Path);
    }

    [Theory]
    [MemberData(nameof(Written))]
    public void X12TheSameValuesGiveTheSameText(ExportFormat format)
    {
        using HostileVariables one = new(format, new FormatSettings { AllowsExposure = true });
        using HostileVariables two = new(format, new FormatSettings { AllowsExposure = true });
        Assert.Equal(one.Write(), two.Write());
    }

    public static TheoryData<ExportFormat> Written => [.. FormatProfiles.Written.Select(static p => p.Format!.Value)];
}
