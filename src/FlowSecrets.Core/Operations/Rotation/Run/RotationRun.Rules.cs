using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Values;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Operations.Rotation.Run;

// What stops a rotation, and what is written down of it.
internal sealed partial class RotationRun
{
    /// <summary>What says nothing of the rotation itself: the next run may find it otherwise without anybody's help.</summary>
    private static readonly string[] NotCounted =
    [
        ErrorIds.Conflict,
        ErrorIds.Throttled,
        ErrorIds.StoreUnavailable,
        ErrorIds.StoreLocked,
        ErrorIds.NotAuthenticated,
        ErrorIds.WriteUncertain,
        ErrorIds.CannotPrompt,
        ErrorIds.RotationInProgress,
        ErrorIds.RotationNeedsAttention,
        ErrorIds.InterruptionNotAllowed,
        ErrorIds.EmptyValue,
        ErrorIds.BadArgument,
    ];

    /// <exception cref="FlowSecretException">RotationInProgress: somebody else rotates it. Conflict: a version came in between.</exception>
    private async Task RequireUndisturbedAsync()
    {
        RequireNoForeign();
        RequireOwn(isUndo: false);

        for (int i = 0; i < _carriers.Length; i++)
        {
            if (_carriers[i].Pending is { IsSuperseded: true })
            {
                // What it carries is made anew from what it holds now.
                _carriers[i] = await _store.DiscardAsync(_carriers[i], cancellationToken);
            }
        }

        if (_primary.Pending is { IsSuperseded: true })
        {
            await RequireRebasedAsync();
        }
    }

    private void RequireNoForeign()
    {
        if (Views.FirstOrDefault(static v => v.Foreign is not null) is { } disturbed)
        {
            throw new FlowSecretException(
                ErrorIds.RotationInProgress,
                disturbed.StoreName,
                disturbed.Foreign!,
                disturbed.Unmarked is null
                    ? Remedy.Of(
                        $"Let it end, or run AWS's own rotation: {Shell($"Invoke-FlowSecretRotation {Named} -Native")}. If nothing rotates "
                            + $"it, move the stage away: "
                            + $"{Shell($"Set-FlowSecretVersion {Stored(disturbed.StoreName)} -Version current -Stage pending")}"
                    )
                    : Remedy.Of(
                        $"If nothing else rotates it, discard that version: {Shell($"Invoke-FlowSecretRotation {Named} -Force")} makes a "
                            + $"new value; {Shell($"Undo-FlowSecretRotation {Named}")} keeps the current one"
                    )
            );
        }
    }

    /// <summary>
    /// What stands aside is a new value, or an older one that comes back, as this run wants: whoever was first with the other counts.
    /// </summary>
    /// <exception cref="FlowSecretException">RotationInProgress.</exception>
    private void RequireOwn(bool isUndo)
    {
        if (_primary.Pending is { } pending && pending.IsUndo != isUndo)
        {
            throw new FlowSecretException(
                ErrorIds.RotationInProgress,
                Name,
                isUndo
                    ? $"Another rotation of '{Name}' was begun meanwhile"
                    : $"A rotation of '{Name}' is being taken back, and that was broken off",
                isUndo
                    ? Remedy.Of($"Finish it first: {Shell($"Invoke-FlowSecretRotation {Named}")}")
                    : Remedy.Of($"Finish it first: {Shell($"Undo-FlowSecretRotation {Named}")}")
            );
        }
    }

    /// <summary>
    /// A version that this rotation did not make is current. Where the target says that only the pending one logs in, the rotation goes on
    /// over it.
    /// </summary>
    private async Task RequireRebasedAsync()
    {
        PendingVersion pending = _primary.Pending!;
        if (
            _target is not null
            && await ReadAcceptedAsync(_primary.Current, opens: true) is null
            && await ReadAcceptedAsync(pending.Version) is { } accepted
        )
        {
            accepted.Dispose();
            host.Warning(
                $"Version {_primary.Current} of '{Name}' was set by somebody else, and {_target.Description} does not accept it; the "
                    + $"rotation goes on with its own value, which it accepts."
            );
            _primary = _primary with { Pending = pending with { IsSuperseded = false } };
            return;
        }

        if (settings.Force)
        {
            await AbandonAsync(pending);
            return;
        }

        throw new FlowSecretException(
            ErrorIds.Conflict,
            Name,
            $"Version {_primary.Current} of '{Name}' was set by somebody else while a rotation from version {pending.Basis} was under "
                + $"way; it holds, and the rotation's own value still waits aside",
            $"Discard the rotation: {Shell($"Undo-FlowSecretRotation {Named}")}; or discard it and rotate again: "
                + $"{Shell($"Invoke-FlowSecretRotation {Named} -Force")}"
        );
    }

