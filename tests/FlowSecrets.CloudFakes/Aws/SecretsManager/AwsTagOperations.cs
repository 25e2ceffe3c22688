using System.Text.Json.Nodes;

namespace FlowSecrets.CloudFakes.Aws.SecretsManager;

/// <summary>TagResource and UntagResource, which have no output.</summary>
internal static class AwsTagOperations
{
    public static AwsResult Tag(AwsRegion region, JsonObject body)
    {
        AwsSecret secret = region.RequirePrimary(body.SecretId());
        AwsRules.SetTags(secret, body.Objects("Tags"));
        AwsReplication.Follow(region, secret);
        return new AwsResult(null);
    }

    public static AwsResult Untag(AwsRegion region, JsonObject body)
    {
        AwsSecret secret = region.RequirePrimary(body.SecretId());
        IReadOnlyList<string> keys = body.Texts("TagKeys", int.MaxValue) ?? [];
        if (keys.Any(static k => k.StartsWith("aws:", StringComparison.OrdinalIgnoreCase)))
        {
            throw AwsRules.ReservedTag();
        }

        bool changed = keys.Aggregate(false, (any, key) => secret.Tags.Remove(key) || any);
        AwsReplication.Follow(region, secret);
        return new AwsResult(null, changed);
    }
}
