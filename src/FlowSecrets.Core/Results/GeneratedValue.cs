using System.Security;

namespace FlowSecrets;

/// <summary>A value that was made; it is stored nowhere.</summary>
public sealed record GeneratedValue
{
    /// <summary>Password, Hex, Base64, Base64Url, Uuid, Passphrase, Rsa or Ec.</summary>
    public required string Kind { get; init; }

    /// <summary>Bits that an attacker has to guess; for a key pair its security strength.</summary>
    public required int EntropyBits { get; init; }

    public required SecureString Value { get; init; }

    /// <summary>The public half of a key pair, PEM; empty otherwise.</summary>
    public string? PublicKey { get; init; }

    public override string ToString() => $"{Kind} ({EntropyBits} bits)";
}
