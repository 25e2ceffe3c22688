using System.Security.Cryptography;

namespace FlowSecrets.Providers.Postgres;

/// <summary>
/// What PostgreSQL keeps of a password (RFC 5802, RFC 7677), made on this side: so neither the password nor anything that it could be read
/// from
/// crosses the network or stands in the server's log.
/// </summary>
internal static class ScramVerifier
{
    /// <summary>PostgreSQL's own default.</summary>
    private const int Iterations = 4096;

    private const int SaltLength = 16;

    public static string Make(ReadOnlySpan<byte> password) => Make(password, RandomNumberGenerator.GetBytes(SaltLength), Iterations);

    public static string Make(ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, int iterations)
    {
        byte[] salted = Rfc2898DeriveBytes.Pbkdf2(password, salt, iterations, HashAlgorithmName.SHA256, SHA256.HashSizeInBytes);
        byte[] client = HMACSHA256.HashData(salted, "Client Key"u8);
        byte[] stored = SHA256.HashData(client);
        byte[] server = HMACSHA256.HashData(salted, "Server Key"u8);
        CryptographicOperations.ZeroMemory(salted);
        CryptographicOperations.ZeroMemory(client);
        return $"SCRAM-SHA-256${iterations}:{Convert.ToBase64String(salt)}"
            + $"${Convert.ToBase64String(stored)}:{Convert.ToBase64String(server)}";
    }

    /// <summary>Of a password that nobody knows.</summary>
    public static string Unknown()
    {
        byte[] password = RandomNumberGenerator.GetBytes(32);
        string verifier = Make(password);
        CryptographicOperations.ZeroMemory(password);
        return verifier;
    }
}
