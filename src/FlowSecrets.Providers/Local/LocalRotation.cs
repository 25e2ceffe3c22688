using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Values;

namespace FlowSecrets.Providers.Local;

/// <summary>Rotation in the local store: stages and labels of one table, each step one transaction.</summary>
internal sealed class LocalRotation(LocalStore store) : IRotationStore
{
    public Task<RotationView> ViewAsync(RotationSubject subject, CancellationToken cancellationToken) =>
        Task.FromResult(store.Look(subject.StoreName, t => View(subject, t), cancellationToken));

    public RotationFinding RoomIn(RotationView view) => new("quota", true, "A local store has none.");

    public Task<RotationView> StageAsync(RotationView view, SecretValue value, CancellationToken cancellationToken)
    {
        StoreErrors.RequireSize(view.StoreName, value, LocalStore.MaxValueBytes);
        return ChangeAsync(
            view,
            (session, table) =>
            {
                if (table.Staged(Stages.Pending) is null)
                {
                    RequireCurrent(view, table);
                    Stage(table, session.Append(table, value, store.Now()), view, isUndo: false);
                }
            },
            cancellationToken
        );
    }

    public Task<RotationView> StageAgainAsync(RotationView view, string version, CancellationToken cancellationToken) =>
        ChangeAsync(
            view,
            (_, table) =>
            {
                RequireCurrent(view, table);
                if (table.Staged(Stages.Pending) is { } staged && staged.Number.ToString() != version)
                {
                    // Somebody else's new value: it may be the one that the target accepts.
                    return;
                }

                VersionRow row = LocalStore.Numbered(table, version);
                (row.State, row.IsChanged) =
                    row.State == VersionState.Destroyed
                        ? throw StoreErrors.VersionDestroyed(view.StoreName, version)
                        : (VersionState.Enabled, true);
                Stage(table, row, view, isUndo: true);
            },
            cancellationToken
        );

    public Task<ReadSecret> ReadAsync(RotationView view, string version, CancellationToken cancellationToken) =>
        store.ReadAsync(view.StoreName, new VersionSelector(version, null), cancellationToken);

    public Task SetStateAsync(RotationView view, string version, VersionState state, CancellationToken cancellationToken) =>
        store.SetVersionStateAsync(view.StoreName, version, state, cancellationToken);

