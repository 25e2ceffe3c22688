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
        using ReadSecret pending = await _store.ReadAsync(_primary, _primary.Pending!.Version, cancellationToken);
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
    /// be any that the store still has.
    /// </summary>
    private async Task<IReadOnlyList<ReadSecret>> AcceptedAsync()
    {
        List<ReadSecret> accepted = [];
        foreach (
            string version in new[] { _primary.Current, _primary.Previous, _primary.Record?.To, _primary.Record?.From }
                .OfType<string>()
                .Where(v => v != _primary.Pending?.Version)
                .Distinct(StringComparer.Ordinal)
        )
        {
            if (await ReadAcceptedAsync(version) is { } read)
            {
                accepted.Add(read);
            }
        }

        return accepted.Count == 0 && await FindAcceptedAsync() is { } other ? [other] : accepted;
    }

    /// <summary>
    /// Any other version that the target accepts: where rotators met, the last word at the target may have been a value that lost in the
    /// store.
    /// </summary>
    private async Task<ReadSecret?> FindAcceptedAsync()
    {
        // That none is accepted may mean that this run is the one that lost, and has no say any more.
        RotationView now = await _store.ViewAsync(unit.Subject, cancellationToken);
        if (now.Current != _primary.Current || now.Pending?.Version != _primary.Pending?.Version)
        {
            throw StoreErrors.Conflict(Name, $"Another rotation of '{Name}' went on meanwhile; its current version is {now.Current}");
        }

        IReadOnlyList<string> left = await _store.LeftAsync(_primary, cancellationToken);
        IEnumerable<string> listed = (await workspace.Store.ListVersionsAsync(Name, cancellationToken))
            .Where(static v => v.State == VersionState.Enabled)
            .Select(static v => v.Version);
        foreach (
            string version in left.Concat(listed)
                .Where(v => v != _primary.Current && v != _primary.Pending?.Version)
                .Take(MostVersionsTried)
        )
        {
            if (await ReadAcceptedAsync(version) is { } read)
            {
                return read;
            }
        }

        return null;
    }

    private async Task<ReadSecret?> ReadAcceptedAsync(string version)
    {
        ReadSecret read;
        try
        {
            read = await _store.ReadAsync(_primary, version, cancellationToken);
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

    /// <summary>The workloads may have taken long: what is revoked must still be what is out of use.</summary>
    private async Task RequireUnchangedAsync()
    {
        RotationView now = await _store.ViewAsync(unit.Subject, cancellationToken);
        if (
            now.Current != _primary.Current
            || now.Pending is not null
            || now.Foreign is not null
            || now.Record?.ToText() != _primary.Record?.ToText()
        )
        {
            throw StoreErrors.Conflict(
                Name,
                $"Somebody else rotated '{Name}', or took the rotation back, while its value before was to be taken out of use; its "
                    + $"current version is {now.Current}"
            );
        }

        _primary = now;
    }

    private async Task RevokeAsync(IRotationTarget target, SecretValue old)
    {
        using ReadSecret current = await _store.ReadAsync(_primary, _primary.Current, cancellationToken);
        Stop();
        if (old.Equals(current.Value) || !await target.TestAsync(current.Value, cancellationToken))
        {
            throw new FlowSecretException(
                ErrorIds.CredentialRejected,
                Name,
                $"{target.Description} does not accept the current value of '{Name}', so the one before it is not taken out of use",
                $"Rotate anew: {Shell($"Invoke-FlowSecretRotation {Named} -Force")}; or go back: "
                    + $"{Shell($"Undo-FlowSecretRotation {Named}")}"
            );
        }

        if (await target.RevokeAsync(old, current.Value, cancellationToken) is { } said)
        {
            host.Verbose(said);
        }
    }
}
