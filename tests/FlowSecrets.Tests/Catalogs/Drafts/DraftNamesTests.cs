using System.Text;
using FlowSecrets.Catalogs;
using FlowSecrets.Catalogs.Drafts;
using FlowSecrets.Errors;
using FlowSecrets.Formats;
using FlowSecrets.Formats.Data;
using FlowSecrets.Operations.Setup;
using FlowSecrets.Tests.Support;
using FsCheck;
using FsCheck.Fluent;

namespace FlowSecrets.Tests.Catalogs.Drafts;

/// <summary>No two names of a source become one, and the catalog can take back what it was made from.</summary>
public sealed class DraftNamesTests : IDisposable
{
    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public void EveryNameOfAnEnvFileKeepsItsValue() =>
        Properties.Hold(
            Names("aAbB_1", static c => c is not '1').ToArbitrary(),
            names => AssertAllComeBack(names, ".env", static (name, value) => $"{name}={value}"),
            300
        );

    [Fact]
    public void EveryNameOfATfvarsFileKeepsItsValue() =>
        Properties.Hold(
            Names("aAbB_-1", static c => c is not ('1' or '-')).ToArbitrary(),
            names => AssertAllComeBack(names, "x.tfvars", static (name, value) => $"{name} = \"{value}\""),
            300
        );

    [Fact]
    public void EveryFieldOfATfvarsMapKeepsItsValue() =>
        Properties.Hold(
            Names("aAbB_-1", static c => c is not ('1' or '-')).ToArbitrary(),
            names =>
            {
                string file = $"m = {{\n{string.Join('\n', names.Select(static (n, i) => $"  {n} = \"value-{i}\""))}\n}}\n";
                (Catalog catalog, SetupInput input) = Again(file, "x.tfvars");
                Assert.Empty(input.Unknown);
                Assert.Equal(names.Select(static (_, i) => $"value-{i}"), names.Select(n => input.Get("m", n)?.Text));
                AssertDistinctVariables(catalog);
            },
            300
        );

    [Theory]
    [InlineData(".env", "http_proxy=lower\nHTTP_PROXY=upper\n", "http_proxy:http_proxy", "HTTP_PROXY:HTTP_PROXY")]
    [InlineData(".env", "_API_KEY=a\nAPI_KEY=b\n", "_API_KEY:_API_KEY", "API_KEY:API_KEY")]
    [InlineData(".env", "_API_KEY=a\nOTHER=b\n", "api-key:_API_KEY", "other:OTHER")]
    [InlineData("x.tfvars", "k-1 = \"a\"\nk_1 = \"b\"\n", "k-1:K_1", "k_1:K_1_2")]
    [InlineData("x.tfvars", "k_1 = \"a\"\nK_1 = \"b\"\n", "k_1:K_1_2", "K_1:K_1")]
    [InlineData("x.tfvars", "_x = \"a\"\ndbPassword = \"b\"\n", "_x:_X", "dbpassword:DBPASSWORD")]
    public void NamesThatMeetAreTheSourcesOwn(string file, string text, params string[] expected)
    {
        string path = _sandbox.Write(file, text);
        IReadOnlyList<SecretDraft> drafts = DraftNames.Unique(Import(path), path, out IReadOnlyList<string> notes);
        Assert.Equal(expected, drafts.Select(static d => $"{d.Key}:{d.Env}"));
        Assert.Equal(expected.Any(static e => e.Contains('2')) || expected[0] is ['h' or '_', ..] && file == ".env", notes.Count > 0);
    }

    [Fact]
    public void ASecretThatIsListedTwiceIsNamed()
    {
        SecretDraft draft = new("a") { Source = "app-a", IsStored = true };
        FlowSecretException error = Assert.Throws<FlowSecretException>(() => DraftNames.Unique([draft, draft], "list", out _));
        Assert.Equal(ErrorIds.BadInput, error.Id);
        Assert.Contains("'app-a'", error.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public void AStoredNameThatNoKeyCanBeStaysTheStoresName()
    {
        SecretDraft[] drafts =
        [
            new("rds!db-1") { Source = "rds!db-1", IsStored = true },
            new("rds-db-1") { Source = "rds-db-1", IsStored = true },
            new("a b") { Source = "app-a b", IsStored = true },
            new("!") { Source = "!", IsStored = true },
        ];
        Assert.Equal(
            ["rds-db-1-2:rds!db-1", "rds-db-1:", "a-b:app-a b", "secret:!"],
            DraftNames.Unique(drafts, "store", out _).Select(static d => $"{d.Key}:{d.Name}")
        );
    }

    private void AssertAllComeBack(string[] names, string file, Func<string, string, string> line)
    {
        StringBuilder text = new();
        for (int i = 0; i < names.Length; i++)
        {
            text.Append(line(names[i], $"value-{i}")).Append('\n');
        }

        (Catalog catalog, SetupInput input) = Again(text.ToString(), file);
        Assert.Empty(input.Unknown);
        Assert.Equal(
            names.Select(static (_, i) => $"value-{i}").Order(StringComparer.Ordinal),
            catalog.Secrets.Select(s => input.Get(s.Key, null)?.Text).Order(StringComparer.Ordinal)
        );
        AssertDistinctVariables(catalog);
    }

    private (Catalog Catalog, SetupInput Input) Again(string text, string file)
    {
        string path = _sandbox.Write(file, text);
        CatalogDraft draft = new("app", "app-", DraftNames.Unique(Import(path), path, out _));
        Catalog catalog = CatalogExamples.Valid(CatalogExamples.Documents.Write(draft.ToDocument()));
        ValueFile values = ValueFiles.Read(path, ValueFiles.FormatOf(path), CatalogExamples.Documents);
        return (catalog, SetupInput.From(values.Entries, catalog, path));
    }

    private static List<SecretDraft> Import(string path) =>
        CatalogImport.FromValues(path, ValueFiles.FormatOf(path), CatalogExamples.Documents, new TestHost());

    private static void AssertDistinctVariables(Catalog catalog)
    {
        string[] variables = [.. catalog.Secrets.SelectMany(static s => s.AllVariables)];
        Assert.Equal(variables.Length, variables.Distinct(StringComparer.Ordinal).Count());
    }

    private static Gen<string[]> Names(string alphabet, Func<char, bool> begins) =>
        from names in (
            from first in Gen.Elements(alphabet.Where(begins))
            from length in Gen.Choose(0, 3)
            from rest in Gen.Elements(alphabet.AsEnumerable()).ListOf(length)
            select first + string.Concat(rest)
        ).ListOf(6)
        select names.Distinct(StringComparer.Ordinal).ToArray();
}
