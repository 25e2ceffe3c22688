using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Operations.Rotation.Targets;
using FlowSecrets.Ports;
using FlowSecrets.Values;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Operations.Rotation.Run;

// The end of the previous version: the target revokes it, then the store disables it. Nothing is called retired that the target may accept.
internal sealed partial class RotationRun
{
    /// <summary>Previous versions that this run could not revoke so far.</summary>
    private readonly List<string> _unrevoked = [];

    /// <summary>Retires the previous value, once every workload is healthy on the new one.</summary>
    /// <exception cref="FlowSecretException">RotationNeedsAttention: a value could not be revoked at the target.</exception>
    public async Task<RotationView> RetireAsync(RotationView seen)
    {
        await LookAsync(seen);
        RotationRecord record = _primary.Record!;
        RequireNoForeign();
        await RequireCurrentReadableAsync();
        return await GuardedAsync(async () =>
        {
            _step = RotationState.Retired;
            await RequireWorkloadsCurrentAsync();
            await RevokeOldAsync(record.From!);
            await RevokeLeftOverAsync();
            if (unit.Rotation.Target is { Kind: "manual", Revoke: null })
            {
                host.Warning($"The previous value of '{Name}' is still valid at its provider: revoke it there.");
            }

            await WarnOfNewerAsync(record.From!);
            await RetireCarriersAsync();
            Stop();
            _primary = await _store.RetireAsync(_primary, record.From!, EndOf(record), cancellationToken);
            return _unrevoked.Count == 0 ? _primary : throw Unrevoked(_unrevoked);
        });
    }

    /// <summary>A previous version that stays valid because its retirement failed; the next retirement of this run tries again.</summary>
    public void Leave(string version)
    {
        if (!_unrevoked.Contains(version, StringComparer.Ordinal))
        {
            _unrevoked.Add(version);
        }
    }

    private RotationRecord EndOf(RotationRecord record) =>
        _unrevoked.Count == 0
            ? record with
            {
                State = RotationState.Retired,
                FailedStep = null,
                Failures = 0,
                ErrorId = null,
            }
            : record with
            {
                State = RotationState.NeedsAttention,
                FailedStep = RotationState.Retired,
                Failures = 1,
                ErrorId = ErrorIds.RotationNeedsAttention,
            };

    private async Task RetireCarriersAsync()
    {
        for (int i = 0; i < _carriers.Length; i++)
        {
            if (_carriers[i].Record is { State: RotationState.Overlap, From: { } from } carried)
            {
                Stop();
                _carriers[i] = await _store.RetireAsync(
                    _carriers[i],
                    from,
                    carried with
                    {
                        State = RotationState.Retired,
                    },
                    cancellationToken
                );
            }
        }
    }

    /// <summary>While nobody can read the current version, the previous one is what is left. A forced rotation goes on.</summary>
    private async Task RequireCurrentReadableAsync()
    {
        if (!settings.Force && !await IsEnabledAsync(_primary.Current))
        {
            throw new FlowSecretException(
                ErrorIds.RotationNeedsAttention,
                Name,
                $"The current version {_primary.Current} of '{Name}' is disabled or destroyed, so version {_primary.Record?.From} is not "
                    + $"retired",
                $"Make a new value: {Shell($"Invoke-FlowSecretRotation {Named} -Force")}; or go back: "
                    + $"{Shell($"Undo-FlowSecretRotation {Named}")}"
            );
        }
    }

    private async Task RevokeOldAsync(string version)
    {
        if (_target is not { } target || version == _primary.Current)
        {
            return;
        }

        try
        {
            using ReadSecret old = await _reader.ReadAsync(_primary, version, cancellationToken);
            await RequireUnchangedAsync();
            await RevokeAsync(target, old.Value);
        }
        catch (FlowSecretException e) when (RotationReader.IsGone(e))
        {
            // Where there is one user, the new password ended the old one.
            if (!unit.KillsOldAtOnce)
            {
                Leave(version);
            }
        }
    }

