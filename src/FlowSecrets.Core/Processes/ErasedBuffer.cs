using System.Security.Cryptography;

namespace FlowSecrets.Providers.Kubernetes;

/// <summary>What a program prints that may hold secrets: in pinned memory, zeroed when it moves and when it is done with.</summary>
internal sealed class ErasedBuffer : IDisposable
{
    private byte[] _bytes = GC.AllocateUninitializedArray<byte>(16384, pinned: true);
    private int _length;

    public ReadOnlyMemory<byte> Content => _bytes.AsMemory(0, _length);

    public static async Task<ErasedBuffer> ReadAsync(Stream source, CancellationToken cancellationToken)
    {
        ErasedBuffer buffer = new();
        try
        {
            while (true)
            {
                if (buffer._length == buffer._bytes.Length)
                {
                    buffer.Grow();
                }

                int read = await source.ReadAsync(buffer._bytes.AsMemory(buffer._length), cancellationToken);
                if (read == 0)
                {
                    return buffer;
                }

                buffer._length += read;
            }
        }
        catch
        {
            buffer.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_bytes);
        _length = 0;
    }

    private void Grow()
    {
        byte[] larger = GC.AllocateUninitializedArray<byte>(_bytes.Length * 2, pinned: true);
        _bytes.CopyTo(larger, 0);
        CryptographicOperations.ZeroMemory(_bytes);
        _bytes = larger;
    }
}
