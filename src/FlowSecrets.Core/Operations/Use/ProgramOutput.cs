using System.Buffers;
using System.Security.Cryptography;
using System.Threading.Channels;
using FlowSecrets.Redaction;

namespace FlowSecrets.Operations.Use;

/// <summary>Reads one stream of a program to its end, and passes it on without the values.</summary>
/// <param name="patterns">What is hidden; null: nothing.</param>
/// <param name="ended">Ends with the program. A process that it left in the background may hold the stream open longer.</param>
internal sealed class ProgramOutput(Stream source, RedactionPatterns? patterns, Task ended)
{
    /// <summary>How long is waited for more after the program has ended.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    private const int BufferSize = 64 * 1024;

    /// <summary>Writes it to a stream of this process, as it comes.</summary>
    public async Task CopyAsync(Stream target, CancellationToken cancellationToken)
    {
        try
        {
            await ReadAsync(
                async (bytes, _) =>
                {
                    await target.WriteAsync(bytes, CancellationToken.None);
                    await target.FlushAsync(CancellationToken.None);
                },
                cancellationToken
            );
        }
        catch (IOException)
        {
            // Nobody reads what this process prints. The program is told so by the end of its own pipe.
            await source.DisposeAsync();
        }
    }

    /// <summary>Passes it on in lines.</summary>
    public Task SplitAsync(LineSplitter splitter, bool isError, ChannelWriter<UseOutput> output, CancellationToken cancellationToken) =>
        ReadAsync(
            async (bytes, isEnd) =>
            {
                List<string> lines = [];
                splitter.Split(bytes.Span, lines, isEnd);
                if (lines.Count > 0)
                {
                    await output.WriteAsync(new UseOutput { Lines = lines, IsError = isError }, CancellationToken.None);
                }
            },
            cancellationToken
        );

    private async Task ReadAsync(Func<ReadOnlyMemory<byte>, bool, Task> deliver, CancellationToken cancellationToken)
    {
        byte[] buffer = GC.AllocateUninitializedArray<byte>(BufferSize, pinned: true);
        StreamRedactor? redactor = patterns is null ? null : new StreamRedactor(patterns);
        ArrayBufferWriter<byte> shown = new(BufferSize);
        try
        {
            while (await NextAsync(buffer, cancellationToken) is > 0 and int count)
            {
                if (redactor is null)
                {
                    await deliver(buffer.AsMemory(0, count), false);
                    continue;
                }

                redactor.Write(buffer.AsSpan(0, count), shown);
                if (shown.WrittenCount > 0)
                {
                    await deliver(shown.WrittenMemory, false);
                    shown.ResetWrittenCount();
                }
            }

            redactor?.Flush(shown);
            await deliver(shown.WrittenMemory, true);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer);
        }
    }

    /// <returns>How many bytes came; 0: none will.</returns>
    private async Task<int> NextAsync(byte[] buffer, CancellationToken cancellationToken)
    {
        try
        {
            Task<int> read = source.ReadAsync(buffer, cancellationToken).AsTask();
            if (!read.IsCompleted && await Task.WhenAny(read, ended) != read)
            {
                await Task.WhenAny(read, Task.Delay(Grace, cancellationToken));
                if (!read.IsCompleted)
                {
                    return 0;
                }
            }

            return await read;
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // A pipe that breaks has ended.
            return 0;
        }
    }
}
