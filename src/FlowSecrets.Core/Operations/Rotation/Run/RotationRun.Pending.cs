using FlowSecrets.Errors;
using FlowSecrets.Model;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Operations.Rotation.Run;

// What a rotation does with versions that somebody disabled, destroyed or moved by hand.
internal sealed partial class RotationRun
{
    /// <summary>Whether somebody disabled or destroyed the current version.</summary>
    public async Task<bool> IsOutOfUseAsync(RotationView view)
    {
        using ReadSecret? read = await ReadEnabledAsync(view, view.Current);
        return read is null;
    }

    /// <summary>Reads a version also if it is disabled.</summary>
    /// <returns>Null: its value does not exist any more.</returns>
    private async Task<ReadSecret?> ReadExistingAsync(RotationView view, string version)
    {
        try
        {
            return await _reader.ReadAsync(view, version, cancellationToken);
        }
        catch (FlowSecretException e) when (RotationReader.IsGone(e) || e.Id == ErrorIds.Conflict)
        {
            return null;
        }
    }

    /// <returns>Null: it is disabled, or does not exist any more.</returns>
    private async Task<ReadSecret?> ReadEnabledAsync(RotationView view, string version)
    {
        try
        {
            return await _store.ReadAsync(view, version, cancellationToken);
        }
        catch (FlowSecretException e) when (RotationReader.IsGone(e) || e.Id == ErrorIds.VersionDisabled)
        {
            return null;
        }
    }

    private async Task<bool> IsEnabledAsync(string version)
    {
        using ReadSecret? read = await ReadEnabledAsync(_primary, version);
        return read is not null;
    }

    /// <summary>The current value, of which the next one is made.</summary>
    /// <param name="isNeeded">Whether fields are taken over from it.</param>
    /// <returns>Null: it does not exist any more, and nothing of it is needed.</returns>
    /// <exception cref="FlowSecretException">RotationNeedsAttention: it is needed.</exception>
    private async Task<ReadSecret?> ReadBasisAsync(RotationView view, bool isNeeded)
    {
        try
        {
            return await _reader.ReadAsync(view, view.Current, cancellationToken);
        }
        catch (FlowSecretException e) when (RotationReader.IsGone(e))
        {
            return isNeeded
                ? throw new FlowSecretException(
                    ErrorIds.RotationNeedsAttention,
                    view.StoreName,
                    $"The current version {view.Current} of '{view.StoreName}' is destroyed, and a rotation takes its other fields from it",
                    $"Set a whole value: {Shell($"Set-FlowSecret {Stored(view.StoreName)}")}; then rotate: "
                        + $"{Shell($"Invoke-FlowSecretRotation {Named} -Force")}",
                    e
                )
                : null;
        }
    }

    /// <summary>
    /// A pending version that was disabled, destroyed or left without its mark. A forced run discards it, unless it is the only value that
    /// the target accepts; then it is used.
    /// </summary>
    /// <exception cref="FlowSecretException">RotationNeedsAttention, which names the commands that lead out.</exception>
    private async Task RequireReadablePendingAsync()
    {
        if (settings.Force)
        {
            TakeUnmarked();
        }

        await RecognizePromotedAsync();
        if (_primary.Pending is not { } pending || (!pending.IsUnmarked && await IsEnabledAsync(VersionOf(pending))))
        {
            return;
        }

        if (!settings.Force)
        {
            throw Unreadable(pending);
        }

        if (pending.IsPromoted)
        {
            await EndPromotedAsync(pending);
        }
        else if (await IsOnlyAcceptedAsync(pending))
        {
            string version = pending.Version;
            host.Warning(
                $"The pending version of '{Name}' holds the only stored value that {_target!.Description} accepts, so the rotation "
                    + $"goes on with it."
            );
            if (!await IsEnabledAsync(version))
            {
                await _reader.EnableAsync(_primary, version, cancellationToken);
            }

            await RestageUnmarkedAsync(pending);
        }
        else
        {
            await DiscardUnreadableAsync(pending);
        }
    }

    /// <summary>The same value as a pending one with its mark.</summary>
    private async Task RestageUnmarkedAsync(PendingVersion pending)
    {
        if (pending.IsUnmarked)
        {
            using ReadSecret value = await _store.ReadAsync(_primary, pending.Version, cancellationToken);
            Stop();
            _primary = await _store.DiscardAsync(_primary, cancellationToken);
            Stop();
            _primary = await _store.StageAsync(_primary, value.Value, cancellationToken);
        }
    }

    /// <summary>On Google the values say whether the pending one is current, and a disabled version tells no value.</summary>
    private async Task RecognizePromotedAsync()
    {
        if (_primary.Pending is not { IsSuperseded: true, IsPromoted: false } pending || await IsEnabledAsync(_primary.Current))
        {
            return;
        }

        using ReadSecret? current = await ReadExistingAsync(_primary, _primary.Current);
        using ReadSecret? waiting = await ReadExistingAsync(_primary, pending.Version);
        if (current is not null && waiting is not null && current.Value.Equals(waiting.Value))
        {
            _primary = _primary with { Pending = pending with { IsPromoted = true, IsSuperseded = false } };
        }
    }

