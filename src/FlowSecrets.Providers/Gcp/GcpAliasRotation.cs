namespace FlowSecrets.Providers.Gcp;

/// <summary>
/// The same for consumers that read by the alias 'current': a pending value is a version of the secret itself, under the alias 'pending', and the
/// aliases are moved together in one update with the etag.
/// </summary>
internal sealed class GcpAliasRotation(GcpStore store)
{
    public async Task<RotationView> ViewAsync(RotationSubject subject, CancellationToken cancellationToken)
    {
        string name = subject.StoreName;
        GcpSecret secret = await store.GetAsync(name, cancellationToken);
        string newest = await store.NewestNumberAsync(name, cancellationToken);
        string current = Alias(secret, Stages.Current) ?? newest;
        string? mark = secret.Annotations?.GetValueOrDefault(RotationNotes.Pending);
        string? aliased = Alias(secret, Stages.Pending);
        PendingVersion? pending = aliased is null ? null : RotationNotes.Parse(mark, aliased, aliased == current);
        if (pending is null && mark is not null && Baseline(mark) is { } baseline && newest != baseline)
        {
            // It was added, and broken off before the alias came.
            pending = RotationNotes.Parse(mark, newest, newest == current);
        }

        return new RotationView(subject)
        {
            Current = current,
            Previous = Alias(secret, Stages.Previous) is { } previous && previous != current ? previous : null,
            Pending = pending is null ? null : pending with { IsSuperseded = !pending.IsPromoted && pending.Basis != current },
            Foreign = aliased is not null && pending is null ? $"Version {aliased} of '{name}' has the alias 'pending', and no rotation of FlowSecrets put it there" : null,
            Record = RotationNotes.RecordOf(secret.Annotations),
            Journal = RotationNotes.JournalOf(secret.Annotations),
            Mark = secret,
        };
    }

    public async Task<RotationView> StageAsync(RotationView view, SecretValue value, bool isUndo, CancellationToken cancellationToken)
    {
        string name = view.StoreName;
        StoreErrors.RequireSize(name, value, GcpStore.MaxValueBytes);
        string newest = await store.NewestNumberAsync(name, cancellationToken);

        // What is to come is written down first, with the alias that keeps the consumers where they are.
        view = view with { Mark = await MarkAsync(view, $"{RotationNotes.MarkOf(view.Current, 1, isUndo)} newest={newest}", null, cancellationToken) };
        GcpVersion added = await store.AddAsync(name, value, long.Parse(newest), cancellationToken);
        GcpSecret written = await AliasesAsync(view, a => a[Stages.Pending] = long.Parse(added.Number), cancellationToken);
        return view with { Mark = written, Pending = new PendingVersion(added.Number, view.Current, false) { IsUndo = isUndo } };
    }

    public async Task<RotationView> StageVersionAsync(RotationView view, string version, CancellationToken cancellationToken)
    {
        GcpSecret written = await MarkAsync(view, RotationNotes.MarkOf(view.Current, 1, isUndo: true), a => a[Stages.Pending] = long.Parse(version), cancellationToken);
        return view with { Mark = written, Pending = new PendingVersion(version, view.Current, false) { IsUndo = true } };
    }

    public async Task<RotationView> PromoteAsync(RotationView view, CancellationToken cancellationToken)
    {
        PendingVersion pending = Pending(view);
        GcpSecret written = await AliasesAsync(
            view,
            aliases =>
            {
                if (aliases.TryGetValue(Stages.Current, out long now) && now.ToString() != view.Current && now.ToString() != pending.Version)
                {
                    throw StoreErrors.Conflict(view.StoreName, $"The alias 'current' of '{view.StoreName}' is on version {now}, not {view.Current}");
                }

                if (!aliases.TryGetValue(Stages.Current, out now) || now.ToString() != pending.Version)
                {
                    aliases[Stages.Previous] = long.Parse(view.Current);
                }

                aliases[Stages.Current] = long.Parse(pending.Version);
                aliases[Stages.Pending] = long.Parse(pending.Version);
            },
            cancellationToken);
        return view with { Mark = written, Current = pending.Version, Previous = pending.IsPromoted ? view.Previous : view.Current, Pending = pending with { IsPromoted = true, IsSuperseded = false } };
    }

    public async Task<RotationView> DiscardAsync(RotationView view, CancellationToken cancellationToken)
    {
        // The version stays as it is: while it is the newest, somebody may read it as 'latest'.
        GcpSecret written = await MarkAsync(view, "", static a => a.Remove(Stages.Pending), cancellationToken);
        return view with { Mark = written, Pending = null };
    }

    public async Task<RotationView> CloseAsync(RotationView view, RotationRecord record, CancellationToken cancellationToken)
    {
        GcpSecret written = await store.WriteNotesAsync(
            view,
            notes => new(RotationNotes.Changes(notes, record, ends: true), StringComparer.Ordinal) { [RotationNotes.Pending] = "" },
            static a => a.Remove(Stages.Pending),
            cancellationToken);
        return view with { Mark = written, Pending = null, Record = record };
    }

    private static string? Alias(GcpSecret secret, string name) => secret.VersionAliases?.TryGetValue(name, out long number) == true ? number.ToString() : null;

    private static string? Baseline(string mark) => mark.Split(' ').Where(static m => m.StartsWith("newest=", StringComparison.Ordinal)).Select(static m => m["newest=".Length..]).FirstOrDefault();

    private static PendingVersion Pending(RotationView view) => view.Pending ?? throw StoreErrors.Conflict(view.StoreName, $"No version of '{view.StoreName}' is pending any more");

    private Task<GcpSecret> MarkAsync(RotationView view, string mark, Action<Dictionary<string, long>>? aliases, CancellationToken cancellationToken) => store.WriteNotesAsync(
        view,
        _ => new(StringComparer.Ordinal) { [RotationNotes.Pending] = mark },
        a =>
        {
            a.TryAdd(Stages.Current, long.Parse(view.Current));
            aliases?.Invoke(a);
        },
        cancellationToken);

    private Task<GcpSecret> AliasesAsync(RotationView view, Action<Dictionary<string, long>> aliases, CancellationToken cancellationToken) =>
        store.WriteNotesAsync(view, static _ => new(StringComparer.Ordinal), aliases, cancellationToken);
}
