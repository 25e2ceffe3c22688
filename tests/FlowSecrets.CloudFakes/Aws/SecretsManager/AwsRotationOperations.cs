using System.Text.Json.Nodes;

namespace FlowSecrets.CloudFakes.Aws.SecretsManager;

/// <summary>
/// RotateSecret and CancelRotateSecret. Without a function an empty version waits under AWSPENDING, as it does after one has failed.
/// </summary>
internal static class AwsRotationOperations
{
    private const string NotConfigured = "No Lambda rotation function ARN is associated with this secret.";

    public static AwsResult Rotate(AwsRegion region, JsonObject body, AwsRotationFunction? simulated)
    {
        string token = AwsRules.VersionToken(body);
        AwsSecret secret = region.RequirePrimary(body.SecretId());
        string function = body.Text("RotationLambdaARN", 0, 2048) ?? secret.RotationLambda ?? throw AwsError.Request(NotConfigured);
        JsonObject? rules = (JsonObject?)body["RotationRules"]?.DeepClone();
        if ((int?)rules?["AutomaticallyAfterDays"] is < 1 or > 1000)
        {
            throw AwsError.Parameter("RotationRules.AutomaticallyAfterDays must be within 1-1000.");
        }

        bool isAtOnce = body["RotateImmediately"] is null || body.Flag("RotateImmediately");
        if (
            isAtOnce
            && secret.WithStage(AwsLabels.Pending) is { } pending
            && !pending.Stages.Contains(AwsLabels.Current)
            && pending.Id != token
        )
        {
            throw AwsError.Request("A previous rotation isn't complete. That rotation will be reattempted.");
        }

        secret.RotationLambda = function;
        secret.Rotation = rules ?? secret.Rotation;
        secret.RotationEnabled = true;
        if (isAtOnce && secret.WithId(token) is null)
        {
            AwsLabels.AddEmpty(secret, token, region.Now);
            secret.Making = simulated is null ? null : (token, simulated.Looks);
        }

        return AwsOutput.Named(secret, ("VersionId", isAtOnce ? token : null));
    }

    /// <summary>A look at a secret brings its function further; at the end it has set, tested and finished.</summary>
    public static void Look(AwsRegion region, JsonObject body, AwsRotationFunction? function)
    {
        if (function is null || region.Find(body.SecretId()) is not { Making: { } making } secret)
        {
            return;
        }

        if (making.Looks > 0)
        {
            secret.Making = (making.Version, making.Looks - 1);
            return;
        }

        secret.Making = null;
        AwsLabels.AddVersion(secret, making.Version, function.Value, null, [AwsLabels.Current], region.Now);
        if (!function.KeepsPending)
        {
            secret.WithId(making.Version)!.Stages.Remove(AwsLabels.Pending);
        }

        secret.Rotated = secret.Changed = region.Now;
        AwsReplication.Follow(region, secret);
    }

    public static AwsResult Cancel(AwsRegion region, JsonObject body)
    {
        AwsSecret secret = region.RequirePrimary(body.SecretId());
        if (secret.RotationLambda is null)
        {
            throw AwsError.Request(NotConfigured);
        }

        bool changed = secret.RotationEnabled;
        secret.RotationEnabled = false;
        AwsVersion? pending = secret.WithStage(AwsLabels.Pending);
        return AwsOutput.Named(secret, ("VersionId", pending?.Stages.Contains(AwsLabels.Current) == false ? pending.Id : null)) with
        {
            Changed = changed,
        };
    }
}
