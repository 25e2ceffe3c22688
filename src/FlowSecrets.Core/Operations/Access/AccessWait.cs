using System.Runtime.CompilerServices;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Text;

namespace FlowSecrets.Operations.Access;

/// <summary>Waits until grants work, as far as that can be seen from here, or until the time is over that they may take.</summary>
internal sealed class AccessWait(TimeProvider clock, Workspace workspace)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);

    /// <returns>What did not work in the end.</returns>
    public async IAsyncEnumerable<SecretAccessChange> RunAsync(
        IReadOnlyList<AccessTarget> targets,
        IOperationHost host,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        List<(AccessTarget Target, AccessAnswer? Last)> waiting = [.. targets.Select(static t => (t, (AccessAnswer?)null))];
        TimeSpan limit = workspace.Store.Access.Propagation;
        long start = clock.GetTimestamp();
        TimeSpan pause = FirstPause;
        while (waiting.Count > 0)
        {
            await TryAllAsync(waiting, cancellationToken);
            TimeSpan spent = clock.GetElapsedTime(start);
            if (waiting.Count == 0 || spent >= limit)
            {
                break;
            }

            host.Progress(
                new ProgressUpdate(
                    "Waiting until the grants work",
                    $"{Words.Count(waiting.Count, "grant")} to go, {limit - spent:m\\:ss} at most",
                    (int)spent.TotalSeconds,
                    (int)limit.TotalSeconds
                )
            );
            await Task.Delay(pause < limit - spent ? pause : limit - spent, clock, cancellationToken);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }

        foreach ((AccessTarget target, AccessAnswer? last) in waiting)
        {
            if (last is null)
            {
                host.Verbose(
                    $"Nobody but {target.Principal} can see whether it works; the {limit.TotalMinutes:0} minutes that it may take are over."
                );
                continue;
            }

            yield return Failed(target, last, limit);
        }
    }

    /// <summary>Tries every grant once, and takes off the list what works or cannot work for another reason.</summary>
    private async Task TryAllAsync(List<(AccessTarget Target, AccessAnswer? Last)> waiting, CancellationToken cancellationToken)
    {
        for (int i = waiting.Count - 1; i >= 0; i--)
        {
            AccessTarget target = waiting[i].Target;
            AccessAnswer? answer = await workspace.Store.Access.TryAsync(
                target.Secrets[0].StoreName,
                new AccessQuestion(target.Principal, target.Permission),
                cancellationToken
            );
            waiting[i] = (target, answer);
            if (
                answer
                is { Result: AccessResult.Allowed }
                    or { Cause: AccessCauses.SecretHasNoVersion or AccessCauses.VersionDisabled or AccessCauses.VersionDestroyed }
            )
            {
                waiting.RemoveAt(i);
            }
        }
    }

    private SecretAccessChange Failed(AccessTarget target, AccessAnswer last, TimeSpan limit)
    {
        SecretRef secret = target.Secrets[0];
        string cause = $"After {limit.TotalMinutes:0} minutes {target.Principal} still may not use '{secret.StoreName}': {last.Evidence}";
        FlowSecretException here = workspace.Here(last.ToException().With(cause: cause), secret);
        return ChangeAccessOperation.Result(workspace, secret, ItemStatus.Failed) with
        {
            Principal = [target.Principal!],
            Message = here.Message,
            Error = here,
        };
    }
}
