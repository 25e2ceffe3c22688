using System.Text.Json.Nodes;

namespace FlowSecrets.CloudFakes.Aws.SecretsManager;

/// <summary>A secret of one region. Its owner locks.</summary>
internal sealed class AwsSecret(string name, string arn, DateTimeOffset created)
{
    public string Name => name;

    public string Arn => arn;

    public DateTimeOffset Created { get; } = created;

    public string? Description { get; set; }

    public string? KmsKeyId { get; set; }

    public string? Type { get; set; }

    public string? OwningService => name.Contains('!') ? name[..name.IndexOf('!')] : null;

    public DateTimeOffset Changed { get; set; } = created;

    public DateTimeOffset? Accessed { get; set; }

    public DateTimeOffset? Rotated { get; set; }

    /// <summary>When the recovery window ends; null: not scheduled.</summary>
    public DateTimeOffset? DeletionDate { get; set; }

    public DateTimeOffset? DeletedAt { get; set; }

    public JsonObject? Rotation { get; set; }

    public string? RotationLambda { get; set; }

    public bool RotationEnabled { get; set; }

    /// <summary>The version that a function is making, and how many looks it still takes; null: none.</summary>
    public (string Version, int Looks)? Making { get; set; }

    public string? ResourcePolicy { get; set; }

    /// <summary>Set on replicas.</summary>
    public string? PrimaryRegion { get; set; }

    public List<AwsReplica> Replicas { get; } = [];

    public SortedDictionary<string, string> Tags { get; } = new(StringComparer.Ordinal);

    /// <summary>In the order of their making.</summary>
    public List<AwsVersion> Versions { get; private set; } = [];

    public bool IsReplica => PrimaryRegion is not null;

    public AwsVersion? WithStage(string stage) => Versions.Find(v => v.Stages.Contains(stage));

    public AwsVersion? WithId(string id) => Versions.Find(v => v.Id == id);

    /// <summary>The values of its own that a replica takes along when it stops to be one.</summary>
    public void StandAlone()
    {
        Versions = [.. Versions.Select(static v => v.Copy())];
        PrimaryRegion = null;
    }

    /// <summary>What a replica shows of its primary.</summary>
    public void Follow(AwsSecret primary)
    {
        Versions = primary.Versions;
        Description = primary.Description;
        Changed = primary.Changed;
        Tags.Clear();
        foreach ((string key, string value) in primary.Tags)
        {
            Tags[key] = value;
        }
    }
}

/// <summary>A value. Text and binary exclude each other; both are null on the empty version that a failed rotation leaves.</summary>
internal sealed class AwsVersion(string id, string? text, string? binary, DateTimeOffset created)
{
    public string Id => id;

    public string? Text { get; private set; } = text;

    /// <summary>Base64.</summary>
    public string? Binary { get; private set; } = binary;

    public bool IsEmpty => Text is null && Binary is null;

    public DateTimeOffset Created => created;

    public DateTimeOffset? Accessed { get; set; }

    public List<string> Stages { get; } = [];

    public bool HasSameValue(string? text, string? binary) => Text == text && Binary == binary;

    public void Fill(string? text, string? binary) => (Text, Binary) = (text, binary);

    public AwsVersion Copy()
    {
        AwsVersion copy = new(id, Text, Binary, created) { Accessed = Accessed };
        copy.Stages.AddRange(Stages);
        return copy;
    }
}

/// <summary>Where a secret is replicated to.</summary>
internal sealed record AwsReplica(string Region, string KmsKeyId, string Status, string Message);
