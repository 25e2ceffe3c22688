using System.Security.Cryptography;
using System.Text;

namespace FlowSecrets.Processes;

/// <summary>What a program prints that may hold secrets: in pinned memory, zeroed when it moves and when it is disposed of.</summary>
internal sealed class ErasedBuffer : IDisposable
{
    private readonly Lock _lock = new();
    private byte[] _bytes = GC.AllocateUninitializedArray<byte>(16384, pinned: true);
    private int _length;
    private bool _isDisposed;

    public ReadOnlyMemory<byte> Content => _bytes.AsMemory(0, _length);

    /// <summary>The bytes as UTF-8 text.</summary>
    public string Text => Encoding.UTF8.GetString(Content.Span);

    /// <summary>Reads until nobody can write any more, or until cancelled; what came until then is kept.</summary>
    public async Task FillAsync(Stream source, CancellationToken cancellationToken)
    {
        byte[] read = GC.AllocateUninitializedArray<byte>(16384, pinned: true);
        try
        {
            while (await source.ReadAsync(read, cancellationToken) is > 0 and int count)
            {
                Append(read.AsSpan(0, count));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // A pipe that breaks has ended.
        }
        finally
        {
            CryptographicOperations.ZeroMemory(read);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            CryptographicOperations.ZeroMemory(_bytes);
            _length = 0;
            _isDisposed = true;
        }
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
        {
            // A reader that was left behind may still bring something.
            if (_isDisposed)
            {
                return;
            }

            while (_bytes.Length - _length < bytes.Length)
            {
                byte[] larger = GC.AllocateUninitializedArray<byte>(_bytes.Length * 2, pinned: true);
                _bytes.AsSpan(0, _length).CopyTo(larger);
                CryptographicOperations.ZeroMemory(_bytes);
                _bytes = larger;
            }

            bytes.CopyTo(_bytes.AsSpan(_length));
            _length += bytes.Length;
        }
    }
}
