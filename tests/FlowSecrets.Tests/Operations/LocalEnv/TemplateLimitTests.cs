using FlowSecrets.Catalogs;
using FlowSecrets.Catalogs.Templates;
using FlowSecrets.Errors;
using FlowSecrets.Operations;
using FlowSecrets.Operations.LocalEnv;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Operations.LocalEnv;

/// <summary>Templates that refer to each other: each is filled in once, and what comes of them is bounded.</summary>
public sealed class TemplateLimitTests : IDisposable
{
    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task TemplatesThatDoubleFortyTimesAreRefusedAndTheOthersWritten()
    {
        IReadOnlyList<EnvVariable> results = await SyncAsync(
            Enumerable
                .Range(0, 40)
                .Select(static i => $"  s{i}: {{ env: S{i}, local: \"{(i == 0 ? "x" : $"{{{{ s{i - 1} }}}}{{{{ s{i - 1} }}}}")}\" }}")
        );
        Assert.Equal(ItemStatus.Created, results[10].Status);
        Assert.Equal(ErrorIds.LimitReached, results[39].ErrorId);
        Assert.DoesNotContain("xxxxxx", results[39].Message, StringComparison.Ordinal);
        Assert.Contains($"S10={new string('x', 1024)}", _sandbox.Read(".env"), StringComparison.Ordinal);
        Assert.True(new FileInfo(_sandbox.File(".env")).Length < RenderBudget.MaxTotal);
    }

    [Fact]
    public async Task OneLongTextThatManyReferToIsBoundedTogether()
    {
        string big = new('x', 60_000);
        IReadOnlyList<EnvVariable> results = await SyncAsync(
            Enumerable.Range(0, 2_000).Select(i => $"  s{i}: {{ env: S{i}, local: \"{(i == 0 ? big : "{{ s0 }}")}\" }}")
        );
        Assert.Equal(ItemStatus.Created, results[1].Status);
        Assert.Equal(ErrorIds.LimitReached, results[^1].ErrorId);
    }

    [Theory]
    [InlineData("json", "\\\"\\\"")]
    [InlineData("urlencode", "%%%%")]
    public void FiltersThatLengthenAreBounded(string filter, string start)
    {
        Template template = Template.Parse($"{{{{ a {string.Concat(Enumerable.Repeat($"| {filter} ", 16))}}}}}");
        string value = string.Concat(Enumerable.Repeat(start, 20_000));
        Assert.Equal(ErrorIds.LimitReached, Assert.Throws<FlowSecretException>(() => template.Render(_ => value, out _)).Id);
    }

    /// <summary>Deeper than any stack.</summary>
    [Fact]
    public async Task ALongRowOfReferencesIsFilledIn()
    {
        const int Count = 20_000;
        IReadOnlyList<EnvVariable> results = await SyncAsync(
            Enumerable
                .Range(0, Count)
                .Select(static i =>
                    $"  s{i}: {{ {(i == 0 ? "env: FIRST, " : "")}local: \"{(i == Count - 1 ? "end" : $"{{{{ s{i + 1} }}}}")}\" }}"
                )
        );
        Assert.Equal(ItemStatus.Created, Assert.Single(results).Status);
        Assert.Contains("FIRST=end", _sandbox.Read(".env"), StringComparison.Ordinal);
    }

    /// <summary>Each template is filled in once, so that its text is made once.</summary>
    [Fact]
    public void AReferenceIsResolvedAsOftenAsItStandsThere()
    {
        int asked = 0;
        Template template = Template.Parse("{{ a }}{{ a }}{{ b }}");
        RenderBudget budget = new();
        Assert.Equal("xxx", template.Render(_ => (++asked, "x").Item2, out _, budget));
        Assert.Equal((3, 3), (asked, (int)budget.Spent));
    }

    private async Task<IReadOnlyList<EnvVariable>> SyncAsync(IEnumerable<string> secrets)
    {
        _sandbox.Write(
            "flowsecrets.yaml",
            "application: app\nenvironments: { local: { store: local } }\nlocalEnv: { path: .env }\nsecrets:\n" + string.Join('\n', secrets)
        );
        return await new SyncLocalEnvOperation(_sandbox.Context).RunAsync(new SyncOptions(), new TestHost());
    }
}
