using FlowSecrets.Model;

namespace FlowSecrets;

/// <summary>One version in a secret's history.</summary>
public sealed record SecretVersionItem
{
    public string? Name { get; init; }

    public required string StoreName { get; init; }

    public required string Version { get; init; }

    /// <summary>Enabled, Disabled or Destroyed.</summary>
    public required string State { get; init; }

    public string[] Stages { get; init; } = [];

    /// <summary>In local time.</summary>
    public required DateTime Created { get; init; }

    public string? Environment { get; init; }

    /// <summary>Local, Gcp or Aws.</summary>
    public required string Store { get; init; }

    /// <summary>The store's location, as messages name it.</summary>
    public required string Place { get; init; }

    public override string ToString() => ResultText.Of(Name ?? StoreName, Version);
}
