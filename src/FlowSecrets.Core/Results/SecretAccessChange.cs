using FlowSecrets.Model;

namespace FlowSecrets;

/// <summary>What became of who may use one secret.</summary>
public sealed record SecretAccessChange : ItemResult
{
    /// <summary>The catalog's key; null for a secret beyond the catalog.</summary>
    public string? Name { get; init; }

    public required string StoreName { get; init; }

    public string[] Principal { get; init; } = [];

    /// <summary>The policy's lines that changed, with '+' or '-' before each.</summary>
    public string[] Change { get; init; } = [];

    public string? Environment { get; init; }

    /// <summary>Local, Gcp or Aws.</summary>
    public required string Store { get; init; }

    public required string Place { get; init; }

    public override string ToString() => $"{Name ?? StoreName}: {Status}";
}
