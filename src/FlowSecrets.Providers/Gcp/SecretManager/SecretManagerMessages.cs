using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using FlowSecrets.Providers.Gcp.Connection;

namespace FlowSecrets.Providers.Gcp.SecretManager;

// The messages of Secret Manager v1 as its REST form has them; what is not used here is left out.

internal sealed class GcpSecret
{
    public string? Name { get; set; }

    public GcpReplication? Replication { get; set; }

    public DateTimeOffset? CreateTime { get; set; }

    public Dictionary<string, string>? Labels { get; set; }

    public Dictionary<string, string>? Annotations { get; set; }

    public Dictionary<string, long>? VersionAliases { get; set; }

    public DateTimeOffset? ExpireTime { get; set; }

    /// <summary>Where Pub/Sub says that a rotation is due.</summary>
    public List<JsonObject>? Topics { get; set; }

    /// <summary>When Pub/Sub says so.</summary>
    public JsonObject? Rotation { get; set; }

    /// <summary>How long a destroyed version can be restored.</summary>
    public string? VersionDestroyTtl { get; set; }

    /// <summary>Of a regional secret.</summary>
    public GcpEncryption? CustomerManagedEncryption { get; set; }

    public string? Etag { get; set; }
}

internal sealed class GcpReplication
{
    public GcpAutomatic? Automatic { get; set; }

    public GcpUserManaged? UserManaged { get; set; }
}

internal sealed class GcpAutomatic
{
    public GcpEncryption? CustomerManagedEncryption { get; set; }
}

internal sealed class GcpUserManaged
{
    public List<GcpReplica>? Replicas { get; set; }
}

internal sealed class GcpReplica
{
    public string? Location { get; set; }

    public GcpEncryption? CustomerManagedEncryption { get; set; }
}

internal sealed class GcpEncryption
{
    public string? KmsKeyName { get; set; }
}

internal sealed class GcpSecretPage
{
    public List<GcpSecret>? Secrets { get; set; }

    public string? NextPageToken { get; set; }
}

internal sealed class GcpVersion
{
    public string? Name { get; set; }

    public DateTimeOffset? CreateTime { get; set; }

    /// <summary>ENABLED, DISABLED or DESTROYED.</summary>
    public string? State { get; set; }

    [JsonIgnore]
    public string Number => GcpName.Last(Name);
}

internal sealed class GcpVersionPage
{
    public List<GcpVersion>? Versions { get; set; }

    public string? NextPageToken { get; set; }
}

internal sealed class GcpPayload
{
    public byte[]? Data { get; set; }

    /// <summary>CRC32C (Castagnoli) of the data.</summary>
    public long? DataCrc32c { get; set; }
}

internal sealed class GcpAddVersion
{
    public GcpPayload? Payload { get; set; }
}

internal sealed class GcpAccess : IGcpChecked
{
    public string? Name { get; set; }

    public GcpPayload? Payload { get; set; }

    /// <exception cref="GcpChecksumException">The payload's checksum is not that of its bytes.</exception>
    public void Verify()
    {
        if (Payload is not { Data: { } data, DataCrc32c: { } sum } || sum != Crc32C.Of(data))
        {
            throw new GcpChecksumException();
        }
    }
}

internal sealed class GcpSetPolicy
{
    public JsonObject? Policy { get; set; }
}

internal sealed class GcpPermissions
{
    public List<string>? Permissions { get; set; }
}

internal sealed class GcpLocation
{
    public string? LocationId { get; set; }
}

internal sealed class GcpLocationPage
{
    public List<GcpLocation>? Locations { get; set; }
}

/// <summary>How these messages are read and written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString
)]
[JsonSerializable(typeof(GcpSecret))]
[JsonSerializable(typeof(GcpSecretPage))]
[JsonSerializable(typeof(GcpVersion))]
[JsonSerializable(typeof(GcpVersionPage))]
[JsonSerializable(typeof(GcpAddVersion))]
[JsonSerializable(typeof(GcpAccess))]
[JsonSerializable(typeof(GcpNothing))]
[JsonSerializable(typeof(GcpSetPolicy))]
[JsonSerializable(typeof(GcpPermissions))]
[JsonSerializable(typeof(GcpLocationPage))]
[JsonSerializable(typeof(JsonObject))]
internal sealed partial class SecretManagerJson : JsonSerializerContext;
