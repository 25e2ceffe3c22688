using System.Text.Json.Nodes;

namespace FlowSecrets.CloudFakes.Aws.SecretsManager;

/// <summary>Reading and writing one value.</summary>
internal static class AwsValueOperations
{
    public static AwsResult Get(AwsRegion region, JsonObject body)
    {
        string? id = body.Text("VersionId", 32, 64);
        string? stage = body.Text("VersionStage", 1, 256);
        return new AwsResult(Read(region, body.SecretId(), id, stage));
    }

    public static JsonObject Read(AwsRegion region, string secretId, string? id = null, string? stage = null)
    {
        AwsSecret secret = region.RequireLive(secretId);
        AwsVersion version = Choose(secret, id, stage);
        version.Accessed = secret.Accessed = region.Now;
        return AwsOutput.Of(
            ("ARN", secret.Arn),
            ("Name", secret.Name),
            ("VersionId", version.Id),
            ("SecretBinary", version.Binary),
            ("SecretString", version.Text),
            ("VersionStages", AwsOutput.Texts(version.Stages)),
            ("CreatedDate", AwsOutput.Time(version.Created))
        );
    }

    public static AwsResult Put(AwsRegion region, JsonObject body)
    {
        string token = AwsRules.VersionToken(body);
        (string? text, string? binary) = AwsRules.Value(body);
        AwsSecret secret = region.RequirePrimary(body.SecretId());
        if (text is null && binary is null)
        {
            throw AwsError.Request("You must provide either SecretString or SecretBinary.");
        }

        IReadOnlyList<string>? stages = body.Texts("VersionStages", AwsRules.MostLabels);
        (AwsVersion version, bool isNew) = AwsLabels.AddVersion(secret, token, text, binary, stages, region.Now);
        AwsReplication.Follow(region, secret);
        return AwsOutput.Named(secret, ("VersionId", version.Id), ("VersionStages", AwsOutput.Texts(version.Stages))) with
        {
            Changed = isNew,
        };
    }

    private static AwsVersion Choose(AwsSecret secret, string? id, string? stage)
    {
        if (id is null)
        {
            AwsVersion? labelled = secret.WithStage(stage ?? AwsLabels.Current);
            return labelled is null or { IsEmpty: true }
                ? throw AwsError.NoValue($"staging label: {stage ?? AwsLabels.Current}")
                : labelled;
        }

        AwsVersion version = secret.WithId(id) is { IsEmpty: false } found ? found : throw AwsError.NoValue($"VersionId: {id}");
        return stage is null || version.Stages.Contains(stage)
            ? version
            : throw AwsError.Request("You provided a VersionStage that is not associated to the provided VersionId.");
    }
}
