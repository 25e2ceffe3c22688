using System.Globalization;
using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Gcp.SecretManager;

namespace FlowSecrets.CloudFakes.Gcp;

/// <summary>Secrets and versions in proto3's JSON: what is unset is left out, 64-bit numbers are text, times end in Z.</summary>
internal static class GcpJson
{
    public static JsonObject Secret(GcpSecret secret)
    {
        JsonObject json = new() { ["name"] = secret.Key.Name };
        Set(json, "replication", secret.Replication?.DeepClone());
        json["createTime"] = Time(secret.Created);
        Set(json, "labels", Map(secret.Labels));
        Set(
            json,
            "topics",
            secret.Topics.IsEmpty ? null : new JsonArray([.. secret.Topics.Select(static t => new JsonObject { ["name"] = t })])
        );
        Set(json, "expireTime", Time(secret.Expires));
        json["etag"] = secret.Etag;
        if (secret.NextRotation is { } next)
        {
            JsonObject rotation = new() { ["nextRotationTime"] = Time(next) };
            Set(rotation, "rotationPeriod", Duration(secret.RotationPeriod));
            json["rotation"] = rotation;
        }

        Set(
            json,
            "versionAliases",
            secret.Aliases.IsEmpty
                ? null
                : new JsonObject(secret.Aliases.Select(static a => KeyValuePair.Create(a.Key, (JsonNode?)a.Value.ToString())))
        );
        Set(json, "annotations", Map(secret.Annotations));
        Set(json, "versionDestroyTtl", Duration(secret.DestroyTtl));
        Set(json, "customerManagedEncryption", secret.Encryption?.DeepClone());
        return json;
    }

    public static JsonObject Version(GcpSecret secret, GcpVersion version)
    {
        JsonObject json = new()
        {
            ["name"] = secret.Key.VersionName(version.Number),
            ["createTime"] = Time(version.Created),
            ["state"] = StateName(version.State),
        };
        Set(json, "destroyTime", Time(version.Destroyed));
        Set(json, "replicationStatus", version.Replication?.DeepClone());
        Set(json, "customerManagedEncryption", version.Encryption?.DeepClone());
        json["etag"] = version.Etag;
        Set(json, "clientSpecifiedPayloadChecksum", version.ClientChecksum ? true : null);
        Set(json, "scheduledDestroyTime", Time(version.DestroyAt));
        return json;
    }

    public static string StateName(GcpState state) => state.ToString().ToUpperInvariant();

    public static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    public static string? Time(DateTimeOffset? time) => time is { } t ? Time(t) : null;

    private static string? Duration(TimeSpan? span) =>
        span is { } s ? s.TotalSeconds.ToString("0.#########", CultureInfo.InvariantCulture) + "s" : null;

    private static JsonObject? Map(IReadOnlyDictionary<string, string> map) =>
        map.Count == 0 ? null : new JsonObject(map.Select(static m => KeyValuePair.Create(m.Key, (JsonNode?)m.Value)));

    private static void Set(JsonObject json, string name, JsonNode? value)
    {
        if (value is not null)
        {
            json[name] = value;
        }
    }
}