    public Task<IReadOnlyList<string>> LeftAsync(RotationView view, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>([]);

    public Task<RotationView> PromoteAsync(RotationView view, CancellationToken cancellationToken) =>
        ChangeAsync(
            view,
            (_, table) =>
            {
                VersionRow row = RequirePending(view, table);
                if (!row.Stages.Contains(Stages.Current, StringComparer.Ordinal))
                {
                    RequireCurrent(view, table);
                    table.Move(Stages.Previous, table.Staged(Stages.Current));
                    table.Move(Stages.Current, row);
                }
            },
            cancellationToken
        );

    public Task<RotationView> DiscardAsync(RotationView view, CancellationToken cancellationToken) =>
        ChangeAsync(
            view,
            (_, table) =>
            {
                if (table.Staged(Stages.Pending) is { } row && row.Number.ToString() == view.Pending?.Version)
                {
                    // Its value stays readable: another machine may just be about to give it to the target.
                    table.Move(Stages.Pending, null);
                    Mark(table, "");
                }
            },
            cancellationToken
        );

    public Task<RotationView> RecordAsync(RotationView view, RotationRecord record, CancellationToken cancellationToken) =>
        ChangeAsync(view, (_, table) => Write(view, table, record, ends: false), cancellationToken);

    public Task<RotationView> CloseAsync(RotationView view, RotationRecord record, CancellationToken cancellationToken) =>
        ChangeAsync(
            view,
            (_, table) =>
            {
                if (table.Staged(Stages.Pending) is not null)
                {
                    RequirePending(view, table);
                    Write(view, table, record, ends: true);
                    table.Move(Stages.Pending, null);
                    Mark(table, "");
                }
            },
            cancellationToken
        );

    public Task<RotationView> RetireAsync(RotationView view, string version, RotationRecord record, CancellationToken cancellationToken) =>
        ChangeAsync(
            view,
            (_, table) =>
            {
                VersionRow? row = table.Numbered(version);
                if (row is not null && row.Stages.Contains(Stages.Pending, StringComparer.Ordinal))
                {
                    throw StoreErrors.Conflict(view.StoreName, $"Version {version} of '{view.StoreName}' is being made current again");
                }

                if (row is { State: VersionState.Enabled } && !row.Stages.Contains(Stages.Current, StringComparer.Ordinal))
                {
                    table.Move(Stages.Previous, table.Staged(Stages.Previous) == row ? null : table.Staged(Stages.Previous));
                    (row.State, row.IsChanged) = (VersionState.Disabled, true);
                }

                Write(view, table, record, ends: false);
            },
            cancellationToken
        );

    public Task<RotationView> RunNativeAsync(RotationSubject subject, CancellationToken cancellationToken) =>
        throw StoreErrors.NotSupported(
            store.Place,
            subject.StoreName,
            "Only AWS Secrets Manager has a rotation of its own",
            "Leave -Native out."
        );

    private Task<RotationView> ChangeAsync(
        RotationView view,
        Action<LocalSession, SecretTable> change,
        CancellationToken cancellationToken
    ) =>
        Task.FromResult(
            store.Change(
                view.StoreName,
                (session, table) =>
                {
                    change(session, table);
                    return View(view.Subject, table);
                },
                cancellationToken
            )
        );

    private RotationView View(RotationSubject subject, SecretTable table)
    {
        VersionRow current = table.Staged(Stages.Current) ?? throw StoreErrors.HasNoVersion(store.Place, table.Name);
        VersionRow? staged = table.Staged(Stages.Pending);
        IReadOnlyDictionary<string, string> labels = SecretTable.ReadLabels(table.Labels);
        PendingVersion? pending = staged is null
            ? null
            : RotationNotes.Parse(labels.GetValueOrDefault(RotationNotes.Pending), staged.Number.ToString(), staged == current);
        if (pending is { IsPromoted: true } && pending.Basis == pending.Version)
        {
            // Somebody moved the stage: what was pending is elsewhere.
            pending = null;
        }

        return new RotationView(subject)
        {
            Current = current.Number.ToString(),
            CurrentCreated = DateTimeOffset.FromUnixTimeMilliseconds(current.Created),
            Previous = table.Staged(Stages.Previous) is { State: VersionState.Enabled } previous ? previous.Number.ToString() : null,
            Pending = pending is null
                ? null
                : pending with
                {
                    IsSuperseded = !pending.IsPromoted && pending.Basis != current.Number.ToString(),
                },
            Foreign =
                staged is not null && pending is null
                    ? $"Version {staged.Number} of '{table.Name}' has the stage 'pending', and no rotation of FlowSecrets put it there"
                    : null,
            Unmarked =
                staged is not null && pending is null
                    ? PendingVersion.Unmarked(
                        staged.Number.ToString(),
                        current.Number.ToString(),
                        table.Staged(Stages.Previous)?.Number.ToString()
                    )
                    : null,
            Record = RotationNotes.RecordOf(labels),
            Journal = RotationNotes.JournalOf(labels),
        };
    }

    private static void Stage(SecretTable table, VersionRow row, RotationView view, bool isUndo)
    {
        table.Move(Stages.Pending, row);
        Mark(table, RotationNotes.MarkOf(view.Current, 1, isUndo));
    }

    private static void Write(RotationView view, SecretTable table, RotationRecord record, bool ends)
    {
        IReadOnlyDictionary<string, string> labels = SecretTable.ReadLabels(table.Labels);
        RotationNotes.RequireSame(view.StoreName, labels.GetValueOrDefault(RotationNotes.Record), view.Record);
        SetNotes(table, RotationNotes.Changes(labels, record, ends));
    }

    private static void Mark(SecretTable table, string mark) =>
        SetNotes(table, new(StringComparer.Ordinal) { [RotationNotes.Pending] = mark });

    private static void SetNotes(SecretTable table, Dictionary<string, string> changes)
    {
        if (LabelChanges.Merge(SecretTable.ReadLabels(table.Labels), changes) is { } all)
        {
            table.Labels = SecretTable.WriteLabels(all);
        }
    }

    private static void RequireCurrent(RotationView view, SecretTable table)
    {
        if (table.Staged(Stages.Current)?.Number.ToString() is var now && now != view.Current)
        {
            throw StoreErrors.Conflict(view.StoreName, $"The current version of '{view.StoreName}' is {now ?? "none"}, not {view.Current}");
        }
    }

    private static VersionRow RequirePending(RotationView view, SecretTable table) =>
        table.Staged(Stages.Pending) is { } row && row.Number.ToString() == view.Pending?.Version
            ? row
            : throw StoreErrors.Conflict(view.StoreName, $"Version {view.Pending?.Version} of '{view.StoreName}' is no longer pending");
}
