using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using FlowSecrets.Values;

namespace FlowSecrets.Providers.Local;

/// <summary>
/// Encrypts values and authenticates version tables with keys derived from the data key (HKDF-SHA256). A value's associated data
/// is the store's id, the secret's name and the version's number, so a row that was moved does not decrypt.
/// </summary>
internal sealed class StoreCipher : IDisposable
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    private readonly Guid _store;
    private readonly AesGcm _aes;
    private readonly byte[] _macKey;
    private readonly Lock _gate = new();

    /// <param name="dataKey">32 bytes; zeroed.</param>
    public StoreCipher(Guid store, byte[] dataKey)
    {
        _store = store;
        byte[] salt = store.ToByteArray(bigEndian: true);
        byte[] valueKey = HKDF.DeriveKey(HashAlgorithmName.SHA256, dataKey, 32, salt, "flowsecrets-values-1"u8.ToArray());
        _macKey = HKDF.DeriveKey(HashAlgorithmName.SHA256, dataKey, 32, salt, "flowsecrets-tables-1"u8.ToArray());
        _aes = new AesGcm(valueKey, TagBytes);
        CryptographicOperations.ZeroMemory(valueKey);
        CryptographicOperations.ZeroMemory(dataKey);
    }

    /// <summary>The nonce, and the ciphertext with its tag.</summary>
    public (byte[] Nonce, byte[] Sealed) Seal(string name, long version, SecretValue value)
    {
        byte[] nonce = RandomNumberGenerator.GetBytes(NonceBytes);
        ReadOnlySpan<byte> plain = value.AsSpan();
        byte[] result = new byte[plain.Length + TagBytes];
        lock (_gate)
        {
            _aes.Encrypt(nonce, plain, result.AsSpan(0, plain.Length), result.AsSpan(plain.Length), Associated(name, version));
        }

        return (nonce, result);
    }

    /// <returns>The value; null when anything of it was changed.</returns>
    public SecretValue? Open(string name, long version, byte[] nonce, byte[] sealedValue)
    {
        if (nonce.Length != NonceBytes || sealedValue.Length < TagBytes)
        {
            return null;
        }

        byte[] plain = GC.AllocateUninitializedArray<byte>(sealedValue.Length - TagBytes, pinned: true);
        try
        {
            lock (_gate)
            {
                _aes.Decrypt(
                    nonce,
                    sealedValue.AsSpan(0, plain.Length),
                    sealedValue.AsSpan(plain.Length),
                    plain,
                    Associated(name, version)
                );
            }

            return SecretValue.FromBytes(plain);
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    public byte[] Authenticate(ReadOnlySpan<byte> table) => HMACSHA256.HashData(_macKey, table);

    public void Dispose()
    {
        _aes.Dispose();
        CryptographicOperations.ZeroMemory(_macKey);
    }

    private byte[] Associated(string name, long version)
    {
        byte[] text = Encoding.UTF8.GetBytes(name);
        byte[] data = new byte[16 + 8 + text.Length];
        _store.TryWriteBytes(data, bigEndian: true, out _);
        BinaryPrimitives.WriteInt64BigEndian(data.AsSpan(16), version);
        text.CopyTo(data, 24);
        return data;
    }
}
