using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Operations.Rotation.Targets;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Operations.Rotation.Run;

// The way back. It is a rotation whose new value is an old one, so it is as safe against crashes.
internal sealed partial class RotationRun
{
    /// <summary>The value before is current again, in the stores, at the target and in the workloads.</summary>
    /// <exception cref="FlowSecretException">NothingToUndo and what a rotation may say.</exception>
    public async Task<RotationView> UndoAsync(RotationView seen)
    {
        await LookAsync(seen);
        TakeUnmarked();
        RequireNoForeign();
        await RecognizePromotedAsync();
        if (IsOver(_primary))
        {
            await CloseAllAsync(_primary.Record!);
            if (_primary.Record!.State == RotationState.Undone)
            {
                return _primary;
            }
        }

        return await GuardedAsync(async () =>
        {
            if (_primary.Pending is { IsUndo: false } pending && await EndPendingAsync(pending) is { } given)
            {
                return given;
            }

            if (_primary.Pending is null)
            {
                Stop();
                string before = await RequireReadableBeforeAsync(RequireBefore());
                _primary = await _store.StageAgainAsync(_primary, before, cancellationToken);
                RequireOwn(isUndo: true);
            }

            if (!_primary.Pending!.IsPromoted)
            {
                await ReachPromotedAsync();
            }

            await RedeployAsync();
            return await CloseAsync(RotationState.Undone, TimeSpan.Zero);
        });
    }

    /// <summary>
    /// Ends the rotation that an undo finds under way: abandons its value, or promotes it everywhere so that all can go back.
    /// </summary>
    /// <returns>The view after the value was abandoned, which ends the undo; null if the undo goes on.</returns>
    private async Task<RotationView?> EndPendingAsync(PendingVersion pending)
    {
        bool canGiveUp = !pending.IsPromoted && !_carriers.Any(static c => c.Pending is { IsPromoted: true });
        bool isReadable = !pending.IsUnmarked && await IsEnabledAsync(VersionOf(pending));
        if (!isReadable && pending.IsPromoted && pending.Basis == _primary.Current)
        {
            return await GiveUpAsync();
        }

        if (!isReadable && pending.IsPromoted)
        {
            await EndPromotedAsync(pending);
            return null;
        }

        if (!isReadable && !canGiveUp)
        {
            throw new FlowSecretException(
                ErrorIds.RotationNeedsAttention,
                Name,
                $"The pending version of '{Name}' was disabled or destroyed by hand, and some of its carriers have its value already",
                $"Make a new value, which all of them get: {Shell($"Invoke-FlowSecretRotation {Named} -Force")}"
            );
        }
        if (pending.IsSuperseded && !canGiveUp)
        {
            throw new FlowSecretException(
                ErrorIds.Conflict,
                Name,
                $"Version {_primary.Current} of '{Name}' was set by somebody else while a rotation was under way that some of "
                    + $"its carriers have already",
                $"Rotate again, which all of them get: {Shell($"Invoke-FlowSecretRotation {Named} -Force")}"
            );
        }

        if (canGiveUp && (!isReadable || !unit.KillsOldAtOnce || pending.IsSuperseded))
        {
            if (!isReadable)
            {
                host.Warning($"The pending version of '{Name}' was disabled, destroyed or moved by hand: it is discarded.");
            }

            return await GiveUpAsync();
        }

        // Some carry the new value already, or a machine elsewhere may just set it where it ends the old one: all have it, then all
        // go back.
        try
        {
            await ReachPromotedAsync(mayReplace: false);
        }
        catch (FlowSecretException e) when (e.Id == ErrorIds.CredentialRejected && canGiveUp)
        {
            return await GiveUpAsync();
        }

        // With an overlap in any case: nobody takes out of use what comes back in a moment.
        await CloseAsync(RotationState.Overlap, unit.Overlap == TimeSpan.Zero ? TimeSpan.FromHours(1) : unit.Overlap);
        return null;
    }

