using System.Text.Json.Nodes;

namespace FlowSecrets.CloudFakes.Aws.SecretsManager;

/// <summary>Replicas in other regions.</summary>
internal static class AwsReplication
{
    /// <summary>AddReplicaRegions, of CreateSecret and of ReplicateSecretToRegions.</summary>
    public static void Add(AwsRegion region, AwsSecret secret, JsonObject body)
    {
        foreach (JsonObject wanted in body.Objects("AddReplicaRegions"))
        {
            string target = wanted.RequiredText("Region", 1, 128);
            if (target == region.Name || secret.Replicas.Exists(r => r.Region == target))
            {
                throw AwsError.Parameter("Invalid replica region.");
            }

            AwsRegion other = region.Other(target);
            string key = wanted.Text("KmsKeyId", 0, 2048) ?? "alias/aws/secretsmanager";
            if (other.Named(secret.Name) is { } existing)
            {
                if (!body.Flag("ForceOverwriteReplicaSecret"))
                {
                    secret.Replicas.Add(
                        new AwsReplica(
                            target,
                            key,
                            "Failed",
                            $"Replication failed: Secret name {secret.Name} already exists in region {target}."
                        )
                    );
                    continue;
                }

                other.Remove(existing);
            }

            AwsSecret replica = other.Add(secret.Name, AwsArn.InRegion(secret.Arn, target));
            replica.PrimaryRegion = region.Name;
            replica.Follow(secret);
            secret.Replicas.Add(new AwsReplica(target, key, "InSync", "Replication succeeded"));
        }
    }

    /// <summary>Replicas show what their primary shows.</summary>
    public static void Follow(AwsRegion region, AwsSecret secret)
    {
        foreach (AwsReplica replica in secret.Replicas.Where(static r => r.Status == "InSync"))
        {
            region.Other(replica.Region).Named(secret.Name)?.Follow(secret);
        }
    }
}
