using System.Text.Json.Nodes;

namespace FlowSecrets.CloudFakes.Gcp.SecretManager;

/// <summary>How a version says where it lies and with which key it is encrypted.</summary>
internal static class GcpReplication
{
    /// <returns>Null on regional secrets.</returns>
    public static JsonObject? StatusOf(GcpSecret secret)
    {
        if (secret.Replication is not { } replication)
        {
            return null;
        }

        if (replication.Object("automatic") is { } automatic)
        {
            return new JsonObject { ["automatic"] = WithKey([], automatic) };
        }

        IEnumerable<JsonObject> replicas = replication.Object("userManaged")!.Array("replicas")!.OfType<JsonObject>();
        return new JsonObject
        {
            ["userManaged"] = new JsonObject
            {
                ["replicas"] = new JsonArray([
                    .. replicas.Select(static r => WithKey(new JsonObject { ["location"] = r.Text("location") }, r)),
                ]),
            },
        };
    }

    public static JsonObject? EncryptionStatus(JsonObject? encryption) =>
        encryption?.Text("kmsKeyName") is { } key ? new JsonObject { ["kmsKeyVersionName"] = key + "/cryptoKeyVersions/1" } : null;

    private static JsonObject WithKey(JsonObject status, JsonObject source)
    {
        if (EncryptionStatus(source.Object("customerManagedEncryption")) is { } encryption)
        {
            status["customerManagedEncryption"] = encryption;
        }

        return status;
    }
}
