using System.Security;

namespace FlowSecrets;

/// <summary>A value that was read, as a SecureString.</summary>
public sealed record FlowSecretValue
{
    /// <summary>The catalog's key; null for a secret beyond it.</summary>
    public string? Name { get; init; }

    public required string StoreName { get; init; }

    public required string Version { get; init; }

    public required SecureString Value { get; init; }

    public override string ToString() => ResultText.Of(Name ?? StoreName, Version);
}
