using FlowSecrets.Model;

namespace FlowSecrets;

/// <summary>One grant on a secret of a command.</summary>
public sealed record SecretGrantItem
{
    /// <summary>The catalog's key; null for a secret beyond the catalog.</summary>
    public string? Name { get; init; }

    public required string StoreName { get; init; }

    public required string Principal { get; init; }

    /// <summary>What of ours it holds; empty: none of it.</summary>
    public string[] Holds { get; init; } = [];

    /// <summary>The permission that Grant-FlowSecretAccess would have granted by just this; null: it is another role.</summary>
    public string? Permission { get; init; }

    /// <summary>The cloud's own word: a role, actions.</summary>
    public required string Role { get; init; }

    /// <summary>Where it stands: the secret itself, or what it inherits from.</summary>
    public required string Source { get; init; }

    public bool Denies { get; init; }

    public string? Condition { get; init; }

    /// <summary>In local time; null: never, or not by a time alone.</summary>
    public DateTime? Expires { get; init; }

    /// <summary>Whether this module made it.</summary>
    public bool Ours { get; init; }

    /// <summary>When this module made it, in local time.</summary>
    public DateTime? Granted { get; init; }

    public string? Environment { get; init; }

    /// <summary>Local, Gcp or Aws.</summary>
    public required string Store { get; init; }

    public required string Place { get; init; }

    public override string ToString() => $"{Name ?? StoreName}: {Principal}";
}
