using System.Text.Json.Serialization;

namespace FlowSecrets.Providers.Aws.Iam;

// The messages of AWS's other services; what is not used here is left out.

/// <summary>KMS: DescribeKey, GetKeyPolicy, ListGrants, ListResourceTags.</summary>
internal sealed class AwsKeyId
{
    public required string KeyId { get; set; }

    /// <summary>Of GetKeyPolicy.</summary>
    public string? PolicyName { get; set; }

    /// <summary>Of ListGrants and ListResourceTags.</summary>
    public string? Marker { get; set; }
}

internal sealed class AwsKeyReply
{
    public AwsKey? KeyMetadata { get; set; }
}

internal sealed class AwsKey
{
    public string? Arn { get; set; }

    /// <summary>Enabled, Disabled, PendingDeletion, …</summary>
    public string? KeyState { get; set; }

    /// <summary>AWS or CUSTOMER.</summary>
    public string? KeyManager { get; set; }
}

internal sealed class AwsKeyPolicy
{
    public string? Policy { get; set; }
}

internal sealed class AwsKeyGrants
{
    public List<AwsKeyGrant>? Grants { get; set; }

    public bool Truncated { get; set; }

    public string? NextMarker { get; set; }
}

internal sealed class AwsKeyTags
{
    public List<AwsKeyTag>? Tags { get; set; }

    public bool Truncated { get; set; }

    public string? NextMarker { get; set; }
}

internal sealed class AwsKeyTag
{
    public string? TagKey { get; set; }

    public string? TagValue { get; set; }
}

internal sealed class AwsKeyGrant
{
    public string? GranteePrincipal { get; set; }

    public List<string>? Operations { get; set; }

    public AwsKeyConstraints? Constraints { get; set; }
}

internal sealed class AwsKeyConstraints
{
    public Dictionary<string, string>? EncryptionContextSubset { get; set; }

    public Dictionary<string, string>? EncryptionContextEquals { get; set; }
}

/// <summary>CloudTrail: LookupEvents.</summary>
internal sealed class AwsEventLookup
{
    public required List<AwsEventAttribute> LookupAttributes { get; set; }

    /// <summary>Seconds since 1970.</summary>
    public double StartTime { get; set; }

    public int MaxResults { get; set; } = 10;
}

internal sealed class AwsEventAttribute
{
    public required string AttributeKey { get; set; }

    public required string AttributeValue { get; set; }
}

internal sealed class AwsEvents
{
    public List<AwsEvent>? Events { get; set; }
}

internal sealed class AwsEvent
{
    /// <summary>Seconds since 1970.</summary>
    public double? EventTime { get; set; }

    public string? EventName { get; set; }
}

/// <summary>How these messages are read and written.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AwsKeyId))]
[JsonSerializable(typeof(AwsKeyReply))]
[JsonSerializable(typeof(AwsKeyPolicy))]
[JsonSerializable(typeof(AwsKeyGrants))]
[JsonSerializable(typeof(AwsKeyTags))]
[JsonSerializable(typeof(AwsEventLookup))]
[JsonSerializable(typeof(AwsEvents))]
internal sealed partial class AwsCloudJson : JsonSerializerContext;