    /// <summary>A person's own value is not passed over because another one was under way.</summary>
    /// <exception cref="FlowSecretException">RotationInProgress.</exception>
    private async Task RequireSameValueAsync()
    {
        if (settings.Value is not { } given || _primary.Pending is not { } pending)
        {
            return;
        }

        using ReadSecret there = await _store.ReadAsync(_primary, pending.Version, cancellationToken);
        using SecretValue wanted = RotationValues.New(unit, there.Value, given);
        if (RotationValues.Password(unit, wanted) != RotationValues.Password(unit, there.Value))
        {
            throw new FlowSecretException(
                ErrorIds.RotationInProgress,
                Name,
                $"A rotation of '{Name}' to another value than the given one is under way",
                $"Finish it first: {Shell($"Invoke-FlowSecretRotation {Named}")}; or take it back: "
                    + $"{Shell($"Undo-FlowSecretRotation {Named}")}; then give the value again."
            );
        }
    }

    /// <exception cref="FlowSecretException">RotationNeedsAttention, RotationInProgress.</exception>
    private void RequireAllowed()
    {
        if (_primary.Record is not { } record || settings.Force)
        {
            return;
        }

        if (record is { State: RotationState.NeedsAttention, FailedStep: RotationState.Retired })
        {
            throw Unrevoked(record.From is { } from ? [from] : []);
        }

        if (record.State == RotationState.NeedsAttention)
        {
            throw Attention($"the step '{record.FailedStep}' failed {record.Failures} times, the last time as {record.ErrorId}");
        }

        if (_primary.Pending is null && record is { State: RotationState.Overlap, RetireAt: { } end } && record.To == _primary.Current)
        {
            throw new FlowSecretException(
                ErrorIds.RotationInProgress,
                Name,
                $"'{Name}' was rotated at {record.Ended:yyyy-MM-dd HH:mm} UTC, and the value before stays valid until "
                    + $"{end:yyyy-MM-dd HH:mm} UTC: another rotation would take it from whoever still uses it",
                $"Wait until then, or, if a value has leaked, do it now: " + $"{Shell($"Invoke-FlowSecretRotation {Named} -Force")}"
            );
        }
    }

    /// <summary>
    /// Runs steps; a failure is counted and written down, the third of one step ends the rotation until a person looks at it.
    /// </summary>
    private async Task<RotationView> GuardedAsync(Func<Task<RotationView>> steps)
    {
        try
        {
            return await steps();
        }
        catch (FlowSecretException e)
            when (!NotCounted.Contains(e.Id, StringComparer.Ordinal) && (_primary.Pending is not null || _step == RotationState.Retired))
        {
            if (await WriteFailureAsync(e))
            {
                throw await AttentionAsync(e);
            }

            throw;
        }
    }

    /// <returns>Whether it is the last one.</returns>
    private async Task<bool> WriteFailureAsync(FlowSecretException error)
    {
        RotationRecord? before = _primary.Record;
        int failures = before?.FailedStep == _step && before.State is not RotationState.NeedsAttention ? before.Failures + 1 : 1;
        bool isLast = failures >= RotationItem.MostFailures;
        RotationRecord record = (
            _step == RotationState.Retired
                ? before!
                : new RotationRecord(RotationState.Created)
                {
                    From = _primary.Pending?.Basis,
                    To = _primary.Pending is { IsPromoted: true } ? _primary.Current : null,
                    Started = before is { FailedStep: not null } && before.From == _primary.Pending?.Basis ? before.Started : _started,
                }
        ) with
        {
            FailedStep = _step,
            Failures = failures,
            ErrorId = error.Id,
            By = Rotator.Of(context.Variable),
        };
        try
        {
            // An overlap stays one: what failed there is only that it could not be ended.
            _primary = await _store.RecordAsync(
                _primary,
                (isLast || before is { State: RotationState.NeedsAttention }) && _step != RotationState.Retired
                    ? record with
                    {
                        State = RotationState.NeedsAttention,
                    }
                    : record with
                    {
                        State = _step == RotationState.Retired ? RotationState.Overlap : Reached,
                    },
                cancellationToken
            );
        }
        catch (FlowSecretException e)
        {
            host.Verbose($"The failure could not be written down: {e.Message}");
        }

        return isLast;
    }

