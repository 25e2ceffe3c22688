using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Operations.Rotation.Targets;
using FlowSecrets.Operations.Workloads;
using FlowSecrets.Ports;
using FlowSecrets.Values;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Operations.Rotation.Run;

/// <summary>What a rotation is allowed and told.</summary>
internal sealed record RotationSettings
{
    /// <summary>The old value is out of use at once; what stopped an earlier rotation does not stop this one.</summary>
    public bool Force { get; init; }

    /// <summary>The old credential may stop working before every workload has the new one.</summary>
    public bool AllowInterruption { get; init; }

    /// <summary>A person's own new value; null: made, or asked for.</summary>
    public SecretValue? Value { get; init; }

    /// <summary>How long a workload may take to become healthy.</summary>
    public TimeSpan Timeout { get; init; } = WorkloadSelection.Patience;
}

/// <summary>
/// One rotation, from wherever the last one was broken off. Nothing of how far it came is kept here: it is what the stores hold aside and
/// what the target accepts.
/// No value that the target may accept is given up before another one that is stored was seen to be accepted.
/// </summary>
internal sealed partial class RotationRun(
    Workspace workspace,
    RotationUnit unit,
    RotationSettings settings,
    OperationContext context,
    IOperationHost host,
    RotationTargetFactory targets,
    CancellationToken cancellationToken
) : IDisposable
{
    private const int MostValues = 3;

    private readonly IRotationStore _store = workspace.Store.Rotation;
    private readonly DateTimeOffset _started = context.Clock.GetUtcNow();
    private readonly RotationReader _reader = new(workspace.Store, context.Clock, host);
    private RotationView _primary = null!;
    private RotationView[] _carriers = [];
    private DateTimeOffset? _promoted;
    private RotationState _step = RotationState.Created;
    private IRotationTarget? _target;

    private string Name => unit.Secret.StoreName;

    /// <summary>How a command that is shown names it, at this very place.</summary>
    private SecretArgument Named => workspace.Argument(unit.Secret);

    /// <summary>As it was last seen; null: it was not looked at yet.</summary>
    public RotationView? Last => _primary;

    private IEnumerable<RotationView> Views => [.. _carriers, _primary];

    /// <summary>Rotates, or finishes a rotation.</summary>
    public async Task<RotationView> RotateAsync(RotationView seen)
    {
        await LookAsync(seen);
        await RequireReadablePendingAsync();
        await RequireUndisturbedAsync();
        RequireAllowed();
        await RequireSameValueAsync();
        LeaveOverlap();
        await WarnOfOthersAsync();
        return await GuardedAsync(async () =>
        {
            if (_primary.Pending is { IsPromoted: true } && _target is not ReencryptTarget)
            {
                // Where rotators met, the last word at the target may have been another value's.
                await ReachTestedAsync(isNew: false);
            }
            else if (_primary.Pending is not { IsPromoted: true })
            {
                if (!await IsAtTargetAsync())
                {
                    await RequireWorkloadsReadyAsync();
                }

                await ReachPromotedAsync(mayReplace: settings.Value is null);
            }

            await RedeployAsync();
            return await CloseAsync(RotationState.Overlap, settings.Force ? TimeSpan.Zero : unit.Overlap);
        });
    }

    /// <summary>The last step of an earlier run, whose record is written: what it left aside goes.</summary>
    public async Task<RotationView> TidyAsync(RotationView seen)
    {
        await LookAsync(seen);
        await RequireUndisturbedAsync();
        await CloseAllAsync(_primary.Record!);
        return _primary;
    }

    /// <summary>Whether its rotation has ended, and only the mark of what stood aside is left.</summary>
    internal static bool IsOver(RotationView view) =>
        view
            is {
                Pending: { IsPromoted: true } pending,
                Record: { State: RotationState.Overlap or RotationState.Retired or RotationState.Undone } record
            }
        && record.To == view.Current
        && record.From == pending.Basis;

    private async Task LookAsync(RotationView seen)
    {
        _primary = seen;
        _carriers = await Task.WhenAll(unit.Carriers.Select(c => _store.ViewAsync(c.Subject, cancellationToken)));
        _target = await targets.OpenAsync(workspace, unit, cancellationToken);
    }

    public void Dispose() => _reader.Dispose();

    private void Stop() => cancellationToken.ThrowIfCancellationRequested();

    /// <summary>Puts a new value aside, sets and tests it at the target, and makes it current.</summary>
    /// <param name="mayReplace">Whether a value that the target rejects is replaced by a new one.</param>
    private async Task ReachPromotedAsync(bool mayReplace = true)
    {
        for (int values = 1; ; values++)
        {
            _step = RotationState.Created;
            bool isNew = _primary.Pending is null;
            await StageAllAsync();
            try
            {
                await ReachTestedAsync(isNew);
                break;
            }
            catch (FlowSecretException e)
                when (mayReplace && e.Id == ErrorIds.CredentialRejected && values < MostValues && _primary.Pending is { IsUndo: false })
            {
                await RequireOtherAcceptedAsync(e);
                host.Verbose($"{_target!.Description} wants another value for '{Name}'; a new one is made ({values} of {MostValues}).");
                await DiscardAllAsync();
            }
        }

        _step = RotationState.Promoted;
        try
        {
            for (int i = 0; i < _carriers.Length; i++)
            {
                Stop();
                _carriers[i] = await _store.PromoteAsync(_carriers[i], cancellationToken);
            }

            Stop();
            _primary = await _store.PromoteAsync(_primary, cancellationToken);
        }
        catch (FlowSecretException e) when (e.Id == ErrorIds.Conflict && (_target is not null || _carriers.Length > 0))
        {
            throw e.With(
                Name,
                $"{e.CauseClause}; {_target?.Description ?? "what carries it"} has the rotation's value already",
                $"Run the same command again: it finds out which value holds. State: " + $"{Shell($"Get-FlowSecretRotation {Named}")}",
                inner: e
            );
        }

        _promoted = context.Clock.GetUtcNow();
    }

    /// <summary>Puts the primary's value aside, then the carriers', each made of it; what stands there already stays.</summary>
    private async Task StageAllAsync()
    {
        Stop();
        if (_primary.Pending is null)
        {
            using ReadSecret? current = await ReadBasisAsync(_primary, isNeeded: unit.Definition.Fields.Count > 0);
            using SecretValue value = await NewValueAsync(current?.Value);
            Stop();
            _primary = await _store.StageAsync(_primary, value, cancellationToken);
            RequireOwn(isUndo: false);
        }

        if (unit.Carriers.Count == 0)
        {
            return;
        }

        using ReadSecret pending = await _store.ReadAsync(_primary, _primary.Pending!.Version, cancellationToken);
        for (int i = 0; i < _carriers.Length; i++)
        {
            Stop();
            _carriers[i] = await StageCarrierAsync(_carriers[i], unit.Carriers[i], pending.Value);
        }
    }

    private async Task<RotationView> StageCarrierAsync(RotationView view, RotationCarrier carrier, SecretValue pending)
    {
        using ReadSecret? current = await ReadBasisAsync(view, isNeeded: carrier.Carrier.Password is not null);
        using SecretValue wanted = RotationValues.ForCarrier(unit, carrier.Carrier, current?.Value, pending, view.StoreName);
        if (view.Pending is { } there)
        {
            using ReadSecret? aside = await ReadEnabledAsync(view, there.Version);
            if (aside?.Value.Equals(wanted) == true || (there.IsPromoted && current?.Value.Equals(wanted) == true))
            {
                return view;
            }

            // Made for a value that was given up meanwhile.
            view = await _store.DiscardAsync(view, cancellationToken);
        }

        return await _store.StageAsync(view, wanted, cancellationToken);
    }

    private async Task<SecretValue> NewValueAsync(SecretValue? current)
    {
        if (settings.Value is not null || !unit.IsAsked)
        {
            return RotationValues.New(unit, current, settings.Value);
        }

        using SecretValue answer = await host.AskSecretAsync(
            new Question(
                $"New value of {unit.Definition.Prompt ?? unit.Definition.Key}, as its provider shows it",
                null,
                "Give it with -Value (a SecureString)."
            ),
            cancellationToken
        );
        return answer.IsEmpty()
            ? throw new FlowSecretException(
                ErrorIds.EmptyValue,
                Name,
                "No new value was given",
                "Make a new key at the provider, then run the command again; nothing was changed."
            )
            : RotationValues.New(unit, current, answer);
    }

    private async Task DiscardAllAsync()
    {
        // The primary's last: while it is there, the next run knows what the carriers were for.
        for (int i = 0; i < _carriers.Length; i++)
        {
            if (_carriers[i].Pending is { IsPromoted: false })
            {
                Stop();
                _carriers[i] = await _store.DiscardAsync(_carriers[i], cancellationToken);
            }
        }

        Stop();
        _primary = await _store.DiscardAsync(_primary, cancellationToken);
    }

    private async Task<RotationView> CloseAsync(RotationState state, TimeSpan overlap)
    {
        _step = state;
        DateTimeOffset now = context.Clock.GetUtcNow();
        RotationRecord record = new(state)
        {
            From = _primary.Pending!.Basis,
            To = _primary.Current,
            Started = _primary.Record is { FailedStep: not null } open && open.From == _primary.Pending.Basis ? open.Started : _started,
            Promoted = _promoted ?? now,
            Ended = now,

            // To the next whole second, as the record has it: an overlap is never shorter than was said.
            RetireAt =
                state == RotationState.Undone ? null
                : overlap == TimeSpan.Zero ? now
                : DateTimeOffset.FromUnixTimeSeconds((now + overlap).ToUnixTimeSeconds() + 1),
            By = Rotator.Of(context.Variable),
        };
        await CloseAllAsync(record);
        return _primary;
    }

    private async Task CloseAllAsync(RotationRecord record)
    {
        for (int i = 0; i < _carriers.Length; i++)
        {
            if (_carriers[i].Pending is { } pending)
            {
                Stop();
                _carriers[i] = await _store.CloseAsync(
                    _carriers[i],
                    IsOver(_carriers[i]) ? _carriers[i].Record! : record with { From = pending.Basis, To = _carriers[i].Current },
                    cancellationToken
                );
            }
        }

        Stop();
        _primary = await _store.CloseAsync(_primary, record, cancellationToken);
    }
}
