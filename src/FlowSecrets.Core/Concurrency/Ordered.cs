using System.Runtime.CompilerServices;

namespace FlowSecrets.Concurrency;

/// <summary>Many calls, so many at a time, answers in the order of the items.</summary>
internal static class Ordered
{
    /// <summary>When the receiver wants no more or one call throws, those under way are cancelled and waited for; answers nobody took are
    /// disposed of.</summary>
    public static async IAsyncEnumerable<TResult> RunAsync<TItem, TResult>(
        IEnumerable<TItem> items,
        int width,
        Func<TItem, CancellationToken, Task<TResult>> call,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Queue<Task<TResult>> running = [];
        try
        {
            foreach (TItem item in items)
            {
                stop.Token.ThrowIfCancellationRequested();
                running.Enqueue(call(item, stop.Token));
                while (running.Count >= width)
                {
                    yield return await running.Dequeue();
                }
            }

            while (running.TryDequeue(out Task<TResult>? next))
            {
                yield return await next;
            }
        }
        finally
        {
            await stop.CancelAsync();
            await ((Task)Task.WhenAll(running)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            foreach (Task<TResult> left in running.Where(static t => t.IsCompletedSuccessfully))
            {
                (left.Result as IDisposable)?.Dispose();
            }
        }
    }
}