    /// <summary>The state before the step that failed.</summary>
    private RotationState Reached =>
        _step switch
        {
            RotationState.Applied or RotationState.Created => RotationState.Created,
            RotationState.Tested => RotationState.Applied,
            RotationState.Promoted => RotationState.Tested,
            RotationState.Redeployed => RotationState.Promoted,
            RotationState.Healthy => RotationState.Redeployed,
            _ => RotationState.Healthy,
        };

    private async Task<FlowSecretException> AttentionAsync(FlowSecretException why) =>
        new(
            ErrorIds.RotationNeedsAttention,
            Name,
            $"The rotation of '{Name}' stopped at the step '{_step}': {why.CauseClause}. {await SystemsAsync()}",
            why.Advice.Then(
                $"Then go on: {Shell($"Invoke-FlowSecretRotation {Named} -Force")} (the old "
                    + $"value goes out of use as soon as the workloads have the new one); or go back, which keeps it: "
                    + $"{Shell($"Undo-FlowSecretRotation {Named}")}"
            ),
            why
        );

    private FlowSecretException Attention(string why) =>
        new(
            ErrorIds.RotationNeedsAttention,
            Name,
            $"The rotation of '{Name}' waits for a person: {why}. In the {workspace.Place}: {StoreText()}",
            $"See what stands where: {Shell($"Test-FlowSecretRotation {Named}")}; then go on: "
                + $"{Shell($"Invoke-FlowSecretRotation {Named} -Force")} (the old value goes out of use as soon as the "
                + $"workloads have the new one); or go back, which keeps it: {Shell($"Undo-FlowSecretRotation {Named}")}"
        );

    private string StoreText() =>
        _primary.Pending is { } pending
            ? pending.IsPromoted
                ? $"version {_primary.Current} is current, {pending.Basis} the one before"
                : $"version {_primary.Current} is current, and a new value waits aside"
            : $"version {_primary.Current} is current{(_primary.Previous is { } previous ? $", {previous} the one before" : "")}";

    /// <summary>In which state each of the systems is; nothing is changed for it.</summary>
    private async Task<string> SystemsAsync()
    {
        List<string> texts = [$"In the {workspace.Place}: {StoreText()}."];
        if (_target is not null)
        {
            texts.Add($"{_target.Description} {await AcceptedTextAsync()}.");
        }

        texts.AddRange(await WorkloadTextsAsync());
        return string.Join(' ', texts);
    }

    private async Task<string> AcceptedTextAsync()
    {
        List<string> accepted = [];
        List<string> unread = [];
        try
        {
            foreach (
                (string word, string? version) in new[]
                {
                    ("the pending value", _primary.Pending is { IsPromoted: false } p ? p.Version : null),
                    ("the current value", _primary.Current),
                    ("the value before", _primary.Pending is { IsPromoted: true } q ? q.Basis : _primary.Previous),
                }
            )
            {
                if (version is not null && !await IsEnabledAsync(version))
                {
                    unread.Add(word);
                }
                else if (version is not null && await ReadAcceptedAsync(version) is { } read)
                {
                    read.Dispose();
                    accepted.Add(word);
                }
            }
        }
        catch (FlowSecretException e)
        {
            return $"cannot be asked now ({e.Id})";
        }

        return (accepted.Count == 0 ? "accepts none of the stored values" : $"accepts {string.Join(" and ", accepted)}")
            + (unread.Count == 0 ? "" : $"; not asked, because the store does not give it: {string.Join(" and ", unread)}");
    }
}
