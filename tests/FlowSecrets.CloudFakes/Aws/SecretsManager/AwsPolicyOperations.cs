using System.Text.Json;
using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Aws.Policies;

namespace FlowSecrets.CloudFakes.Aws.SecretsManager;

/// <summary>Resource policies, kept letter for letter as they are sent.</summary>
internal static class AwsPolicyOperations
{
    private const int MostCharacters = 20_480;

    public static AwsResult Get(AwsRegion region, JsonObject body)
    {
        AwsSecret secret = region.RequireLive(body.SecretId());
        return AwsOutput.Named(secret, ("ResourcePolicy", secret.ResourcePolicy));
    }

    public static AwsResult Put(AwsRegion region, JsonObject body)
    {
        string policy = body.RequiredText("ResourcePolicy", 1, MostCharacters);
        AwsSecret secret = region.RequirePrimary(body.SecretId());
        if (Problems(policy) is [(_, string problem), ..])
        {
            throw new AwsError("MalformedPolicyDocumentException", problem);
        }

        if (body.Flag("BlockPublicPolicy") && IsPublic(policy))
        {
            throw new AwsError(
                "PublicPolicyException",
                "This resource policy grants public access to the secret, and BlockPublicPolicy is set."
            );
        }

        secret.ResourcePolicy = policy;
        return AwsOutput.Named(secret);
    }

    public static AwsResult Delete(AwsRegion region, JsonObject body)
    {
        AwsSecret secret = region.RequirePrimary(body.SecretId());
        bool changed = secret.ResourcePolicy is not null;
        secret.ResourcePolicy = null;
        return AwsOutput.Named(secret) with { Changed = changed };
    }

    public static AwsResult Validate(AwsRegion region, JsonObject body)
    {
        if (body.Text("SecretId", 1, 2048) is { } id)
        {
            region.RequireLive(id);
        }

        string policy = body.RequiredText("ResourcePolicy", 1, MostCharacters);
        List<(string Check, string Problem)> problems = Problems(policy);
        if (problems.Count == 0 && IsPublic(policy))
        {
            problems.Add(("PublicPolicy", "This resource policy grants public access to the secret."));
        }

        return new AwsResult(
            AwsOutput.Of(
                ("PolicyValidationPassed", problems.Count == 0),
                (
                    "ValidationErrors",
                    new JsonArray([
                        .. problems.Select(static p => new JsonObject { ["CheckName"] = p.Check, ["ErrorMessage"] = p.Problem }),
                    ])
                )
            )
        );
    }

    private static List<(string Check, string Problem)> Problems(string policy)
    {
        const string Syntax = "JSONSyntax";
        try
        {
            return JsonNode.Parse(policy) is not JsonObject document ? [(Syntax, "This resource policy contains invalid Json")]
                : document["Statement"] is null ? [("PolicySyntax", "This resource policy has no statement.")]
                : Statements(document)
                    .All(static s =>
                        s["Effect"] is not null
                        && (s["Principal"] ?? s["NotPrincipal"]) is not null
                        && (s["Action"] ?? s["NotAction"]) is not null
                    )
                && AwsPolicy.Parse(policy).Statements.Count > 0
                    ? []
                : [("PolicySyntax", "A statement of this resource policy lacks its effect, principal or action.")];
        }
        catch (JsonException)
        {
            return [(Syntax, "This resource policy contains invalid Json")];
        }
    }

    private static bool IsPublic(string policy) =>
        Statements((JsonObject)JsonNode.Parse(policy)!)
            .Any(static s =>
                (string?)s["Effect"] == "Allow"
                && s["Condition"] is null
                && s["Principal"]?.ToJsonString() is "\"*\"" or "{\"AWS\":\"*\"}" or "{\"AWS\":[\"*\"]}"
            );

    private static IEnumerable<JsonObject> Statements(JsonObject document) =>
        document["Statement"] switch
        {
            JsonArray several => several.OfType<JsonObject>(),
            JsonObject one => [one],
            _ => [],
        };
}
