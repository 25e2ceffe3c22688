using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace FlowSecrets.Concurrency;

/// <summary>Many calls, so many at a time, answers as they come.</summary>
internal static class Bounded
{
    /// <summary>
    /// When the receiver wants no more or one call throws, those under way are cancelled and waited for; answers that nobody took are
    /// disposed of.
    /// </summary>
    public static async IAsyncEnumerable<TResult> RunAsync<TItem, TResult>(
        IEnumerable<TItem> items,
        int width,
        Func<TItem, CancellationToken, Task<TResult>> call,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Channel<TResult> answers = Channel.CreateUnbounded<TResult>(new UnboundedChannelOptions { SingleReader = true });
        Task running = RunAllAsync(items, width, call, answers.Writer, stop);
        try
        {
            await foreach (TResult answer in answers.Reader.ReadAllAsync(cancellationToken))
            {
                yield return answer;
            }
        }
        finally
        {
            await stop.CancelAsync();
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            while (answers.Reader.TryRead(out TResult? left))
            {
                (left as IDisposable)?.Dispose();
                foreach (IDisposable one in left as IEnumerable<IDisposable> ?? [])
                {
                    one.Dispose();
                }
            }
        }
    }

    private static async Task RunAllAsync<TItem, TResult>(
        IEnumerable<TItem> items,
        int width,
        Func<TItem, CancellationToken, Task<TResult>> call,
        ChannelWriter<TResult> answers,
        CancellationTokenSource stop
    )
    {
        Queue<TItem> waiting = new(items);
        Exception? failure = null;
        await Task.WhenAll(Enumerable.Range(0, Math.Min(width, waiting.Count)).Select(_ => WorkAsync()));
        answers.Complete(failure);

        async Task WorkAsync()
        {
            try
            {
                while (Next(waiting, out TItem? item))
                {
                    stop.Token.ThrowIfCancellationRequested();
                    answers.TryWrite(await call(item, stop.Token));
                }
            }
            catch (Exception e)
            {
                // The first one is told; what the others say then is that they were stopped.
                Interlocked.CompareExchange(ref failure, e, null);
                await stop.CancelAsync();
            }
        }
    }

    private static bool Next<TItem>(Queue<TItem> waiting, [MaybeNullWhen(false)] out TItem item)
    {
        lock (waiting)
        {
            return waiting.TryDequeue(out item);
        }
    }
}
