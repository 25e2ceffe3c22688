namespace FlowSecrets;

/// <summary>What can be made.</summary>
public enum GenerateKind
{
    Password,
    Hex,
    Base64,
    Base64Url,
    Uuid,
    Passphrase,
    Rsa,
    Ec,
}
