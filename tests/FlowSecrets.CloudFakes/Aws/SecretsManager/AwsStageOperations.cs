using System.Text.Json.Nodes;

namespace FlowSecrets.CloudFakes.Aws.SecretsManager;

/// <summary>UpdateSecretVersionStage and ListSecretVersionIds.</summary>
internal static class AwsStageOperations
{
    private const int MostResults = 100;

    /// <summary>RemoveFromVersionId must name the label's holder, so a move is a compare-and-swap.</summary>
    public static AwsResult Move(AwsRegion region, JsonObject body)
    {
        string stage = body.RequiredText("VersionStage", 1, 256);
        string? from = body.Text("RemoveFromVersionId", 32, 64);
        string? to = body.Text("MoveToVersionId", 32, 64);
        AwsSecret secret = region.RequirePrimary(body.SecretId());
        AwsVersion? holder = secret.WithStage(stage);
        if (from is not null && secret.WithId(from) is null)
        {
            throw AwsError.NotFoundVersion(from);
        }

        AwsVersion? target = to is null ? null : secret.WithId(to) ?? throw AwsError.NotFoundVersion(to);
        CheckHolder(stage, holder, from, to);
        if (target is not null)
        {
            AwsLabels.Attach(secret, target, stage);
        }
        else if (stage == AwsLabels.Current)
        {
            throw AwsError.Parameter(
                $"You can't remove the staging label {AwsLabels.Current} from version {holder?.Id} without moving it to another version."
            );
        }
        else
        {
            holder?.Stages.Remove(stage);
        }

        secret.Changed = region.Now;
        AwsReplication.Follow(region, secret);
        return AwsOutput.Named(secret) with { Changed = holder != target };
    }

    public static AwsResult List(AwsRegion region, JsonObject body)
    {
        AwsSecret secret = region.Require(body.SecretId());
        bool deprecated = body.Flag("IncludeDeprecated");
        AwsVersion[] versions = [.. secret.Versions.Where(v => deprecated || v.Stages.Count > 0)];
        (IReadOnlyList<AwsVersion> page, string? next) = AwsPaging.Page(
            versions,
            body.Number("MaxResults", 1, MostResults) ?? MostResults,
            body.Text("NextToken")
        );
        JsonArray list =
        [
            .. page.Select(v =>
                AwsOutput.Of(
                    ("VersionId", v.Id),
                    ("VersionStages", AwsOutput.Texts(v.Stages)),
                    ("LastAccessedDate", AwsOutput.Day(v.Accessed)),
                    ("CreatedDate", AwsOutput.Time(v.Created)),
                    ("KmsKeyIds", new JsonArray(string.IsNullOrEmpty(secret.KmsKeyId) ? "DefaultEncryptionKey" : secret.KmsKeyId))
                )
            ),
        ];
        return AwsOutput.Named(secret, ("Versions", list), ("NextToken", next));
    }

    private static void CheckHolder(string stage, AwsVersion? holder, string? from, string? to)
    {
        if (holder is not null && from is null && to != holder.Id)
        {
            throw AwsError.Parameter(
                $"The parameter RemoveFromVersionId can't be empty. Staging label {stage} is currently attached to version {holder.Id}, "
                    + $"so you must explicitly reference that version in RemoveFromVersionId."
            );
        }

        if (from is not null && from != holder?.Id)
        {
            throw AwsError.Parameter(
                $"When you move staging label {stage}, if you specify RemoveFromVersionId, it must be set to the version that currently "
                    + $"has the staging label {stage}."
            );
        }
    }
}