    /// <summary>What an earlier retirement of this run could not revoke.</summary>
    private async Task RevokeLeftOverAsync()
    {
        foreach (string version in _unrevoked.Where(v => v != _primary.Record?.From).ToArray())
        {
            await RequireUnchangedAsync();
            try
            {
                if (_target is { } target)
                {
                    using ReadSecret old = await _reader.ReadAsync(_primary, version, cancellationToken);
                    if (!unit.CanTest || await target.TestAsync(old.Value, cancellationToken))
                    {
                        await RevokeAsync(target, old.Value);
                    }
                }

                _unrevoked.Remove(version);
                await DisableAsync(version);
            }
            catch (FlowSecretException e) when (RotationReader.IsGone(e) || e.Id == ErrorIds.Conflict)
            {
                if (_target is null || unit.KillsOldAtOnce)
                {
                    _unrevoked.Remove(version);
                }
            }
            catch (FlowSecretException e)
            {
                host.Verbose($"Version {version} of '{Name}' could not be revoked: {e.Message}");
            }
        }
    }

    private async Task DisableAsync(string version)
    {
        try
        {
            if (workspace.Store.Capabilities.VersionDisable)
            {
                await _store.SetStateAsync(_primary, version, VersionState.Disabled, cancellationToken);
            }
        }
        catch (FlowSecretException e) when (RotationReader.IsGone(e) || e.Id is ErrorIds.SecretNotFound or ErrorIds.SecretHasNoVersion)
        {
            // The store has it no more.
        }
    }

    /// <summary>Versions since the previous one that are not current: rotations or somebody else abandoned them.</summary>
    private async Task WarnOfNewerAsync(string from)
    {
        if (_target is null || !unit.CanTest)
        {
            return;
        }

        foreach (
            SecretVersionInfo version in (await workspace.Store.ListVersionsAsync(Name, cancellationToken))
                .TakeWhile(v => v.Version != from)
                .Where(v => v.State == VersionState.Enabled && v.Version != _primary.Current)
                .Take(MostVersionsTried)
        )
        {
            using ReadSecret? accepted = await ReadAcceptedAsync(version.Version);
            if (accepted is not null)
            {
                WarnAccepted(version.Version);
            }
        }
    }

    /// <summary>The workloads may have taken long: what is revoked must still be retired.</summary>
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
                $"Somebody else rotated '{Name}', or took the rotation back, while its previous value was to be retired; its "
                    + $"current version is {now.Current}"
            );
        }

        _primary = now;
    }

    private async Task RevokeAsync(IRotationTarget target, SecretValue old)
    {
        using ReadSecret? current = await ReadExistingAsync(_primary, _primary.Current);
        Stop();
        if (current is null || old.Equals(current.Value) || !await target.TestAsync(current.Value, cancellationToken))
        {
            throw new FlowSecretException(
                ErrorIds.CredentialRejected,
                Name,
                $"{target.Description} does not accept the current value of '{Name}', so the previous one is not retired",
                $"Rotate again: {Shell($"Invoke-FlowSecretRotation {Named} -Force")}; or go back: "
                    + $"{Shell($"Undo-FlowSecretRotation {Named}")}"
            );
        }

        if (await target.RevokeAsync(old, current.Value, cancellationToken) is { } said)
        {
            host.Verbose(said);
        }

        if (target is ReencryptTarget || !unit.CanTest || !await target.TestAsync(old, cancellationToken))
        {
            return;
        }

        if (unit.CanRevoke)
        {
            throw new FlowSecretException(
                ErrorIds.TargetUnavailable,
                Name,
                $"{target.Description} was told to revoke the old value of '{Name}' and still accepts it",
                "If revocations take a while there, run the same command again later; otherwise correct the script 'revoke'."
            );
        }

        host.Warning($"{target.Description} still accepts the old value of '{Name}': revoke it there. The catalog names no way to do it.");
    }

    private static string Shown(string version) =>
        version.Contains('/', StringComparison.Ordinal) ? "a pending version" : $"version {version}";

    /// <summary>The end of a retirement that must not be called one.</summary>
    private FlowSecretException Unrevoked(IReadOnlyList<string> versions) =>
        new(
            ErrorIds.RotationNeedsAttention,
            Name,
            $"{(versions.Count == 0 ? "A previous version" : string.Join(", ", versions.Select(Shown)))} of '{Name}' could not be revoked "
                + $"at the target: its value does not exist in the store any more, or the target did not revoke it. Version "
                + $"{_primary.Current} is current",
            $"Revoke the old value at {_target?.Description ?? "the system that checks it"} by hand. Then rotate once more, which ends "
                + $"this state: {Shell($"Invoke-FlowSecretRotation {Named} -Force")}"
        );
}
