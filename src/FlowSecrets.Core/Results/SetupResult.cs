namespace FlowSecrets;

/// <summary>What became of one secret in a set-up.</summary>
public sealed record SetupResult : ItemResult
{
    public required string Name { get; init; }

    public required string StoreName { get; init; }

    public string? Category { get; init; }

    public string? Version { get; init; }

    /// <summary>Where the value came from: None, Store, Default, Input, Prompt or Generated.</summary>
    public string Source { get; init; } = "None";

    public string? Environment { get; init; }

    /// <summary>Local, Gcp or Aws.</summary>
    public required string Store { get; init; }

    /// <summary>The store's location, as messages name it.</summary>
    public required string Place { get; init; }

    public override string ToString() => ResultText.Of(Name, Version);
}
