using System.Globalization;
using FlowSecrets.CloudFakes.Aws;
using FlowSecrets.CloudFakes.Aws.Iam;
using FlowSecrets.Model;
using FlowSecrets.Providers.Aws;
using FlowSecrets.Providers.Aws.Connection;
using FlowSecrets.Providers.Aws.Iam;
using FlowSecrets.Providers.Aws.SecretsManager;
using FlowSecrets.Tests.Contracts;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Aws.Iam.Simulator;

/// <summary>An independent simulator of IAM and the module are asked of the same generated policies.</summary>
[Trait(Tier.Name, Tier.Witness)]
public sealed class SimulatorWitnessTests(SimulatorProcess simulator) : IClassFixture<SimulatorProcess>
{
    /// <summary>
    /// Of all cases: those that are open though the witness has one answer under every assignment. Half of what stays AWS does not decide
    /// in its documents: NotPrincipal that names a part of the caller, and a boundary beside a grant to everybody.
    /// </summary>
    private const double MostUndecided = 0.015;

    private static int Cases => CaseControls.Number("FLOWSECRETS_ACCESS_CASES") ?? 2_000;

    private static int Seed => CaseControls.Number("FLOWSECRETS_ACCESS_SEED") ?? 20261130;

    [Fact]
    public async Task NoDefiniteAnswerContradictsAndFewAreOpenWithoutNeed()
    {
        simulator.Require();
        await using AwsFake fake = await AwsFake.StartAsync();
        CaseCloud cloud = new(simulator);
        Dictionary<string, AwsAccessControl> controls = await CaseControls.OpenAsync(fake, cloud);
        CaseGenerator generator = new(Seed);
        List<string> contradictions = [];
        List<string> undecided = [];
        Dictionary<string, int> counts = new(StringComparer.Ordinal);
        for (int i = 0; i < Cases; i++)
        {
            SimulatedCase one = generator.Next();
            AccessAnswer told = await CaseControls.AskAsync(controls, cloud, one);
            bool? truth = CaseTruth.Of(one, simulator);
            string count = $"{told.Result} {(truth is null ? "open" : truth.Value ? "allowed" : "denied")}";
            counts[count] = counts.GetValueOrDefault(count) + 1;
            string text = $"#{i} {told.Result} {told.Cause}, truth {truth?.ToString() ?? "open"}: {told.Evidence}\n  {one}";
            if (
                told.Result == AccessResult.Unknown
                    ? truth is not null && told.Cause != AccessCauses.OrganizationPolicy
                    : told.Result == AccessResult.Allowed != truth
            )
            {
                (told.Result != AccessResult.Unknown ? contradictions : undecided).Add(text);
            }
        }

        string answers = string.Join(", ", counts.OrderBy(static c => c.Key).Select(static c => $"{c.Key} {c.Value}"));
        string summary = $"{answers}; {undecided.Count} open without need";
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
    }

    private static int Shown => CaseControls.Number("FLOWSECRETS_ACCESS_SHOWN") ?? 5;
}
