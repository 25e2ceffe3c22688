using System.Security.Cryptography;
using System.Text;

namespace FlowSecrets.Processes;

/// <summary>
/// What a program prints: all of it is read, so that the program never waits, and only the end is kept. In pinned memory that is zeroed,
/// because a script may print what it was given.
/// </summary>
internal sealed class OutputTail : IDisposable
{
    private const int Most = 4096;

    private readonly Lock _lock = new();
    private readonly byte[] _read = GC.AllocateArray<byte>(4 * Most, pinned: true);
    private readonly byte[] _end = GC.AllocateArray<byte>(Most, pinned: true);
    private int _length;
    private bool _isCut;

    /// <summary>Reads until nobody can write any more, or until cancelled; a pipe that breaks has ended.</summary>
    public async Task DrainAsync(Stream source, CancellationToken cancellationToken)
    {
        try
        {
            while (await source.ReadAsync(_read, cancellationToken) is > 0 and int count)
            {
                Keep(_read.AsSpan(0, count));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // What came until then is kept.
        }
    }

    /// <summary>
    /// The last line that is not blank. Null: there is none, or its beginning is lost, so that a value in it might not be known as one.
    /// </summary>
    public string? LastLine()
    {
        lock (_lock)
        {
            string text = Encoding.UTF8.GetString(_end, 0, _length).TrimEnd();
            int before = text.LastIndexOf('\n');
            return text.Length == 0 || (before < 0 && _isCut) ? null : text[(before + 1)..].Trim();
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            CryptographicOperations.ZeroMemory(_read);
            CryptographicOperations.ZeroMemory(_end);
            _length = 0;
        }
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
        {
            int stays = Math.Min(_length, Math.Max(0, Most - bytes.Length));
            _isCut |= _length + bytes.Length > Most;
            _end.AsSpan(_length - stays, stays).CopyTo(_end);
            ReadOnlySpan<byte> added = bytes[Math.Max(0, bytes.Length - Most)..];
            added.CopyTo(_end.AsSpan(stays));
            _length = stays + added.Length;
        }
    }
}
