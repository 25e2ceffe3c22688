namespace FlowSecrets.Providers.Gcp.CloudRun;

/// <summary>Waits until a change of a service serves.</summary>
internal sealed class RunRollout(RunPlace place, RunService run, RunErrors errors, TimeProvider clock)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    /// <param name="generation">The service's after the change.</param>
    /// <exception cref="FlowSecretException">WorkloadFailed.</exception>
    public async Task WaitAsync(long generation, TimeSpan timeout, Action<string> say, CancellationToken cancellationToken)
    {
        long start = clock.GetTimestamp();
        string? told = null;
        for (TimeSpan pause = First; ; pause = pause * 1.5 < Longest ? pause * 1.5 : Longest)
        {
            RunStatus status = new(await run.ReadAsync(cancellationToken));
            if (IsOver(status, generation))
            {
                return;
            }

            TimeSpan left = timeout - clock.GetElapsedTime(start);
            if (left <= TimeSpan.Zero)
            {
                throw errors.TimedOut(status, timeout);
            }

            string now = $"Waiting for revision {status.Created} of the {place}{(status.Message.Length > 0 ? ": " + status.Message : "")}";
            if (now != told)
            {
                say(told = now);
            }

            await Task.Delay(pause < left ? pause : left, clock, cancellationToken);
        }
    }

    /// <summary>After a failure the observed generation stays that of the revision that serves, so only success is asked for it.</summary>
    private bool IsOver(RunStatus status, long generation)
    {
        if (status.IsReconciling || status.Generation < generation)
        {
            return false;
        }

        if (status.HasFailed)
        {
            throw errors.NotReady(status);
        }

        if (status.Observed < generation || status.Ready is null || status.IsStuck)
        {
            return false;
        }

        return status.Elsewhere.Count == 0 ? true : throw errors.TrafficElsewhere(status);
    }
}