    /// <summary>A rotation whose value never became current: the target has the current one, then what stands aside goes.</summary>
    private async Task<RotationView> GiveUpAsync()
    {
        if (_target is not null)
        {
            _step = RotationState.Applied;
            using ReadSecret current = await ReadExistingAsync(_primary, _primary.Current) ?? throw NothingToKeep();
            if (_target is ReencryptTarget || !await _target.TestAsync(current.Value, cancellationToken))
            {
                using ReadSecret? pending = await ReadExistingAsync(_primary, _primary.Pending!.Version);
                bool isPendingAccepted = pending is not null && await _target.TestAsync(pending.Value, cancellationToken);
                IReadOnlyList<ReadSecret> others = isPendingAccepted ? [] : await AcceptedAsync();
                try
                {
                    Stop();
                    await _target.SetAsync(
                        current.Value,
                        isPendingAccepted ? [pending!.Value] : [.. others.Select(static o => o.Value)],
                        cancellationToken
                    );
                }
                finally
                {
                    Array.ForEach([.. others], static o => o.Dispose());
                }

                _step = RotationState.Tested;
                await RequireAcceptedAsync(current.Value);
            }
        }

        _step = RotationState.Undone;
        DateTimeOffset now = context.Clock.GetUtcNow();
        RotationRecord record = new(RotationState.Undone)
        {
            From = _primary.Current,
            To = _primary.Current,
            Started = _primary.Record?.FailedStep is null ? _started : _primary.Record.Started,
            Ended = now,
            By = Rotator.Of(context.Variable),
        };
        await DiscardAllAsync();
        Stop();
        return _primary = await _store.RecordAsync(_primary, record, cancellationToken);
    }

    private FlowSecretException NothingToKeep() =>
        new(
            ErrorIds.RotationNeedsAttention,
            Name,
            $"The current version {_primary.Current} of '{Name}' is destroyed, so there is no value to go back to",
            $"Go on with a new value: {Shell($"Invoke-FlowSecretRotation {Named} -Force")}"
        );

    /// <summary>The version to go back to, enabled if somebody disabled it: an undo asks for it by name.</summary>
    /// <exception cref="FlowSecretException">NothingToUndo: it does not exist any more.</exception>
    private async Task<string> RequireReadableBeforeAsync(string version)
    {
        try
        {
            (await _store.ReadAsync(_primary, version, cancellationToken)).Dispose();
        }
        catch (FlowSecretException e) when (e.Id == ErrorIds.VersionDisabled)
        {
            host.Warning($"Version {version} of '{Name}' was disabled by hand: it is enabled again, since it becomes current.");
            await _reader.EnableAsync(_primary, version, cancellationToken);
        }
        catch (FlowSecretException e) when (RotationReader.IsGone(e))
        {
            throw new FlowSecretException(
                ErrorIds.NothingToUndo,
                Name,
                $"Version {version} of '{Name}', which was current before the last rotation, is destroyed",
                $"Make a new value instead: {Shell($"Invoke-FlowSecretRotation {Named} -Force")}",
                e
            );
        }

        return version;
    }

    private string RequireBefore() =>
        _primary.Record is { State: RotationState.Overlap, From: { } before } record && record.To == _primary.Current
            ? before
            : throw new FlowSecretException(
                ErrorIds.NothingToUndo,
                Name,
                _primary.Record switch
                {
                    { State: RotationState.Retired } => $"The value before the last rotation of '{Name}' is out of use already",
                    { State: RotationState.Undone } => $"The last rotation of '{Name}' was taken back already",
                    { State: RotationState.NeedsAttention } =>
                        $"The value before the last rotation of '{Name}' could not be revoked, and does not exist in the store any more",
                    { State: RotationState.Overlap } => $"Version {_primary.Current} of '{Name}' was not made by the last rotation",
                    _ => $"There is no rotation of '{Name}' to take back",
                },
                $"See what there is: {Shell($"Get-FlowSecretVersion {Named}")}. An older credential that still works "
                    + $"where it is checked can be set again: "
                    + $"{Shell($"Set-FlowSecretVersion {Named} -Version VERSION -Stage current")}. "
                    + $"A new value: {Shell($"Invoke-FlowSecretRotation {Named} -Force")}"
            );
}
