using FlowSecrets.Model;

namespace FlowSecrets.Catalogs;

/// <summary>How a secret is rotated.</summary>
internal sealed record CatalogRotation
{
    /// <summary>When a version is that old, the secret is due.</summary>
    public TimeSpan? Every { get; init; }

    /// <summary>How long the value before stays valid.</summary>
    public TimeSpan? Overlap { get; init; }

    /// <summary>The variable that carries the value before during the overlap.</summary>
    public string? PreviousEnv { get; init; }

    /// <summary>Null: nothing checks the value; it is made, or asked for where the catalog has no 'generate'.</summary>
    public CatalogTarget? Target { get; init; }

    /// <summary>Other secrets that carry the same credential.</summary>
    public IReadOnlyList<CatalogCarrier> Carriers { get; init; } = [];

    /// <summary>On Google: a pending value is a version under the alias 'pending', not a secret of its own.</summary>
    public bool UsesAlias { get; init; }

    /// <summary>A script that encrypts the data anew; as the catalog says it.</summary>
    public string? Reencrypt { get; init; }

    internal DocNode? Source { get; init; }
}

/// <param name="Secret">Its key.</param>
/// <param name="User">Its field with the user; null: it carries none.</param>
/// <param name="Password">Its field with the password; null: its whole value is the password.</param>
internal sealed record CatalogCarrier(string Secret, string? User, string? Password);
