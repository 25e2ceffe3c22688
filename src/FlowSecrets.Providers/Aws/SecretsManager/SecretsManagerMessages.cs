using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using FlowSecrets.Model;
using FlowSecrets.Providers.Aws.Connection;
using FlowSecrets.Values;

namespace FlowSecrets.Providers.Aws.SecretsManager;

// The messages of Secrets Manager (awsJson1.1); what is not used here is left out. Times are seconds since 1970.

internal sealed class AwsTag
{
    public string? Key { get; set; }

    public string? Value { get; set; }
}

internal sealed class AwsCreate
{
    public required string Name { get; set; }

    /// <summary>Becomes the version's id, when there is a value.</summary>
    public required string ClientRequestToken { get; set; }

    public string? KmsKeyId { get; set; }

    [JsonConverter(typeof(AwsTextConverter))]
    public SecretValue? SecretString { get; set; }

    public byte[]? SecretBinary { get; set; }

    public List<AwsTag>? Tags { get; set; }

    [JsonIgnore]
    public bool HasValue => SecretString is not null || SecretBinary is not null;
}

internal sealed class AwsPut
{
    public required string SecretId { get; set; }

    public required string ClientRequestToken { get; set; }

    [JsonConverter(typeof(AwsTextConverter))]
    public SecretValue? SecretString { get; set; }

    public byte[]? SecretBinary { get; set; }

    public List<string>? VersionStages { get; set; }
}

internal sealed class AwsGet
{
    public required string SecretId { get; set; }

    public string? VersionId { get; set; }

    public string? VersionStage { get; set; }
}

internal sealed class AwsBatchGet
{
    public required List<string> SecretIdList { get; set; }
}

/// <summary>A call that names a secret and no more.</summary>
internal sealed class AwsSecretId
{
    public required string SecretId { get; set; }
}

internal sealed class AwsList
{
    public List<AwsFilter>? Filters { get; set; }

    public bool IncludePlannedDeletion { get; set; }

    public int MaxResults { get; set; }

    public string? NextToken { get; set; }
}

internal sealed class AwsFilter
{
    public required string Key { get; set; }

    public required List<string> Values { get; set; }
}

internal sealed class AwsListVersions
{
    public required string SecretId { get; set; }

    public bool IncludeDeprecated { get; set; }

    public int MaxResults { get; set; }

    public string? NextToken { get; set; }
}

internal sealed class AwsMoveStage
{
    public required string SecretId { get; set; }

    public required string VersionStage { get; set; }

    public string? MoveToVersionId { get; set; }

    public string? RemoveFromVersionId { get; set; }
}

internal sealed class AwsDelete
{
    public required string SecretId { get; set; }

    public int? RecoveryWindowInDays { get; set; }

    public bool? ForceDeleteWithoutRecovery { get; set; }
}

internal sealed class AwsRotate
{
    public required string SecretId { get; set; }

    public required string ClientRequestToken { get; set; }
}

internal sealed class AwsTagging
{
    public required string SecretId { get; set; }

    public List<AwsTag>? Tags { get; set; }

    public List<string>? TagKeys { get; set; }
}

/// <summary>A value, as GetSecretValue and each item of BatchGetSecretValue have it.</summary>
internal sealed class AwsValue
{
    [JsonPropertyName("ARN")]
    public string? Arn { get; set; }

    public string? Name { get; set; }

    public string? VersionId { get; set; }

    [JsonConverter(typeof(AwsTextConverter))]
    public SecretValue? SecretString { get; set; }

    public byte[]? SecretBinary { get; set; }
}

internal sealed class AwsBatch
{
    /// <summary>What is not among them failed; a read of its own says why, in a single read's words.</summary>
    public List<AwsValue>? SecretValues { get; set; }
}

/// <summary>What a change answers.</summary>
internal sealed class AwsChanged
{
    [JsonPropertyName("ARN")]
    public string? Arn { get; set; }

    public string? Name { get; set; }

    public string? VersionId { get; set; }
}

/// <summary>A secret, as DescribeSecret and each entry of ListSecrets have it.</summary>
internal sealed class AwsSecret
{
    [JsonPropertyName("ARN")]
    public string? Arn { get; set; }

    public string? Name { get; set; }

    public string? Description { get; set; }

    public string? KmsKeyId { get; set; }

