namespace FlowSecrets.Model;

/// <summary>The system that checks a credential. What names a field is the name of one in the secret.</summary>
/// <param name="Kind">generated, postgres, script or manual.</param>
internal sealed record CatalogTarget(string Kind)
{
    public string? Host { get; init; }

    public string? Port { get; init; }

    public string? Database { get; init; }

    public string? User { get; init; }

    public string? Password { get; init; }

    /// <summary>Two users that alternate; empty: one user.</summary>
    public IReadOnlyList<string> Users { get; init; } = [];

    /// <summary>Key of the secret that may change the users.</summary>
    public string? Admin { get; init; }

    /// <summary>disable, prefer, require, verify-ca or verify-full; null: verify-full, to this machine prefer.</summary>
    public string? SslMode { get; init; }

    /// <summary>Scripts; from the catalog's folder where the catalog has them, absolute where they are run.</summary>
    public string? Set { get; init; }

    public string? Test { get; init; }

    public string? Revoke { get; init; }
}
