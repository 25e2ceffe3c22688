using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace FlowSecrets.Transport;

/// <summary>Many calls, so many at a time, answers as they come.</summary>
internal static class Bounded
{
    /// <summary>When the receiver wants no more or one call throws, those under way are cancelled and waited for; answers that nobody took are disposed of.</summary>
    public static async IAsyncEnumerable<TResult> RunAsync<TItem, TResult>(
        IEnumerable<TItem> items,
        int width,
        Func<TItem, CancellationToken, Task<TResult>> call,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Channel<TResult> answers = Channel.CreateUnbounded<TResult>(new UnboundedChannelOptions { SingleReader = true });
        Task running = RunAllAsync(items, width, call, answers.Writer, stop.Token);
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
            }
        }
    }

    private static async Task RunAllAsync<TItem, TResult>(IEnumerable<TItem> items, int width, Func<TItem, CancellationToken, Task<TResult>> call, ChannelWriter<TResult> answers, CancellationToken cancellationToken)
    {
        try
        {
            ParallelOptions options = new() { MaxDegreeOfParallelism = width, CancellationToken = cancellationToken };
            await Parallel.ForEachAsync(items, options, async (item, token) => answers.TryWrite(await call(item, token)));
            answers.Complete();
        }
        catch (Exception e)
        {
            answers.Complete(e);
        }
    }
}
