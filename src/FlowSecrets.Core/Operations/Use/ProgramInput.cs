using System.Threading.Channels;

namespace FlowSecrets.Operations.Use;

/// <summary>What the pipeline gives a program as its standard input, while it runs.</summary>
internal sealed class ProgramInput
{
    /// <summary>Bytes that may wait for a program that does not read.</summary>
    private const int Most = 1 << 20;

    private readonly Channel<byte[]> _waiting = Channel.CreateUnbounded<byte[]>(new UnboundedChannelOptions { SingleReader = true });
    private long _length;
    private volatile bool _isClosed;

    /// <summary>Whether the writer should wait.</summary>
    public bool IsFull => Interlocked.Read(ref _length) > Most && !_isClosed;

    /// <summary>What comes after the program closed its input is dropped, as the shell does.</summary>
    public void Write(byte[] bytes)
    {
        if (!_isClosed)
        {
            Interlocked.Add(ref _length, bytes.Length);
            _waiting.Writer.TryWrite(bytes);
        }
    }

    public void Complete() => _waiting.Writer.TryComplete();

    /// <summary>Writes all of it to the program, and closes its input.</summary>
    public async Task FeedAsync(Stream program, CancellationToken cancellationToken)
    {
        try
        {
            await using (program)
            {
                while (await _waiting.Reader.WaitToReadAsync(cancellationToken))
                {
                    while (_waiting.Reader.TryRead(out byte[]? bytes))
                    {
                        await program.WriteAsync(bytes, cancellationToken);
                        Interlocked.Add(ref _length, -bytes.Length);
                    }

                    await program.FlushAsync(cancellationToken);
                }
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The program reads no more.
        }
        finally
        {
            _isClosed = true;
        }
    }
}
