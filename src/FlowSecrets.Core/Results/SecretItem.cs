using FlowSecrets.Model;

namespace FlowSecrets;

/// <summary>A secret of the catalog with its state in the store, or one that the store holds beyond it.</summary>
public sealed record SecretItem
{
    /// <summary>The catalog's key; null for a secret beyond the catalog.</summary>
    public string? Name { get; init; }

    public required string StoreName { get; init; }

    public string? Category { get; init; }

    public string? Description { get; init; }

    /// <summary>Present, Missing, NoVersion, Disabled, Destroyed or PendingDeletion.</summary>
    public required string State { get; init; }

    public string? Version { get; init; }

    /// <summary>When the current version was made, in local time.</summary>
    public DateTime? Updated { get; init; }

    public bool Required { get; init; }

    public string[] Env { get; init; } = [];

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Notes beside the labels, where the store has them.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>When the store will delete it for good, in local time; null: never.</summary>
    public DateTime? Expires { get; init; }

    /// <summary>Where it is kept: "automatic", locations, replica regions.</summary>
    public string? Replication { get; init; }

    /// <summary>The customer's KMS key that encrypts it; null: the store's own.</summary>
    public string? KmsKey { get; init; }

    /// <summary>When a pending deletion becomes final, in local time.</summary>
    public DateTime? PurgeAt { get; init; }

    public string? Environment { get; init; }

    /// <summary>Local, Gcp or Aws.</summary>
    public required string Store { get; init; }

    public required string Place { get; init; }

    public override string ToString() => ResultText.Of(Name ?? StoreName, Version);
}