    public double? CreatedDate { get; set; }

    public double? LastChangedDate { get; set; }

    public double? DeletedDate { get; set; }

    public List<AwsTag>? Tags { get; set; }

    public List<AwsReplica>? ReplicationStatus { get; set; }

    [JsonPropertyName("RotationLambdaARN")]
    public string? RotationLambda { get; set; }

    /// <summary>Where the secret can be changed; null: here, unless it is a replica of a service that does not say.</summary>
    public string? PrimaryRegion { get; set; }

    /// <summary>The service of AWS that makes and rotates it; null: none.</summary>
    public string? OwningService { get; set; }

    /// <summary>Of DescribeSecret.</summary>
    public Dictionary<string, List<string>>? VersionIdsToStages { get; set; }

    /// <summary>The same, of ListSecrets.</summary>
    public Dictionary<string, List<string>>? SecretVersionsToStages { get; set; }

    [JsonIgnore]
    public IReadOnlyDictionary<string, List<string>> Stages => VersionIdsToStages ?? SecretVersionsToStages ?? [];

    public string? VersionOf(string stage) =>
        Stages.Where(v => v.Value.Contains(stage, StringComparer.Ordinal)).Select(static v => v.Key).FirstOrDefault();
}

internal sealed class AwsReplica
{
    public string? Region { get; set; }

    public string? KmsKeyId { get; set; }

    public string? Status { get; set; }
}

internal sealed class AwsSecretPage
{
    public List<AwsSecret>? SecretList { get; set; }

    public string? NextToken { get; set; }
}

internal sealed class AwsVersion
{
    public string? VersionId { get; set; }

    public List<string>? VersionStages { get; set; }

    public double? CreatedDate { get; set; }
}

internal sealed class AwsVersionPage
{
    [JsonPropertyName("ARN")]
    public string? Arn { get; set; }

    public string? Name { get; set; }

    public List<AwsVersion>? Versions { get; set; }

    public string? NextToken { get; set; }
}

internal sealed class AwsResourcePolicy
{
    [JsonPropertyName("ARN")]
    public string? Arn { get; set; }

    /// <summary>A policy's JSON as text; null: there is none.</summary>
    public string? ResourcePolicy { get; set; }
}

internal sealed class AwsPutPolicy
{
    public required string SecretId { get; set; }

    public required string ResourcePolicy { get; set; }

    /// <summary>Have AWS refuse what would let everybody in.</summary>
    public bool BlockPublicPolicy { get; set; }
}

/// <summary>Text straight between the message's bytes and a value that can be zeroed; no string of it is made.</summary>
internal sealed class AwsTextConverter : JsonConverter<SecretValue>
{
    public override SecretValue? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        byte[] bytes = new byte[reader.HasValueSequence ? checked((int)reader.ValueSequence.Length) : reader.ValueSpan.Length];
        try
        {
            int count = reader.CopyString(bytes);
            return SecretValue.FromBytes(bytes.AsSpan(0, count));
        }
        finally
        {
            Array.Clear(bytes);
        }
    }

    public override void Write(Utf8JsonWriter writer, SecretValue value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.AsSpan());
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AwsCreate))]
[JsonSerializable(typeof(AwsPut))]
[JsonSerializable(typeof(AwsGet))]
[JsonSerializable(typeof(AwsBatchGet))]
[JsonSerializable(typeof(AwsSecretId))]
[JsonSerializable(typeof(AwsList))]
[JsonSerializable(typeof(AwsListVersions))]
[JsonSerializable(typeof(AwsMoveStage))]
[JsonSerializable(typeof(AwsDelete))]
[JsonSerializable(typeof(AwsTagging))]
[JsonSerializable(typeof(AwsRotate))]
[JsonSerializable(typeof(AwsValue))]
[JsonSerializable(typeof(AwsBatch))]
[JsonSerializable(typeof(AwsChanged))]
[JsonSerializable(typeof(AwsSecret))]
[JsonSerializable(typeof(AwsSecretPage))]
[JsonSerializable(typeof(AwsVersionPage))]
[JsonSerializable(typeof(AwsNothing))]
[JsonSerializable(typeof(AwsResourcePolicy))]
[JsonSerializable(typeof(AwsPutPolicy))]
internal sealed partial class SecretsManagerJson : JsonSerializerContext;