    private async Task DiscardUnreadableAsync(PendingVersion pending)
    {
        host.Warning($"The pending version of '{Name}' was disabled, destroyed or moved by hand: it is discarded.");

        await AbandonAsync(pending);
    }

    /// <summary>
    /// Discards a pending value that the target may have. Once another value is current, it is revoked there, so it is read before the
    /// store has it no more.
    /// </summary>
    private async Task AbandonAsync(PendingVersion pending)
    {
        if (_target is not null)
        {
            await _reader.KeepAsync(_primary, pending.Version, cancellationToken);
            Leave(pending.Version);
        }

        await DiscardAllAsync();
    }

    /// <summary>The previous value of an overlap that this run could not end before: the next record does not tell of it.</summary>
    private void LeaveOverlap()
    {
        if (settings.Force && RotationItem.IsInOverlap(_primary))
        {
            Leave(_primary.Record!.From!);
        }
    }

    /// <summary>
    /// A rotation whose new value is current already, and was disabled or destroyed by hand: its record is written, and no workload is
    /// told, because none could read it.
    /// </summary>
    private async Task EndPromotedAsync(PendingVersion pending)
    {
        if (pending.Basis == _primary.Current)
        {
            Stop();
            _primary = await _store.DiscardAsync(_primary, cancellationToken);
            return;
        }

        await CloseAsync(RotationState.Overlap, unit.Overlap == TimeSpan.Zero ? TimeSpan.FromHours(1) : unit.Overlap);

        // A forced run retires it as soon as another value is current.
        Leave(pending.Basis);
    }

    /// <summary>Versions under the stage 'pending' whose mark is gone are taken for pending ones.</summary>
    private void TakeUnmarked()
    {
        _primary = Taken(_primary);
        _carriers = [.. _carriers.Select(Taken)];
    }

    private static RotationView Taken(RotationView view) =>
        view is { Pending: null, Unmarked: { } unmarked } ? view with { Pending = unmarked, Foreign = null } : view;

    /// <summary>Whether no other stored value logs in.</summary>
    private async Task<bool> IsOnlyAcceptedAsync(PendingVersion pending)
    {
        if (_target is null)
        {
            return false;
        }

        IReadOnlyList<ReadSecret> others = await AcceptedAsync();
        Array.ForEach([.. others], static o => o.Dispose());
        if (others.Count > 0)
        {
            return false;
        }

        using ReadSecret? accepted = await ReadAcceptedAsync(pending.Version, opens: true);
        return accepted is not null;
    }

    /// <summary>
    /// Where the last rotation's record does not tell of the current version (somebody set it, or removed the record), values from before
    /// may still be valid. A forced run revokes those that the record tells of; of all others it warns.
    /// </summary>
    private async Task WarnOfOthersAsync()
    {
        if (_target is null || !unit.CanTest || _primary.Pending is not null || _primary.Record?.To == _primary.Current)
        {
            return;
        }

        RotationRecord? record = _primary.Record;
        string?[] ours = [record?.To, record is { State: RotationState.Overlap } ? record.From : null];
        foreach (
            string version in ours.Append(_primary.Previous)
                .OfType<string>()
                .Where(v => v != _primary.Current)
                .Distinct(StringComparer.Ordinal)
        )
        {
            using ReadSecret? accepted = await ReadAcceptedAsync(version);
            bool isOurs = ours.Contains(version, StringComparer.Ordinal);
            if (isOurs && settings.Force && (accepted is not null || !await IsEnabledAsync(version)))
            {
                Leave(version);
            }
            else if (accepted is not null)
            {
                WarnAccepted(version);
            }
        }
    }

    private void WarnAccepted(string version) =>
        host.Warning(
            $"{_target!.Description} still accepts version {version} of '{Name}', and no rotation takes it out of use. Once nothing "
                + "needs it, revoke it there."
        );

    private string VersionOf(PendingVersion pending) => pending.IsPromoted ? _primary.Current : pending.Version;

    private FlowSecretException Unreadable(PendingVersion pending) =>
        new(
            ErrorIds.RotationNeedsAttention,
            Name,
            pending.IsPromoted
                ? $"Version {_primary.Current} of '{Name}', which a rotation made current, was disabled or destroyed by hand"
                : $"The pending version of '{Name}' was disabled or destroyed by hand",
            pending.IsPromoted
                ? Remedy.Of(
                    $"Make a new value: {Shell($"Invoke-FlowSecretRotation {Named} -Force")}; or go back: "
                        + $"{Shell($"Undo-FlowSecretRotation {Named}")}"
                )
                : Remedy.Of(
                    $"Discard it and make a new value: {Shell($"Invoke-FlowSecretRotation {Named} -Force")}; or discard it and keep the "
                        + $"current value: {Shell($"Undo-FlowSecretRotation {Named}")}"
                )
        );
}
