using FlowSecrets.Model;

namespace FlowSecrets;

/// <summary>Whether a principal may do something with a secret, why not, and what mends it.</summary>
public sealed record SecretAccess
{
    /// <summary>The catalog's key; null for a secret beyond the catalog.</summary>
    public string? Name { get; init; }

    /// <summary>The key, or the store's name where there is none.</summary>
    public string Secret => Name ?? StoreName;

    public required string StoreName { get; init; }

    public string? Environment { get; init; }

    /// <summary>Local, Gcp or Aws.</summary>
    public required string Store { get; init; }

    public required string Place { get; init; }

    /// <summary>As the store's policies name it; of the caller, who the store says it is.</summary>
    public required string Principal { get; init; }

    /// <summary>The workload that runs as it.</summary>
    public string? Workload { get; init; }

    /// <summary>Read, Write or Manage.</summary>
    public required string Permission { get; init; }

    /// <summary>Allowed, Denied or Unknown.</summary>
    public required string Result { get; init; }

    /// <summary>The constant word for the cause, such as NoGrant; null when it is allowed.</summary>
    public string? Cause { get; init; }

    /// <summary>What was seen.</summary>
    public required string Evidence { get; init; }

    /// <summary>The exact command that fixes it.</summary>
    public string? Remedy { get; init; }

    public override string ToString() => $"{Secret}: {Result}";
}
