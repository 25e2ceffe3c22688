using System.Security;

namespace FlowSecrets;

/// <summary>
/// A value that was read, as a SecureString. It is not a property: what writes objects down (ConvertTo-Json, Export-Clixml) reads every
/// property. FlowSecrets.Types.ps1xml adds the hidden property Value, which scripts use.
/// </summary>
public sealed record FlowSecretValue
{
    private readonly SecureString _value;

    internal FlowSecretValue(SecureString value) => _value = value;

    /// <summary>The catalog's key; null for a secret beyond it.</summary>
    public string? Name { get; init; }

    public required string StoreName { get; init; }

    public required string Version { get; init; }

    /// <summary>The value. In PowerShell it is the property Value.</summary>
    public SecureString GetValue() => _value;

    public override string ToString() => ResultText.Of(Name ?? StoreName, Version);
}
