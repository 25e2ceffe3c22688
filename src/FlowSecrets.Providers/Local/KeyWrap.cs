using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using FlowSecrets.Values;

namespace FlowSecrets.Providers.Local;

/// <summary>
/// The data key, encrypted (AES-256-GCM) by a key file's key or by one that PBKDF2-HMAC-SHA512 makes of a passphrase.
/// The store's id, the kind and the rounds are authenticated with it.
/// </summary>
/// <param name="Kind">keyfile or passphrase.</param>
/// <param name="Rounds">Of PBKDF2; 0 for a key file.</param>
/// <param name="Salt">Of PBKDF2; for a key file what its name ends in, so that a new one never overwrites the one in use.</param>
internal sealed record KeyWrap(string Kind, int Rounds, byte[] Salt, byte[] Nonce, byte[] Sealed)
{
    public const string ByKeyFile = "keyfile";
    public const string ByPassphrase = "passphrase";

    /// <summary>OWASP's number for PBKDF2-HMAC-SHA512 is 210,000.</summary>
    public const int DefaultRounds = 210_000;

    /// <summary>More than this in a file is a trap, not a setting.</summary>
    private const int MostRounds = 20_000_000;

    private const int TagBytes = 16;

    public static KeyWrap SealByPassphrase(Guid store, ReadOnlySpan<byte> dataKey, SecretValue passphrase)
    {
        byte[] salt = RandomNumberGenerator.GetBytes(16);
        byte[] key = Derive(passphrase, salt, DefaultRounds);
        return Seal(store, ByPassphrase, DefaultRounds, salt, key, dataKey);
    }

    /// <param name="mark">Which key file it is.</param>
    /// <param name="key">The key file's 32 bytes; zeroed.</param>
    public static KeyWrap SealByKeyFile(Guid store, ReadOnlySpan<byte> dataKey, byte[] mark, byte[] key) =>
        Seal(store, ByKeyFile, 0, mark, key, dataKey);

    /// <param name="secret">Gives the passphrase's or key file's key; zeroed after use.</param>
    /// <returns>The data key; null when the key does not fit.</returns>
    public byte[]? Open(Guid store, byte[] secret)
    {
        byte[] dataKey = new byte[Sealed.Length - TagBytes];
        try
        {
            using AesGcm aes = new(secret, TagBytes);
            aes.Decrypt(
                Nonce,
                Sealed.AsSpan(0, dataKey.Length),
                Sealed.AsSpan(dataKey.Length),
                dataKey,
                Associated(store, Kind, Rounds, Salt)
            );
            return dataKey;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    public byte[] KeyOf(SecretValue passphrase) => Derive(passphrase, Salt, Rounds);

    /// <summary>Whether the record can be what it says; a changed one is caught here or by the tag.</summary>
    public bool IsSound() =>
        Nonce.Length == 12
        && Sealed.Length == 32 + TagBytes
        && Salt.Length == 16
        && (Kind is ByKeyFile ? Rounds == 0 : Kind is ByPassphrase && Rounds is >= DefaultRounds and <= MostRounds);

    private static byte[] Derive(SecretValue passphrase, byte[] salt, int rounds) =>
        Rfc2898DeriveBytes.Pbkdf2(passphrase.AsSpan(), salt, rounds, HashAlgorithmName.SHA512, 32);

    private static KeyWrap Seal(Guid store, string kind, int rounds, byte[] salt, byte[] key, ReadOnlySpan<byte> dataKey)
    {
        byte[] nonce = RandomNumberGenerator.GetBytes(12);
        byte[] result = new byte[dataKey.Length + TagBytes];
        using (AesGcm aes = new(key, TagBytes))
        {
            aes.Encrypt(
                nonce,
                dataKey,
                result.AsSpan(0, dataKey.Length),
                result.AsSpan(dataKey.Length),
                Associated(store, kind, rounds, salt)
            );
        }

        CryptographicOperations.ZeroMemory(key);
        return new KeyWrap(kind, rounds, salt, nonce, result);
    }

    private static byte[] Associated(Guid store, string kind, int rounds, byte[] salt)
    {
        byte[] number = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, rounds);
        return [.. "flowsecrets-wrap-1"u8, .. store.ToByteArray(bigEndian: true), .. number, .. salt, .. Encoding.UTF8.GetBytes(kind)];
    }
}
