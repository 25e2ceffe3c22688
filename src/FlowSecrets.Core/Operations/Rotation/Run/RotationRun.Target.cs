using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Operations.Rotation.Targets;
using FlowSecrets.Ports;
using FlowSecrets.Values;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Operations.Rotation.Run;

// What the system that checks the credential is told and asked.
internal sealed partial class RotationRun
{
    private const int TestTries = 3;
    private const int MostVersionsTried = 20;
    private static readonly TimeSpan TestWait = TimeSpan.FromSeconds(1);

    /// <summary>The target has the pending value and accepts it.</summary>
    /// <param name="isNew">Whether it was put aside just now, so that the target cannot know it yet.</param>
    /// <exception cref="FlowSecretException">CredentialRejected and what the target says.</exception>
    private async Task ReachTestedAsync(bool isNew)
    {
        if (_target is null)
        {
            return;
        }

        _step = RotationState.Applied;
        using ReadSecret pending = await _reader.ReadAsync(_primary, _primary.Pending!.Version, cancellationToken);
        if (isNew || _target is ReencryptTarget || !await _target.TestAsync(pending.Value, cancellationToken))
        {
            IReadOnlyList<ReadSecret> accepted = await AcceptedAsync();
            try
            {
                Stop();
                await _target.SetAsync(pending.Value, [.. accepted.Select(static a => a.Value)], cancellationToken);
            }
            finally
            {
                Array.ForEach([.. accepted], static a => a.Dispose());
            }

            _step = RotationState.Tested;
            await RequireAcceptedAsync(pending.Value);
        }
    }

    /// <summary>Whether an earlier run changed the target: then to stop helps nobody.</summary>
    private async Task<bool> IsAtTargetAsync()
    {
        if (unit.Workloads.Count == 0 || _target is null or ReencryptTarget || _primary.Pending is not { } pending)
        {
            return false;
        }

        _step = RotationState.Applied;
        if (await ReadAcceptedAsync(pending.Version) is not { } accepted)
        {
            return false;
        }

        accepted.Dispose();
        return true;
    }

    private async Task RequireAcceptedAsync(SecretValue value)
    {
        for (int i = 1; !await _target!.TestAsync(value, cancellationToken); i++)
        {
            if (i == TestTries)
            {
                throw new FlowSecretException(
                    ErrorIds.CredentialRejected,
                    Name,
                    $"{_target.Description} took the new value of '{Name}' and does not accept it",
                    "Look at its rules for this credential (an end date, a login that is locked), then run the command again."
                );
            }

            await Task.Delay(TestWait, context.Clock, cancellationToken);
        }
    }

    /// <summary>
    /// Of the stored values besides the pending one, those that the target accepts now, the current one first. Where rotators met, it may
    /// be any that the store still has. Disabled versions other than the current one are read only if no enabled one is accepted.
    /// </summary>
    private async Task<IReadOnlyList<ReadSecret>> AcceptedAsync()
    {
        IReadOnlyList<ReadSecret> accepted = await AcceptedAsync(opens: false);
        return accepted.Count == 0 ? await AcceptedAsync(opens: true) : accepted;
    }

    private async Task<IReadOnlyList<ReadSecret>> AcceptedAsync(bool opens)
    {
        List<ReadSecret> accepted = [];
        foreach (
            string version in new[] { _primary.Current, _primary.Previous, _primary.Record?.To, _primary.Record?.From }
                .OfType<string>()
                .Where(v => v != _primary.Pending?.Version)
                .Distinct(StringComparer.Ordinal)
        )
        {
            if (await ReadAcceptedAsync(version, opens || version == _primary.Current) is { } read)
            {
                accepted.Add(read);
            }
        }

        return accepted.Count == 0 && await FindAcceptedAsync(opens) is { } other ? [other] : accepted;
    }

    /// <summary>
    /// Any other version that the target accepts: where rotators met, the last word at the target may have been a value that lost in the
    /// store.
    /// </summary>
    private async Task<ReadSecret?> FindAcceptedAsync(bool opens)
    {
        // That none is accepted may mean that this run is the one that lost, and has no say any more.
        RotationView now = await _store.ViewAsync(unit.Subject, cancellationToken);
        now = _primary.Pending is { IsUnmarked: true } ? Taken(now) : now;
        if (now.Current != _primary.Current || now.Pending?.Version != _primary.Pending?.Version)
        {
            throw StoreErrors.Conflict(Name, $"Another rotation of '{Name}' went on meanwhile; its current version is {now.Current}");
        }

        IReadOnlyList<string> left = await _store.LeftAsync(_primary, cancellationToken);
        IEnumerable<string> listed = (await workspace.Store.ListVersionsAsync(Name, cancellationToken))
            .Where(v => v.State == VersionState.Enabled || (opens && v.State == VersionState.Disabled))
            .Select(static v => v.Version);
        foreach (
            string version in left.Concat(listed)
                .Where(v => v != _primary.Current && v != _primary.Pending?.Version)
                .Take(MostVersionsTried)
        )
        {
            if (await ReadAcceptedAsync(version, opens) is { } read)
            {
                return read;
            }
        }

        return null;
    }

    /// <param name="opens">Whether a disabled version is enabled for the read.</param>
    /// <returns>Null: the target rejects it, or there is nothing to try.</returns>
    private async Task<ReadSecret?> ReadAcceptedAsync(string version, bool opens = false)
    {
        ReadSecret read;
        try
        {
            read = opens
                ? await _reader.ReadAsync(_primary, version, cancellationToken)
                : await _store.ReadAsync(_primary, version, cancellationToken);
        }
        catch (FlowSecretException e)
            when (e.Id is ErrorIds.VersionDisabled or ErrorIds.VersionDestroyed or ErrorIds.VersionNotFound or ErrorIds.Conflict)
        {
            // Out of use, or taken away by another rotator.
            return null;
        }

        try
        {
            if (await _target!.TestAsync(read.Value, cancellationToken))
            {
                return read;
            }
        }
        catch
        {
            read.Dispose();
            throw;
        }

        read.Dispose();
        return null;
    }

    /// <summary>A pending value is given up only where another stored one is accepted: else it may be the only one that is.</summary>
    private async Task RequireOtherAcceptedAsync(FlowSecretException rejection)
    {
        IReadOnlyList<ReadSecret> accepted = await AcceptedAsync();
        bool isAny = accepted.Count > 0;
        Array.ForEach([.. accepted], static a => a.Dispose());
        if (!isAny)
        {
            throw await AttentionAsync(rejection);
        }
    }
}
