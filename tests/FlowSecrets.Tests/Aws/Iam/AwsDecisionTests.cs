using System.Text.RegularExpressions;
using FlowSecrets.Providers.Aws.Iam;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Aws.Iam;

/// <summary>The order in which policies decide is the one that the architecture document shows.</summary>
public sealed partial class AwsDecisionTests
{
    [Fact]
    public void TheDocumentShowsTheStepsInTheirOrder()
    {
        string document = File.ReadAllText(Path.Combine(Repository.Root, "docs", "architecture.md"));
        string table = document[document.IndexOf("| step | holds if |", StringComparison.Ordinal)..];
        table = table[..table.IndexOf("\n\n", StringComparison.Ordinal)];
        Assert.Equal(
            AwsDecision.Steps.Select(static s => s.Verdict.ToString()),
            Row().Matches(table).Select(static m => m.Groups["step"].Value)
        );
    }

    [Fact]
    public void EachVerdictIsOneStep() => Assert.Equal(Enum.GetValues<AwsVerdict>(), AwsDecision.Steps.Select(static s => s.Verdict));

    [GeneratedRegex(@"\| `(?<step>[A-Za-z]+)` \|", RegexOptions.ExplicitCapture)]
    private static partial Regex Row();
}
