using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Aws.Policies;
using FlowSecrets.Providers.Aws.Connection;
using FlowSecrets.Providers.Aws.Iam;
using FlowSecrets.Providers.Aws.Iam.Conditions;
using FlowSecrets.Providers.Aws.Iam.Policies;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Aws.Iam;

/// <summary>What AWS's documents say of policies (Fixtures/Access/aws.json), to the module and to the fake.</summary>
public sealed class AwsDocumentedTests
{
    private static readonly JsonArray Examples = (JsonArray)
        JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Root, "tests", "FlowSecrets.Tests", "Fixtures", "Access", "aws.json")))!;

    public static TheoryData<string> Names => [.. Examples.Select(static e => (string)e!["name"]!)];

    [Fact]
    public void EveryExampleHasItsSource() =>
        Assert.All(
            Examples,
            static e => Assert.StartsWith("https://docs.aws.amazon.com/", (string)e!["source"]!, StringComparison.Ordinal)
        );

    [Theory]
    [MemberData(nameof(Names))]
    public void TheModuleSaysTheSame(string name)
    {
        JsonObject example = Named(name);
        AwsKeys keys = new AwsKeys().Complete("");
        foreach ((string key, JsonNode? value) in example["context"] as JsonObject ?? [])
        {
            keys.With(key, [.. AwsPolicy.Texts(value)]);
        }

        AwsPrincipal principal = AwsPrincipal.Parse((string)example["principal"]!, "us-east-2");
        AwsAsk ask = new(principal, (string)example["action"]!, (string)example["resource"]!, keys);
        AwsIdentityPolicy? boundary = example["boundary"] is { } limit ? AwsIdentityPolicy.Read("limit", limit.ToJsonString()) : null;
        AwsOwnSays own = AwsOwnPolicies.Of(
            new AwsIdentityPolicies(
                [.. Identity(example).Select(static (p, i) => AwsIdentityPolicy.Read($"p{i}", p.ToJsonString()))],
                boundary
            ).Say(ask)
        ) with
        {
            HasBoundary = boundary is not null,
        };
        AwsResourceSays says = AwsResourceSays.Of(AwsPolicy.Read(example["policy"]?.ToJsonString()), ask, own.HasBoundary);
        AwsFindings found = new(ask, Account(example, "resource"), Enum.Parse<AwsResourceRule>(Rule(example)), says, null, own);
        AwsVerdict verdict = AwsDecision.Of(found);
        Assert.True((verdict == AwsVerdict.Allowed) == (bool)example["allowed"]! && verdict != AwsVerdict.Open, $"{verdict}: {example}");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void TheFakeSaysTheSame(string name)
    {
        JsonObject example = Named(name);
        string arn = (string)example["principal"]!;
        AwsJudge judge = new(
            [.. Identity(example).Select(static p => p.ToJsonString())],
            example["boundary"]?.ToJsonString(),
            example["policy"]?.ToJsonString(),
            MustDelegate: Rule(example) == "MustDelegate"
        );
        bool isAllowed = judge.Allows(
            arn,
            AwsPrincipal.Parse(arn, "us-east-2").Arn,
            (string)example["action"]!,
            (string)example["resource"]!,
            (example["context"] as JsonObject ?? []).Select(static k => KeyValuePair.Create(k.Key, AwsPolicy.Texts(k.Value)))
        );
        Assert.True(isAllowed == (bool)example["allowed"]!, example.ToJsonString());
    }

    private static JsonObject Named(string name) => (JsonObject)Examples.Single(e => (string)e!["name"]! == name)!;

    private static IEnumerable<JsonNode> Identity(JsonObject example) => (example["identity"] as JsonArray ?? []).OfType<JsonNode>();

    private static string Rule(JsonObject example) => (string?)example["rule"] ?? "Adds";

    private static string Account(JsonObject example, string arn) => ((string)example[arn]!).Split(':')[4];
}
