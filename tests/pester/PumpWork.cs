using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace FlowSecrets.PesterSupport
{
    /// <summary>A value that counts how often it was disposed of.</summary>
    public sealed class HeldValue : IDisposable
    {
        public int Disposals { get; private set; }

        public void Dispose() => Disposals++;
    }

    /// <summary>Work for the pump, which is internal: it posts a call for each of three values, then waits until it is stopped.</summary>
    public sealed class PumpWork
    {
        private readonly Action<Func<CancellationToken, Task>> _run;
        private readonly Action<Action, IDisposable> _post;
        private readonly Func<CancellationToken, Task> _work;

        public PumpWork(object pump, CancellationTokenSource stop, string first)
        {
            Action<Func<CancellationToken, Task>> start =
                (Action<Func<CancellationToken, Task>>)
                    Delegate.CreateDelegate(typeof(Action<Func<CancellationToken, Task>>), pump, "Start");
            Action finish = (Action)Delegate.CreateDelegate(typeof(Action), pump, "Finish");
            _run = work =>
            {
                start(work);
                finish();
            };
            _post = (Action<Action, IDisposable>)Delegate.CreateDelegate(typeof(Action<Action, IDisposable>), pump, "Post");
            _work = async token =>
            {
                TaskCompletionSource posted = new();
                for (int i = 0; i < Values.Length; i++)
                {
                    bool isFirst = i == 0;
                    _post(() => Call(isFirst, posted.Task, stop, first), Values[i]);
                }

                posted.SetResult();
                await Task.Delay(Timeout.Infinite, token);
            };
        }

        public HeldValue[] Values { get; } = Enumerable.Range(0, 3).Select(_ => new HeldValue()).ToArray();

        /// <summary>Runs the pump. PowerShell cannot catch the exception of a stopped pipeline, so it is returned.</summary>
        public Exception Run()
        {
            try
            {
                _run(_work);
                return null;
            }
            catch (Exception e)
            {
                return e;
            }
        }

        public HeldValue PostLate()
        {
            HeldValue late = new();
            _post(() => throw new InvalidOperationException("It must not run."), late);
            return late;
        }

        private static void Call(bool isFirst, Task posted, CancellationTokenSource stop, string first)
        {
            if (!isFirst)
            {
                throw new InvalidOperationException("Only the first call runs.");
            }

            posted.Wait();
            if (first == "throw")
            {
                throw new InvalidOperationException("The pipeline failed.");
            }

            stop.Cancel();
        }
    }
}
