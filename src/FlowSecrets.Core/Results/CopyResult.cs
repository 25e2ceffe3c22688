namespace FlowSecrets;

/// <summary>What became of one secret of a copy from one store into another.</summary>
public sealed record CopyResult : ItemResult
{
    /// <summary>The catalog's key; null for a secret beyond the catalog.</summary>
    public string? Name { get; init; }

    /// <summary>The name in the store that is written to.</summary>
    public required string StoreName { get; init; }

    /// <summary>The name in the store that is read.</summary>
    public required string SourceName { get; init; }

    /// <summary>What the plan says: Create, AddVersions, Complete, Same, Keep, Refuse or Skip.</summary>
    public required string Action { get; init; }

    /// <summary>The version that is current in the store that is written to; null: none is known.</summary>
    public string? Version { get; init; }

    /// <summary>The versions of the source that this command adds, oldest first.</summary>
    public string[] Copied { get; init; } = [];

    /// <summary>The versions of the source that have no readable value, each with its state.</summary>
    public string[] NotCopied { get; init; } = [];

    /// <summary>What the source has beside its values and the other store was not given.</summary>
    public string[] NotMapped { get; init; } = [];

    /// <summary>Whether this command deleted the secret in the source.</summary>
    public bool SourceRemoved { get; init; }

    /// <summary>The environment that is read.</summary>
    public string? From { get; init; }

    /// <summary>The location that is read.</summary>
    public required string SourcePlace { get; init; }

    /// <summary>Who reads there.</summary>
    public required string SourceIdentity { get; init; }

    /// <summary>The environment that is written to.</summary>
    public string? Environment { get; init; }

    /// <summary>Local, Gcp or Aws: the store that is written to.</summary>
    public required string Store { get; init; }

    /// <summary>The location that is written to, as messages name it.</summary>
    public required string Place { get; init; }

    /// <summary>Who writes there.</summary>
    public required string Identity { get; init; }

    public override string ToString() => ResultText.Of(Name ?? StoreName, Version);
}
