namespace FlowSecrets;

/// <summary>What became of one secret of an import.</summary>
public sealed record ImportResult : ItemResult
{
    /// <summary>The catalog's key; null for a secret beyond the catalog.</summary>
    public string? Name { get; init; }

    /// <summary>The name in the store; null: the names of the source mean no secret.</summary>
    public string? StoreName { get; init; }

    /// <summary>The names in the source that give the value.</summary>
    public string[] Source { get; init; } = [];

    /// <summary>What the plan says: Create, NewVersion, Same, Keep, Refuse or Skip.</summary>
    public required string Action { get; init; }

    public string? Version { get; init; }

    public string? Environment { get; init; }

    /// <summary>Local, Gcp or Aws.</summary>
    public required string Store { get; init; }

    /// <summary>The store's location, as messages name it.</summary>
    public required string Place { get; init; }

    public override string ToString() => ResultText.Of(Name ?? StoreName ?? string.Join(", ", Source), Version);
}
