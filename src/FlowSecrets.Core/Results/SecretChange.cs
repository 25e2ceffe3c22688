using FlowSecrets.Model;

namespace FlowSecrets;

/// <summary>What became of one secret.</summary>
public sealed record SecretChange : ItemResult
{
    /// <summary>The catalog's key; null for a secret beyond the catalog.</summary>
    public string? Name { get; init; }

    public required string StoreName { get; init; }

    /// <summary>The version that was made or touched.</summary>
    public string? Version { get; init; }

    public string? Environment { get; init; }

    /// <summary>Local, Gcp or Aws.</summary>
    public required string Store { get; init; }

    /// <summary>The place: store, path or project.</summary>
    public required string Place { get; init; }

    public override string ToString() => ResultText.Of(Name ?? StoreName, Version);
}
