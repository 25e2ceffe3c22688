using System.Security;

namespace FlowSecrets;

/// <summary>A value that was made; it is stored nowhere. In PowerShell the value is the hidden property Value.</summary>
public sealed record GeneratedValue
{
    private readonly SecureString _value;

    internal GeneratedValue(SecureString value) => _value = value;

    /// <summary>Password, Hex, Base64, Base64Url, Uuid, Passphrase, Rsa or Ec.</summary>
    public required string Kind { get; init; }

    /// <summary>Bits that an attacker has to guess; for a key pair its security strength.</summary>
    public required int EntropyBits { get; init; }

    /// <summary>The public half of a key pair, PEM; empty otherwise.</summary>
    public string? PublicKey { get; init; }

    /// <summary>The value. In PowerShell it is the property Value.</summary>
    public SecureString GetValue() => _value;

    public override string ToString() => $"{Kind} ({EntropyBits} bits)";
}
