namespace FlowSecrets;

/// <summary>How a secret is rotated.</summary>
public sealed record CatalogRotationInfo
{
    /// <summary>A version that is this old is due.</summary>
    public TimeSpan? Every { get; init; }

    /// <summary>How long the previous version stays valid.</summary>
    public TimeSpan? Overlap { get; init; }

    /// <summary>The variable that carries the previous value during the overlap.</summary>
    public string? PreviousEnv { get; init; }

    /// <summary>The system that checks the credential; null: none.</summary>
    public CatalogTargetInfo? Target { get; init; }

    /// <summary>Other secrets that carry the same credential.</summary>
    public CatalogCarrierInfo[] Carriers { get; init; } = [];

    /// <summary>On Google: a pending value is a version under the alias 'pending', not a secret of its own.</summary>
    public bool UsesAlias { get; init; }

    /// <summary>A script that encrypts the data again, as the catalog has it.</summary>
    public string? Reencrypt { get; init; }

    public override string ToString() => $"every {Every}";
}

/// <summary>The system that checks a credential. What names a field is the name of one in the secret.</summary>
public sealed record CatalogTargetInfo
{
    /// <summary>generated, postgres, script or manual.</summary>
    public required string Kind { get; init; }

    public string? Host { get; init; }

    public string? Port { get; init; }

    public string? Database { get; init; }

    public string? User { get; init; }

    public string? Password { get; init; }

    /// <summary>Two users that alternate; empty: one user.</summary>
    public string[] Users { get; init; } = [];

    /// <summary>Key of the secret that may change the users.</summary>
    public string? Admin { get; init; }

    /// <summary>disable, prefer, require, verify-ca or verify-full.</summary>
    public string? SslMode { get; init; }

    public string? Set { get; init; }

    public string? Test { get; init; }

    public string? Revoke { get; init; }

    public override string ToString() => Kind;
}

/// <summary>Another secret that carries the same credential.</summary>
/// <param name="Secret">Its key.</param>
/// <param name="User">Its field with the user; null: it carries none.</param>
/// <param name="Password">Its field with the password; null: its whole value is the password.</param>
public sealed record CatalogCarrierInfo(string Secret, string? User, string? Password)
{
    public override string ToString() => Secret;
}
