using System.Collections.Immutable;
using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Gcp.SecretManager;

namespace FlowSecrets.CloudFakes.Gcp;

/// <summary>Which fields of a secret a request sets, and what it sets them to.</summary>
internal static class GcpFields
{
    private static readonly string[] Settable =
    [
        "labels",
        "annotations",
        "versionAliases",
        "topics",
        "expireTime",
        "ttl",
        "rotation",
        "versionDestroyTtl",
        "customerManagedEncryption",
    ];

    /// <summary>The settable ones that a new secret comes with.</summary>
    public static IReadOnlyList<string> OnCreation(JsonObject body) => [.. Settable.Where(f => body.Field(f) is not null)];

    /// <returns>The first segments of the mask, in camel case.</returns>
    public static IReadOnlyList<string> OfMask(string? mask)
    {
        if (string.IsNullOrEmpty(mask))
        {
            throw GcpError.Required("update_mask");
        }

        string[] fields =
        [
            .. mask.Split(',')
                .Select(static f => GcpInput.Camel(f.Trim().Split('.')[0]))
                .Where(static f => f != "etag")
                .Distinct(StringComparer.Ordinal),
        ];
        foreach (string field in fields)
        {
            if (field == "replication")
            {
                throw GcpError.Field("update_mask", "Field [replication] is immutable.");
            }

            if (!Settable.Contains(field, StringComparer.Ordinal))
            {
                throw GcpError.Field("update_mask", $"Invalid update mask path [{field}].");
            }
        }

        return fields;
    }

    public static GcpSecret Replication(GcpSecret secret, JsonObject body)
    {
        JsonObject? replication = body.Object("replication");
        if (secret.Key.Location is not null)
        {
            return replication is null
                ? secret
                : throw GcpError.Field("secret.replication", "Field [secret.replication] must not be set on regional secrets.");
        }

        JsonObject? automatic = replication?.Object("automatic");
        JsonArray? replicas = replication?.Object("userManaged")?.Array("replicas");
        return automatic is null == replicas is null ? throw GcpError.Required("secret.replication")
            : replicas is { Count: 0 } ? throw GcpError.Required("secret.replication.user_managed.replicas")
            : secret with { Replication = (JsonObject)replication!.DeepClone() };
    }

    public static GcpSecret Apply(GcpSecret secret, JsonObject body, IReadOnlyList<string> fields, DateTimeOffset now)
    {
        foreach (string field in fields)
        {
            secret = field switch
            {
                "labels" => secret with { Labels = GcpRules.Labels(Texts(body, field)) },
                "annotations" => secret with { Annotations = GcpRules.Annotations(Texts(body, field)) },
                "versionAliases" => secret with { Aliases = GcpRules.Aliases(body.Object(field), secret) },
                "topics" => secret with { Topics = GcpRules.Topics(body.Array(field)) },
                "expireTime" => secret with { Expires = GcpRules.Expiry(body.Time(field), now) },
                "ttl" => secret with { Expires = GcpRules.Expiry(body.Duration(field) is { } ttl ? now + ttl : null, now) },
                "rotation" => Rotation(secret, body.Object(field), now),
                "versionDestroyTtl" => secret with { DestroyTtl = GcpRules.DestroyTtl(body.Duration(field)) },
                _ => secret with { Encryption = (JsonObject?)body.Object(field)?.DeepClone() },
            };
        }

        return secret.NextRotation is not null && secret.Topics.IsEmpty
            ? throw GcpError.Field("secret.rotation", "Field [secret.topics] must be set to configure rotation.")
            : secret;
    }

    private static GcpSecret Rotation(GcpSecret secret, JsonObject? rotation, DateTimeOffset now)
    {
        DateTimeOffset? next = rotation?.Time("nextRotationTime");
        TimeSpan? period = rotation?.Duration("rotationPeriod");
        return period is not null && next is null
                ? throw GcpError.Field(
                    "secret.rotation",
                    "Field [secret.rotation.next_rotation_time] must be set if rotation_period is set."
                )
            : next < now.AddSeconds(300)
                ? throw GcpError.Field(
                    "secret.rotation.next_rotation_time",
                    "Field [secret.rotation.next_rotation_time] must be at least 300s in the future."
                )
            : period?.TotalSeconds is < 3_600 or > 3_153_600_000
                ? throw GcpError.Field(
                    "secret.rotation.rotation_period",
                    "Field [secret.rotation.rotation_period] must be at least 3600s and at most 3153600000s."
                )
            : secret with { NextRotation = next, RotationPeriod = period };
    }

    private static ImmutableSortedDictionary<string, string> Texts(JsonObject body, string field) =>
        (body.Object(field) ?? []).ToImmutableSortedDictionary(
            static p => p.Key,
            p =>
                p.Value is JsonValue value && value.TryGetValue(out string? text)
                    ? text
                    : throw GcpError.Field(GcpInput.Snake(field), $"Invalid value at 'secret.{GcpInput.Snake(field)}'"),
            StringComparer.Ordinal
        );
}
