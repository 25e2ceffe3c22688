using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Aws;
using FlowSecrets.Model;
using FlowSecrets.Providers.Aws.Iam;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Aws.Iam.Simulator;

/// <summary>
/// Whoever does what a remedy says is allowed, or is told by name what else decides; and nobody gets more than that. An independent
/// simulator looks at the policies before and after.
/// </summary>
[Trait(Tier.Name, Tier.Witness)]
public sealed class RemedyWitnessTests(SimulatorProcess simulator) : IClassFixture<SimulatorProcess>
{
    /// <summary>The boundary, the secret, three actions of managing, and the key.</summary>
    private const int MostRounds = 8;

    private const string Other = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:app/other-AbCdEf";

    private static int Cases => (CaseControls.Number("FLOWSECRETS_ACCESS_CASES") ?? 2_000) / 4;

    [Fact]
    public async Task RemediesSufficeAndGrantNothingElse()
    {
        simulator.Require();
        await using AwsFake fake = await AwsFake.StartAsync();
        CaseCloud cloud = new(simulator);
        Dictionary<string, AwsAccessControl> controls = await CaseControls.OpenAsync(fake, cloud);
        CaseGenerator generator = new(20261202);
        Dictionary<string, int> ends = new(StringComparer.Ordinal);
        for (int i = 0; i < Cases; i++)
        {
            string end = await FollowAsync(controls, cloud, generator.Next(), i);
            ends[end] = ends.GetValueOrDefault(end) + 1;
        }

        string summary = string.Join(
            ", ",
            ends.OrderBy(static e => e.Key, StringComparer.Ordinal).Select(static e => $"{e.Key} {e.Value}")
        );
        TestContext.Current.TestOutputHelper?.WriteLine(summary);
        Assert.True(ends.GetValueOrDefault("fixed") > Cases / 5, summary);
    }

    /// <returns>How it ended.</returns>
    private async Task<string> FollowAsync(Dictionary<string, AwsAccessControl> controls, CaseCloud cloud, SimulatedCase first, int number)
    {
        Dictionary<string, string> written = new(StringComparer.Ordinal);
        SimulatedCase one = first;
        string last = "";
        for (int round = 0; round < MostRounds; round++)
        {
            AccessAnswer told = await CaseControls.AskAsync(controls, cloud, one);
            if (told.Result != AccessResult.Denied)
            {
                if (round > 0 && told.Result == AccessResult.Allowed)
                {
                    Assert.True(CaseTruth.Of(one, simulator), $"#{number} round {round} is not fixed: {told.Evidence}\n  {one}");
                }

                return round == 0 ? "not denied"
                    : told.Result == AccessResult.Allowed ? "fixed"
                    : $"then open ({told.Cause})";
            }

            if (CaseRemedy.Apply(one, told.Remedy, way: number) is not { } applied)
            {
                return $"people must look ({told.Cause})";
            }

            string text = $"#{number} round {round} {told.Cause}: {told.Remedy}\n  {one}";
            foreach ((string name, string policy) in applied.Done.Written)
            {
                Assert.True(written.TryAdd(name, policy) || written[name] == policy, $"replaces the policy '{name}': {text}");
            }

            Assert.All(applied.Done.Granted, g => IsSmall(g, text));
            IsForNobodyElse(one, applied.After, text);
            (one, last) = (applied.After, text);
        }

        Assert.Fail($"never ends: {last}");
        return "";
    }

    /// <summary>One action, or the two that writing needs of a key; one secret or key.</summary>
    private static void IsSmall(JsonObject statement, string text)
    {
        string[] actions = [.. Providers.Aws.Iam.Policies.AwsPolicy.Texts(statement["Action"])];
        Assert.True(actions.Length == 1 || actions.All(static a => a.StartsWith("kms:", StringComparison.Ordinal)), text);
        Assert.DoesNotContain(actions, static a => a.Contains('*', StringComparison.Ordinal));
        Assert.Contains((string)statement["Resource"]!, new[] { SimulatedCase.Secret, SimulatedCase.Key });
    }

    /// <summary>Another secret, and another principal, are as they were.</summary>
    private void IsForNobodyElse(SimulatedCase before, SimulatedCase after, string text)
    {
        string me = before.IsUser ? before.Principal : $"arn:aws:sts::{before.Account}:assumed-role/{before.RoleName}/s1";
        JsonObject[] asks =
        [
            Ask(me, "GetSecretValue", Other),
            Ask(me, "GetRandomPassword", SimulatedCase.Secret),
            .. before.Permission == SecretPermission.Read
                ? new[] { Ask(me, "PutSecretValue", SimulatedCase.Secret), Ask(me, "DeleteSecret", SimulatedCase.Secret) }
                : [],
            .. before.Permission == SecretPermission.Write
                ? new[] { Ask(me, "GetSecretValue", SimulatedCase.Secret), Ask(me, "DeleteSecret", SimulatedCase.Secret) }
                : [],
        ];
        Assert.True(Said(before.Policies, asks).SequenceEqual(Said(after.Policies, asks)), $"grants more than was asked: {text}");

        // Somebody else has no policies of his own.
        JsonObject[] others = [Ask($"arn:aws:iam::{SimulatedCase.Home}:user/somebody", "GetSecretValue", SimulatedCase.Secret)];
        Assert.True(
            Said((before with { Identity = [], Boundary = null }).Policies, others)
                .SequenceEqual(Said((after with { Identity = [], Boundary = null }).Policies, others)),
            $"grants it to others: {text}"
        );
    }

    private IEnumerable<bool> Said(JsonObject policies, JsonObject[] asks) =>
        simulator.Decide(policies, asks).Select(static s => s == "Allowed");

    private static JsonObject Ask(string principal, string action, string resource) =>
        CaseTruth.Ask(
            principal,
            "secretsmanager:" + action,
            resource,
            SimulatedCase.Home,
            // Of the other secret there is no policy.
            resource == Other
                ? "none"
                : "secret",
            new JsonObject { ["aws:CurrentTime"] = SimulatedCase.Now, ["aws:RequestedRegion"] = "eu-west-1" }
        );
}
