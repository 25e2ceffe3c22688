using System.Text.Json.Nodes;

namespace FlowSecrets.CloudFakes.Aws.SecretsManager;

/// <summary>ReplicateSecretToRegions, RemoveRegionsFromReplication, StopReplicationToReplica.</summary>
internal static class AwsReplicationOperations
{
    public static AwsResult Replicate(AwsRegion region, JsonObject body)
    {
        AwsSecret secret = region.RequirePrimary(body.SecretId());
        AwsReplication.Add(region, secret, body);
        return Status(secret);
    }

    /// <summary>A replica is deleted at once.</summary>
    public static AwsResult Remove(AwsRegion region, JsonObject body)
    {
        AwsSecret secret = region.RequirePrimary(body.SecretId());
        foreach (string target in body.Texts("RemoveReplicaRegions", int.MaxValue) ?? [])
        {
            AwsReplica replica =
                secret.Replicas.Find(r => r.Region == target) ?? throw AwsError.Parameter($"The secret has no replica in region {target}.");
            secret.Replicas.Remove(replica);
            if (region.Other(target).Named(secret.Name) is { IsReplica: true } copy)
            {
                region.Other(target).Remove(copy);
            }
        }

        return Status(secret);
    }

    /// <summary>Asked of the replica's region; it stands alone from then on.</summary>
    public static AwsResult Stop(AwsRegion region, JsonObject body)
    {
        AwsSecret secret = region.RequireLive(body.SecretId());
        if (secret.PrimaryRegion is not { } primary)
        {
            throw AwsError.Request("The secret is not a replica.");
        }

        region.Other(primary).Named(secret.Name)?.Replicas.RemoveAll(r => r.Region == region.Name);
        secret.StandAlone();
        return new AwsResult(new JsonObject { ["ARN"] = secret.Arn });
    }

    private static AwsResult Status(AwsSecret secret) =>
        new(AwsOutput.Of(("ARN", secret.Arn), ("ReplicationStatus", AwsOutput.Replication(secret) ?? [])));
}
