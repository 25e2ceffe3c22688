using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Hosting;

namespace FlowSecrets.CloudFakes.Aws.SecretsManager;

/// <summary>A secret's life: made, described, changed, scheduled for deletion, restored.</summary>
internal static class AwsSecretOperations
{
    private const int DefaultWindow = 30;

    public static AwsResult Create(AwsRegion region, JsonObject body)
    {
        string name = AwsRules.Name(body);
        string token = AwsRules.VersionToken(body);
        (string? text, string? binary) = AwsRules.Value(body);
        if (region.Named(name) is { } existing)
        {
            return Again(existing, token, text, binary);
        }

        AwsSecret secret = region.Add(name);
        try
        {
            secret.Description = body.Text("Description", 0, 2048);
            secret.KmsKeyId = body.Text("KmsKeyId", 0, 2048);
            secret.Type = body.Text("Type", 0, 256);
            AwsRules.SetTags(secret, body.Objects("Tags"));
            if (text is not null || binary is not null)
            {
                AwsLabels.AddVersion(secret, token, text, binary, null, region.Now);
            }

            AwsReplication.Add(region, secret, body);
        }
        catch (AwsError)
        {
            region.Remove(secret);
            throw;
        }

        return AwsOutput.Named(secret, ("VersionId", secret.WithId(token)?.Id), ("ReplicationStatus", AwsOutput.Replication(secret)));
    }

    public static AwsResult Describe(AwsRegion region, JsonObject body)
    {
        AwsSecret secret = region.Require(body.SecretId());
        JsonObject result = Entry(secret);
        result["PrimaryRegion"] = secret.PrimaryRegion ?? (secret.Replicas.Count > 0 ? region.Name : null);
        if (result["PrimaryRegion"] is null)
        {
            result.Remove("PrimaryRegion");
        }

        if (AwsLabels.Map(secret) is { Count: > 0 } map)
        {
            result["VersionIdsToStages"] = map;
        }

        if (AwsOutput.Replication(secret) is { } replication)
        {
            result["ReplicationStatus"] = replication;
        }

        return new AwsResult(result);
    }

    public static AwsResult Update(AwsRegion region, JsonObject body)
    {
        string token = AwsRules.VersionToken(body);
        (string? text, string? binary) = AwsRules.Value(body);
        AwsSecret secret = region.RequirePrimary(body.SecretId());
        string? description = body.Text("Description", 0, 2048);
        string? key = body.Text("KmsKeyId", 0, 2048);
        string? version = null;
        bool changed = description is not null || key is not null;
        if (text is not null || binary is not null)
        {
            (AwsVersion added, bool isNew) = AwsLabels.AddVersion(secret, token, text, binary, null, region.Now);
            version = added.Id;
            changed |= isNew;
        }

        secret.Description = description ?? secret.Description;
        secret.KmsKeyId = key ?? secret.KmsKeyId;
        secret.Type = body.Text("Type", 0, 256) ?? secret.Type;
        secret.Changed = region.Now;
        AwsReplication.Follow(region, secret);
        return AwsOutput.Named(secret, ("VersionId", version)) with { Changed = changed };
    }

    public static AwsResult Delete(AwsRegion region, JsonObject body)
    {
        string id = body.SecretId();
        bool force = body.Flag("ForceDeleteWithoutRecovery");
        int? window = body["RecoveryWindowInDays"] is JsonValue given && given.TryGetValue(out int days) ? days : null;
        if (force && window is not null)
        {
            throw AwsError.Parameter("You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.");
        }

        if (window is < 7 or > 30)
        {
            throw AwsError.Parameter("RecoveryWindowInDays value must be between 7 and 30 days (inclusive).");
        }

        AwsSecret? secret = region.Find(id);
        if (secret is null)
        {
            // Forced, there is no error for what is not there, and the reply is made up.
            return force
                ? new AwsResult(
                    AwsOutput.Of(
                        ("ARN", AwsArn.IsArn(id) ? id : $"arn:aws:secretsmanager:{region.Name}:{region.Account}:secret:{id}"),
                        ("Name", AwsArn.NameIn(id)),
                        ("DeletionDate", AwsOutput.Time(region.Now))
                    ),
                    Changed: false
                )
                : throw AwsError.NotFound();
        }

        if (secret.Replicas.Count > 0)
        {
            throw AwsError.Request(
                $"You can't delete secret {secret.Name} that still has replica regions "
                    + $"[{string.Join(", ", secret.Replicas.Select(static r => r.Region))}]"
            );
        }

        if (secret.IsReplica)
        {
            throw AwsError.Request("Operation not permitted on a replica secret. Call must be made in primary secret's region.");
        }

        if (force)
        {
            region.Remove(secret);
            return AwsOutput.Named(secret, ("DeletionDate", AwsOutput.Time(region.Now)));
        }

        if (secret.DeletionDate is not null)
        {
            throw AwsError.Request("You can't perform this operation on the secret because it was already scheduled for deletion.");
        }

        region.Schedule(secret, region.Now.AddDays(window ?? DefaultWindow));
        return AwsOutput.Named(secret, ("DeletionDate", AwsOutput.Time(secret.DeletionDate)));
    }

    public static AwsResult Restore(AwsRegion region, JsonObject body)
    {
        AwsSecret secret = region.Require(body.SecretId());
        bool changed = secret.DeletionDate is not null;
        region.Restore(secret);
        return AwsOutput.Named(secret) with { Changed = changed };
    }

    /// <summary>What describe and list have in common.</summary>
    public static JsonObject Entry(AwsSecret secret) =>
        AwsOutput.Of(
            ("ARN", secret.Arn),
            ("Name", secret.Name),
            ("Type", secret.Type),
            ("Description", string.IsNullOrEmpty(secret.Description) ? null : secret.Description),
            ("KmsKeyId", string.IsNullOrEmpty(secret.KmsKeyId) ? null : secret.KmsKeyId),
            ("RotationEnabled", secret.RotationLambda is null ? null : secret.RotationEnabled),
            ("RotationLambdaARN", secret.RotationLambda),
            ("RotationRules", secret.Rotation?.DeepClone()),
            ("LastRotatedDate", AwsOutput.Time(secret.Rotated)),
            ("LastChangedDate", AwsOutput.Time(secret.Changed)),
            ("LastAccessedDate", AwsOutput.Day(secret.Accessed)),
            ("DeletedDate", AwsOutput.Time(secret.DeletedAt)),
            ("Tags", AwsOutput.Tags(secret)),
            ("OwningService", secret.OwningService),
            ("CreatedDate", AwsOutput.Time(secret.Created))
        );

    /// <summary>The same token with the same value is the same request.</summary>
    private static AwsResult Again(AwsSecret existing, string token, string? text, string? binary)
    {
        if (existing.DeletionDate is not null)
        {
            throw AwsError.Request("You can't create this secret because a secret with this name is already scheduled for deletion.");
        }

        return existing.WithId(token) is { } version && version.HasSameValue(text, binary)
            ? AwsOutput.Named(existing, ("VersionId", version.Id)) with
            {
                Changed = false,
            }
            : throw AwsError.Exists($"The operation failed because the secret {existing.Name} already exists.");
    }
}
