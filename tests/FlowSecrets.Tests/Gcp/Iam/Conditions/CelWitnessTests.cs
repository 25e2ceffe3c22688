using System.Globalization;
using System.Text.Json.Nodes;
using FlowSecrets.Providers.Gcp.Iam.Conditions;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Gcp.Iam.Conditions;

/// <summary>Another implementation of CEL and the module are asked of the same generated conditions.</summary>
[Trait(Tier.Name, Tier.Witness)]
public sealed class CelWitnessTests(CelProcess witness) : IClassFixture<CelProcess>
{
    private const string Secret = "projects/123/secrets/db";
    private const string Access = "secretmanager.versions.access";
    private const string Add = "secretmanager.versions.add";

    /// <summary>
    /// Of all conditions: those that are open though the witness has one answer under every assignment. Many of these
    /// hang on the version's number, of which the witness tries three, or on one tag that is asked twice.
    /// </summary>
    private const double MostUndecided = 0.09;

    private static readonly DateTimeOffset Now = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    private static int Cases => Number("FLOWSECRETS_ACCESS_CASES") ?? 2_000;

    private static int Seed => Number("FLOWSECRETS_ACCESS_SEED") ?? 20261130;

    private static int Shown => Number("FLOWSECRETS_ACCESS_SHOWN") ?? 5;

    [Fact]
    public void NoDefiniteAnswerContradictsAndFewAreOpenWithoutNeed()
    {
        witness.Require();
        CelGenerator generator = new(Seed);
        List<string> contradictions = [];
        List<string> undecided = [];
        int decided = 0;
        for (int i = 0; i < Cases; i++)
        {
            string expression = generator.Next();
            string permission = i % 3 == 0 ? Add : Access;
            ConditionVerdict told = GcpCondition.Judge(expression, Now, Secret, permission);
            string[] truths = [.. witness.Evaluate(expression, Assignments(permission)).Distinct(StringComparer.Ordinal)];
            string said = told.IsMet?.ToString() ?? $"open ({told.Open})";
            string text = $"#{i} {permission[^6..]} {said}, truth {string.Join(" | ", truths)}: {expression}";
            if (told.IsMet is { } met)
            {
                decided++;
                if (truths is not [{ } only] || only != (met ? "true" : "false"))
                {
                    contradictions.Add(text);
                }
            }
            else if (truths is ["true" or "false"] && !CelGenerator.IsLenient(expression))
            {
                undecided.Add(text);
            }
        }

        string summary = $"{decided} of {Cases} decided, {undecided.Count} open without need";
        TestContext.Current.TestOutputHelper?.WriteLine(summary);
        foreach (string text in undecided.Take(Shown))
        {
            TestContext.Current.TestOutputHelper?.WriteLine(text);
        }

        Assert.True(
            contradictions.Count == 0,
            $"{contradictions.Count} contradictions. {summary}\n{string.Join('\n', contradictions.Take(Shown))}"
        );
        Assert.True(undecided.Count < Cases * MostUndecided, $"{summary}\n{string.Join('\n', undecided.Take(Shown))}");
        Assert.True(decided > Cases / 3, summary);
    }

    /// <summary>What nobody knows before the call: the version's number and the tags.</summary>
    private static JsonArray Assignments(string permission) =>
        [
            .. from number in permission == Add ? new[] { "" } : ["/versions/1", "/versions/7", "/versions/12"]
            from tag in new[] { true, false }
            select new JsonObject
            {
                ["now"] = Now.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
                ["name"] = Secret + number,
                ["type"] = "secretmanager.googleapis.com/Secret" + (permission == Add ? "" : "Version"),
                ["service"] = "secretmanager.googleapis.com",
                ["tag"] = tag,
            },
        ];

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number
            : null;
}
