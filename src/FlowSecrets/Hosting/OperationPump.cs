using System.Collections.Concurrent;
using System.Globalization;
using System.Management.Automation;

namespace FlowSecrets.Hosting;

/// <summary>
/// Runs an operation beside the pipeline's thread, on which alone PowerShell may be called, and carries its calls there one by one.
/// </summary>
/// <param name="patience">
/// How long a stopped command waits for its operation; then it leaves it to the token, which every effect asks first.
/// </param>
internal sealed class OperationPump(CancellationTokenSource stop, TimeSpan patience) : IDisposable
{
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(20);

    private Task? _running;

    private readonly BlockingCollection<(Action Call, IDisposable? Held)> _calls = [];

    private Task Running => _running ?? Task.CompletedTask;

    /// <summary>Starts the work. <see cref="Finish"/> must follow.</summary>
    public void Start(Func<CancellationToken, Task> work)
    {
        CancellationToken token = stop.Token;
        _running = Task.Run(
            () =>
            {
                // What an operation writes must not depend on the user's calendar: also a policy's condition holds dates.
                CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
                return work(token);
            },
            CancellationToken.None
        );
        _ = _running.ContinueWith(
            _ => _calls.CompleteAdding(),
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default
        );
    }

    /// <summary>Runs the calls that wait, on the pipeline's thread, while the work is not done and the condition holds.</summary>
    /// <exception cref="PipelineStoppedException">Somebody stopped the command.</exception>
    public void Serve(Func<bool> isNeeded) =>
        Guarded(() =>
        {
            while (_calls.TryTake(out (Action Call, IDisposable? Held) next) || isNeeded())
            {
                if (next.Call is not null || _calls.TryTake(out next, (int)Turn.TotalMilliseconds, stop.Token))
                {
                    RunCall(next.Call, next.Held);
                }
                else if (Running.IsCompleted)
                {
                    return;
                }
            }
        });

    /// <summary>Runs to the end, on the pipeline's thread.</summary>
    /// <exception cref="PipelineStoppedException">Somebody stopped the command.</exception>
    public void Finish() =>
        Guarded(() =>
        {
            foreach ((Action call, IDisposable? held) in _calls.GetConsumingEnumerable(stop.Token))
            {
                RunCall(call, held);
            }

            Running.GetAwaiter().GetResult();
        });

    /// <summary>Runs a call on the pipeline's thread, in order, without waiting.</summary>
    /// <param name="held">What the call hands on, such as a value. It is disposed of if the call never runs, or throws.</param>
    public void Post(Action call, IDisposable? held = null)
    {
        try
        {
            _calls.Add((call, held));
        }
        catch (InvalidOperationException)
        {
            // The command has ended; nobody listens any more.
            held?.Dispose();
        }
    }

    /// <summary>Has something done on the pipeline's thread and waits for the answer.</summary>
    /// <param name="held">As for <see cref="Post"/>.</param>
    public Task<T> CallAsync<T>(Func<T> function, IDisposable? held = null)
    {
        TaskCompletionSource<T> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        CancellationTokenRegistration registration = stop.Token.Register(() => answer.TrySetCanceled(stop.Token));
        Post(
            () =>
            {
                try
                {
                    answer.TrySetResult(function());
                }
                catch (FlowSecretException e)
                {
                    held?.Dispose();
                    answer.TrySetException(e);
                }
                catch (Exception e)
                {
                    answer.TrySetException(e);
                    throw;
                }
                finally
                {
                    registration.Dispose();
                }
            },
            held
        );
        return answer.Task;
    }

    private void Guarded(Action serve)
    {
        try
        {
            serve();
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            ((IAsyncResult)Running).AsyncWaitHandle.WaitOne(patience);
            throw new PipelineStoppedException();
        }
        catch when (!Running.IsCompleted)
        {
            // What came after in the pipeline wants no more (Select-Object -First), or it failed.
            stop.Cancel();
            ((IAsyncResult)Running).AsyncWaitHandle.WaitOne(patience);
            throw;
        }
    }

    private static void RunCall(Action call, IDisposable? held)
    {
        try
        {
            call();
        }
        catch
        {
            held?.Dispose();
            throw;
        }
    }

    /// <summary>Ends the queue, and disposes of what its calls still hold.</summary>
    public void Dispose()
    {
        _calls.CompleteAdding();
        while (_calls.TryTake(out (Action Call, IDisposable? Held) left))
        {
            left.Held?.Dispose();
        }
    }
}
