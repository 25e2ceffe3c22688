using System.Diagnostics;
using FlowSecrets.Catalogs;
using FlowSecrets.Catalogs.Grammar;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Catalogs;

/// <summary>Catalogs that are large, or made to be slow. Where time is compared, twice the size may take several times as long.</summary>
public sealed class CatalogLimitTests
{
    private const string Short = "application: app\nenvironments: { local: { store: local } }\n";

    public static TheoryData<string, int> Growing =>
        new()
        {
            { "workloads", 2_500 },
            { "variable of all", 2_500 },
            { "references", 2_500 },
            { "unknown references", 2_500 },
            { "unknown workloads", 2_500 },
            { "patterns", 1_500 },
            { "unknown patterns", 1_500 },
            { "fields", 2_500 },
            { "circles", 1_500 },
        };

    [Theory]
    [MemberData(nameof(Growing))]
    public void FourTimesTheCatalogTakesAboutFourTimesTheWork(string kind, int count)
    {
        // Quadratic is sixteen times. A busy machine disturbs a measurement, so that the best of some counts. Only the rules are measured:
        // the reader of YAML is the same for all.
        double best = double.MaxValue;
        for (int attempt = 0; attempt < 5 && best >= 10; attempt++)
        {
            TimeSpan once = Check(Make(kind, count));
            TimeSpan four = Check(Make(kind, 4 * count));
            best = Math.Min(best, four / once);
        }

        Assert.True(best < 10, $"Four times the size took {best:0.0} times as long.");
    }

    [Fact]
    public void TwentyThousandSecretsAndWorkloadsAreValid()
    {
        Catalog catalog = CatalogExamples.Valid(Make("workloads", 20_000));
        Assert.Equal((20_000, 20_000), (catalog.Secrets.Count, catalog.Workloads.Count));
    }

    [Fact]
    public void OfManyProblemsTheFirstAreShownWithTheNumberOfTheRest()
    {
        IReadOnlyList<CatalogProblem> problems = CatalogExamples.Problems(Make("unknown references", 1_000));
        Assert.Equal(ProblemList.MaxShown + 1, problems.Count);
        Assert.Contains("900 more", problems[^1].Message, StringComparison.Ordinal);
        Assert.Equal(problems.OrderBy(static p => p.Line), problems);
    }

    [Theory]
    [InlineData("[z-a]")]
    [InlineData("a[")]
    [InlineData("a[]")]
    public void APatternThatIsNoneHasItsPlace(string pattern) =>
        Assert.Equal(
            [(4, 64)],
            CatalogExamples.Places(
                $"{Short}secrets: {{ a: }}\naccess: [ {{ principal: \"user:p@x.com\", role: reader, secrets: [\"{pattern}\"] }} ]\n"
            )
        );

    [Fact]
    public void EnvironmentsTimesSecretsAreBounded()
    {
        string environments = string.Concat(Enumerable.Range(0, 300).Select(static i => $"  e{i}: {{ store: local, prefix: p{i}- }}\n"));
        string secrets = string.Concat(Enumerable.Range(0, 4_000).Select(static i => $"  s{i}:\n"));
        Assert.Contains(
            "300 environments",
            Assert.Single(CatalogExamples.Problems($"application: app\nenvironments:\n{environments}secrets:\n{secrets}")).Message,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("prefix: {0}\nsecrets: {{ a: }}\n")]
    [InlineData("secrets: {{ a: {{ name: {0} }} }}\n")]
    [InlineData("secrets: {{ a: {{ description: {0} }} }}\n")]
    [InlineData("secrets: {{ ? {0}\n : {{ env: A }} }}\n")]
    [InlineData("secrets: {{ a: {{ ? {0}\n : 1 }} }}\n")]
    public void ATextOfMegabytesIsAProblemThatDoesNotRepeatIt(string format)
    {
        string text = Short + string.Format(format, new string('x', 3_000_000));
        Assert.All(CatalogExamples.Problems(text), static p => Assert.True(p.Message.Length < 2_000));
    }

    [Fact]
    public void AReferenceHasAFewFiltersAtTheMost() =>
        Assert.Single(
            CatalogExamples.Problems(
                $"{Short}secrets: {{ a: , b: {{ local: \"{{{{ a {string.Concat(Enumerable.Repeat("| json ", 17))}}}}}\" }} }}\n"
            )
        );

    private static TimeSpan Check(string text)
    {
        // What the collector does for the last catalog is not this one's time.
        GC.Collect();
        long start = Stopwatch.GetTimestamp();
        _ = CatalogReader.Read(CatalogExamples.Path, System.Text.Encoding.UTF8.GetBytes(text), CatalogExamples.Documents, out _);
        return Stopwatch.GetElapsedTime(start);
    }

    private static string Make(string kind, int count)
    {
        string Lines(Func<int, string> line) => string.Concat(Enumerable.Range(0, count).Select(line));
        string Access(Func<int, string> pattern) =>
            "access:\n" + Lines(i => $"  - {{ principal: \"user:p@x.com\", role: reader, secrets: [\"{pattern(i)}\"] }}\n");
        string secrets = Lines(static i => $"  s{i}: {{ env: V{i} }}\n");
        return Short
            + "secrets:\n"
            + kind switch
            {
                "workloads" => secrets + "workloads:\n" + Lines(static i => $"  w{i}: {{ kind: ecs, service: w{i} }}\n"),
                "variable of all" => Lines(static i => $"  s{i}: {{ env: V, workloads: [w{i}] }}\n")
                    + "workloads:\n"
                    + Lines(static i => $"  w{i}: {{ kind: ecs }}\n"),
                "references" => Lines(static i => $"  s{i}: {{ local: \"{(i == 0 ? "x" : $"{{{{ s{i / 2} }}}}{{{{ s{i - 1} }}}}")}\" }}\n"),
                "unknown references" => Lines(static i => $"  s{i}: {{ local: \"{{{{ zz{i} }}}}\" }}\n"),
                "unknown workloads" => Lines(static i => $"  s{i}: {{ workloads: [zz{i}] }}\n"),
                "patterns" => secrets + Access(static i => $"*{i}*"),
                "unknown patterns" => secrets + Access(static i => $"*x{i}?"),
                "fields" => "  a: { fields: { "
                    + Lines(static i => $"f{i}: {{ local: \"{{{{ a.g{i} }}}}\" }}, ")
                    + Lines(static i => $"g{i}: {{ local: x }}, ")
                    + "} }\n",
                _ => Lines(i =>
                    $"  s{i}: {{ local: \"{(i < count - 1 ? $"{{{{ s{i + 1} }}}}" : Lines(static j => $"{{{{ s{j} }}}}"))}\" }}\n"
                ),
            };
    }
}
