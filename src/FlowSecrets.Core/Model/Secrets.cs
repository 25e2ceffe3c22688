using FlowSecrets.Values;

namespace FlowSecrets.Model;

/// <summary>State of a version.</summary>
internal enum VersionState
{
    Enabled,
    Disabled,
    Destroyed,
}

/// <summary>Names of the stages that every store knows.</summary>
internal static class Stages
{
    public const string Current = "current";
    public const string Pending = "pending";
    public const string Previous = "previous";
}

/// <summary>One version, without its value.</summary>
/// <param name="Version">The store's own number or name of it.</param>
/// <param name="Created">When, in UTC.</param>
/// <param name="State">Enabled, Disabled or Destroyed.</param>
/// <param name="Stages">Labels on it: current, pending, previous or the user's own.</param>
internal sealed record SecretVersionInfo(string Version, DateTimeOffset Created, VersionState State, IReadOnlyList<string> Stages);

/// <summary>One secret as its store describes it, without a value.</summary>
/// <param name="StoreName">The store's own name of it.</param>
internal sealed record SecretDescription(string StoreName)
{
    public DateTimeOffset Created { get; init; }

    /// <summary>When the current version was made; null without one.</summary>
    public DateTimeOffset? Updated { get; init; }

    /// <summary>The version under the stage current; null without one.</summary>
    public string? CurrentVersion { get; init; }

    public VersionState? CurrentState { get; init; }

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Notes beside the labels, where the store has them.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>When the store will delete it with all versions, for good; null: never.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>Where it is kept: "automatic", locations, replica regions; null where that means nothing.</summary>
    public string? Replication { get; init; }

    /// <summary>The customer's KMS key that encrypts it; null: the store's own.</summary>
    public string? KmsKey { get; init; }

    /// <summary>AWS: its ARN. Null where its name and location say everything.</summary>
    public string? ResourceName { get; init; }

    /// <summary>AWS: what the store says it is for; null: nothing.</summary>
    public string? Purpose { get; init; }

    /// <summary>Google: the locations that somebody chose. AWS: further regions. Empty: none.</summary>
    public IReadOnlyList<SecretReplica> Replicas { get; init; } = [];

    /// <summary>What else is set on it. Google: by the names that the API gives it, such as topics and versionAliases; both clouds:
    /// rotation.</summary>
    public IReadOnlyList<string> Settings { get; init; } = [];

    /// <summary>When it was deleted; null unless a deletion is pending.</summary>
    public DateTimeOffset? Deleted { get; init; }

    /// <summary>When a pending deletion becomes final.</summary>
    public DateTimeOffset? PurgeAt { get; init; }
}

/// <summary>One copy of a secret.</summary>
/// <param name="Location">A location of Google Cloud, a region of AWS.</param>
/// <param name="KmsKey">The customer's key that encrypts it there; null: the cloud's own.</param>
internal sealed record SecretReplica(string Location, string? KmsKey);

/// <summary>One answer of a bulk description: a description, nothing where the store says that there is none, or its own error.</summary>
internal sealed record DescribeOutcome(string StoreName, SecretDescription? Description, FlowSecretException? Error)
{
    internal static async Task<DescribeOutcome> OfAsync(string name, Func<Task<SecretDescription?>> describe)
    {
        try
        {
            return new DescribeOutcome(name, await describe(), null);
        }
        catch (FlowSecretException e)
        {
            return new DescribeOutcome(name, null, e);
        }
    }
}

/// <summary>Which version to read: a version, a stage, or neither for the current one.</summary>
internal readonly record struct VersionSelector(string? Version, string? Stage)
{
    public static VersionSelector Current => default;

    public override string ToString() => Version ?? Stage ?? Stages.Current;
}

/// <summary>A value that was read, with the version it came from. Owns the value.</summary>
internal sealed record ReadSecret(string StoreName, string Version, SecretValue Value) : IDisposable
{
    /// <summary>Local stores alone: real path of the catalog that wrote the secret; null: it is not known.</summary>
    public string? Owner { get; init; }

    public void Dispose() => Value.Dispose();
}

/// <summary>One answer of a bulk read: a value or its own error.</summary>
internal sealed record ReadOutcome(string StoreName, ReadSecret? Secret, FlowSecretException? Error) : IDisposable
{
    public void Dispose() => Secret?.Dispose();

    /// <summary>A copy that lives on its own.</summary>
    internal ReadOutcome Copy() => Secret is null ? this : this with { Secret = Secret with { Value = Secret.Value.Clone() } };

    internal static async Task<ReadOutcome> OfAsync(string name, Func<Task<ReadSecret>> read)
    {
        try
        {
            return new ReadOutcome(name, await read(), null);
        }
        catch (FlowSecretException e)
        {
            return new ReadOutcome(name, null, e);
        }
    }
}
