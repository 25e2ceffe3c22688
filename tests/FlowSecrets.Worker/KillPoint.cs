using System.Diagnostics;

namespace FlowSecrets.Worker;

/// <summary>
/// The call at which this process ends itself, for good and at once: before the call, or after it took effect and before its answer is
/// known.
/// </summary>
/// <param name="number">From 1; 0: none.</param>
internal sealed class KillPoint(int number, bool after)
{
    private int _calls;

    /// <summary>Changing calls so far.</summary>
    public int Calls => _calls;

    /// <summary>Such as <c>3:before</c>, <c>3:after</c>; empty: never.</summary>
    public static KillPoint Parse(string? text) =>
        text?.Split(':') is [{ } number, { } when] ? new KillPoint(int.Parse(number), when == "after") : new KillPoint(0, false);

    public async Task<T> AroundAsync<T>(Func<Task<T>> call)
    {
        bool isHere = Interlocked.Increment(ref _calls) == number;
        if (isHere && !after)
        {
            End();
        }

        T answer = await call();
        if (isHere)
        {
            End();
        }

        return answer;
    }

    private static void End()
    {
        using Process self = Process.GetCurrentProcess();
        self.Kill();
        Thread.Sleep(Timeout.Infinite);
    }
}
