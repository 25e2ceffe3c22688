using System.Text;
using System.Text.Json.Nodes;

namespace FlowSecrets.Providers.Gcp;

/// <summary>
/// Rotation in Google Secret Manager. Adding a version moves 'latest' at once and has no precondition, so a pending value waits in a secret
/// of its own
/// beside the one it is for, whose name has the version that it is to follow: rotators of the same version meet there, and those of another
/// do not come
/// near. All that decides is read by number, which is consistent where 'latest', aliases and lists are not.
/// </summary>
internal sealed class GcpRotation(GcpStore store) : IRotationStore
{
    /// <summary>How many versions before the current one a rotation is looked for that was broken off there.</summary>
    private const int VersionsBack = 2;

    private readonly GcpAliasRotation _byAlias = new(store);

    public async Task<RotationView> ViewAsync(RotationSubject subject, CancellationToken cancellationToken)
    {
        if (subject.UsesAlias)
        {
            return await _byAlias.ViewAsync(subject, cancellationToken);
        }

        string name = subject.StoreName;
        GcpSecret secret = await store.GetAsync(name, cancellationToken);
        string current = await store.NewestNumberAsync(name, cancellationToken);
        RotationView view = new(subject)
        {
            Current = current,
            CurrentCreated = null,
            Previous = PreviousOf(secret, current),
            Record = RotationNotes.RecordOf(secret.Annotations),
            Journal = RotationNotes.JournalOf(secret.Annotations),
            Mark = secret,
        };
        return await WithPendingAsync(view, cancellationToken);
    }

    public RotationFinding RoomIn(RotationView view)
    {
        int others =
            ((GcpSecret)view.Mark!)
                .Annotations?.Where(static a => !a.Key.StartsWith(RotationNotes.Prefix, StringComparison.Ordinal))
                .Sum(static a => Encoding.UTF8.GetByteCount(a.Key) + Encoding.UTF8.GetByteCount(a.Value))
            ?? 0;
        return others + RotationNotes.MostCharacters <= GcpStore.MaxAnnotationBytes
            ? new RotationFinding(
                "quota",
                true,
                "A rotation takes 5 of the 600 writes and 2 of the 600 reads a minute that Google allows the project."
            )
            : new RotationFinding(
                "quota",
                false,
                $"'{view.StoreName}' has {others} bytes of annotations, and Google allows {GcpStore.MaxAnnotationBytes}: the record and "
                    + $"the journal do not fit.",
                $"Take some off until {GcpStore.MaxAnnotationBytes - RotationNotes.MostCharacters} bytes are left: gcloud secrets "
                    + $"update --remove-annotations"
            );
    }

    public async Task<RotationView> StageAsync(RotationView view, SecretValue value, CancellationToken cancellationToken) =>
        view.Subject.UsesAlias
            ? await _byAlias.StageAsync(view, value, cancellationToken)
            : await StageAsync(view, value, isUndo: false, cancellationToken);

    public async Task<RotationView> StageAgainAsync(RotationView view, string version, CancellationToken cancellationToken)
    {
        using ReadSecret older = await store.ReadAsync(view.StoreName, new VersionSelector(version, null), cancellationToken);
        return view.Subject.UsesAlias
            ? await _byAlias.StageVersionAsync(view, version, cancellationToken)
            : await StageAsync(view, older.Value, isUndo: true, cancellationToken);
    }

    public async Task<ReadSecret> ReadAsync(RotationView view, string version, CancellationToken cancellationToken)
    {
        if (AsideVersion.Parse(version) is not { } aside)
        {
            return await store.ReadAsync(view.StoreName, new VersionSelector(version, null), cancellationToken);
        }

        try
        {
            return await store.AccessAsync(GcpAside.NameOf(view.StoreName, aside.Basis), aside.Number, cancellationToken, explains: false);
        }
        catch (FlowSecretException e)
            when (e.Id
                    is ErrorIds.SecretNotFound
                        or ErrorIds.SecretHasNoVersion
                        or ErrorIds.VersionNotFound
                        or ErrorIds.VersionDisabled
                        or ErrorIds.VersionDestroyed
            )
        {
            throw StoreErrors.Conflict(view.StoreName, $"Another rotator ended the rotation of '{view.StoreName}' meanwhile");
        }
    }

    public async Task<IReadOnlyList<string>> LeftAsync(RotationView view, CancellationToken cancellationToken)
    {
        if (view.Subject.UsesAlias)
        {
            return [];
        }

        // Lists lag behind; those nearby are found by number.
        IEnumerable<string> listed = (await GcpAside.ListAsync(store, view.StoreName, cancellationToken)).Select(static s =>
            GcpName.Last(s.Name).Split('-')[^1]
        );
        List<string> versions = [];
        foreach (string basis in Bases(view).Concat(listed).Distinct(StringComparer.Ordinal))
        {
            using AsideValues values = await new GcpAside(store, view.StoreName, basis).ReadAsync(cancellationToken);
            versions.AddRange(values.All.Select(v => new AsideVersion(basis, v.Number, "", "").ToString()));
        }

        return versions;
    }

    public async Task<RotationView> PromoteAsync(RotationView view, CancellationToken cancellationToken)
    {
        if (view.Subject.UsesAlias)
        {
            return await _byAlias.PromoteAsync(view, cancellationToken);
        }

        PendingVersion pending = Pending(view);
        string basis = view.Current;
        string next = pending.IsPromoted
            ? view.Current
            : await AddAfterAsync(view, AsideVersion.Parse(pending.Version)!, basis, cancellationToken);
        return view with
        {
            Current = next,
            Previous = pending.IsPromoted ? view.Previous : basis,
            Pending = pending with { IsPromoted = true, IsSuperseded = false },
        };
    }

    public async Task<RotationView> DiscardAsync(RotationView view, CancellationToken cancellationToken)
    {
        if (view.Subject.UsesAlias)
        {
            return await _byAlias.DiscardAsync(view, cancellationToken);
        }

        AsideVersion version = AsideVersion.Parse(Pending(view).Version)!;
        await new GcpAside(store, view.StoreName, version.Basis).GiveUpAsync(version.Number, cancellationToken);
        return view with { Pending = null };
    }

    public async Task<RotationView> RecordAsync(RotationView view, RotationRecord record, CancellationToken cancellationToken)
    {
        GcpSecret written = await WriteAsync(view, record, ends: false, aliases: null, cancellationToken);
        return view with { Record = record, Mark = written };
    }

    public async Task<RotationView> CloseAsync(RotationView view, RotationRecord record, CancellationToken cancellationToken)
    {
        if (view.Subject.UsesAlias)
        {
            return await _byAlias.CloseAsync(view, record, cancellationToken);
        }

        if (view.Record?.ToText() != record.ToText())
        {
            view = view with
            {
                Mark = await WriteAsync(
                    view,
                    record,
                    ends: true,
                    a => SetPrevious(a, Pending(view).Basis, view.Current),
                    cancellationToken
                ),
            };
        }

        AsideVersion version = AsideVersion.Parse(Pending(view).Version)!;
        await new GcpAside(store, view.StoreName, version.Basis).RemoveAsync(version, cancellationToken);
        return view with { Pending = null, Record = record };
    }

    public async Task<RotationView> RetireAsync(
        RotationView view,
        string version,
        RotationRecord record,
        CancellationToken cancellationToken
    )
    {
        if (view.Subject.UsesAlias)
        {
            view = await _byAlias.ClaimAsync(view, version, cancellationToken);
        }

        // Whoever reads 'latest' would be refused where the newest version is disabled.
        if (version != view.Current && version != await store.NewestNumberAsync(view.StoreName, cancellationToken))
        {
            await DisableAsync(view.StoreName, version, cancellationToken);
        }

        GcpSecret written = await WriteAsync(view, record, ends: false, static a => a.Remove(Stages.Previous), cancellationToken);
        return view with { Record = record, Mark = written, Previous = view.Previous == version ? null : view.Previous };
    }

    public Task<RotationView> RunNativeAsync(RotationSubject subject, CancellationToken cancellationToken) =>
        throw StoreErrors.NotSupported(
            store.Place,
            subject.StoreName,
            "Google Secret Manager only sends messages when a rotation is due; it changes no value itself",
            "Leave -Native out."
        );

    /// <summary>A version may be gone already: then it is out of use too.</summary>
    internal async Task DisableAsync(string name, string version, CancellationToken cancellationToken)
    {
        try
        {
            await store.SetVersionStateAsync(name, version, VersionState.Disabled, cancellationToken);
        }
        catch (FlowSecretException e) when (e.Id is ErrorIds.VersionDestroyed or ErrorIds.VersionNotFound)
        {
            // Somebody destroyed it.
        }
    }

    private static string? PreviousOf(GcpSecret secret, string current) =>
        secret.VersionAliases?.TryGetValue(Stages.Previous, out long number) == true && number.ToString() != current
            ? number.ToString()
            : null;

    private static void SetPrevious(Dictionary<string, long> aliases, string basis, string current)
    {
        if (basis != current && long.TryParse(basis, out long number))
        {
            aliases[Stages.Previous] = number;
        }
    }

    private static PendingVersion Pending(RotationView view) =>
        view.Pending ?? throw StoreErrors.Conflict(view.StoreName, $"No value of '{view.StoreName}' is pending any more");

    private Task<GcpSecret> WriteAsync(
        RotationView view,
        RotationRecord record,
        bool ends,
        Action<Dictionary<string, long>>? aliases,
        CancellationToken cancellationToken
    ) => store.WriteNotesAsync(view, secret => RotationNotes.Changes(secret.Annotations, record, ends), aliases, cancellationToken);

    private async Task<RotationView> WithPendingAsync(RotationView view, CancellationToken cancellationToken)
    {
        string name = view.StoreName;
        foreach (string basis in Bases(view))
        {
            GcpAside aside = new(store, name, basis);
            using AsideValues values = await aside.ReadAsync(cancellationToken);
            if (!values.Live.Any() || await aside.FindAsync(cancellationToken) is not { } sibling)
            {
                continue;
            }

            if (aside.MarkOf(sibling) is not { } mark)
            {
                return view with
                {
                    Foreign =
                        $"The secret '{aside.Name}', where a pending value of '{name}' would wait, is there and was made by somebody else",
                };
            }

            (string number, SecretValue value) = values.Live.First();
            bool isPromoted = view.Current != basis && await store.HasValueAsync(name, view.Current, value, cancellationToken) is true;
            return view with
            {
                Pending = mark with
                {
                    Version = AsideVersion.Of(basis, number, sibling).ToString(),
                    Basis = basis,
                    IsPromoted = isPromoted,
                    IsSuperseded = !isPromoted && view.Current != basis,
                    IsUndo = await ComesBackAsync(view, basis, value, cancellationToken) ?? mark.IsUndo,
                },
                Previous = isPromoted ? basis : view.Previous,
            };
        }

        return view;
    }

    /// <summary>The versions that an open rotation may have begun at, the current one first.</summary>
    private static string[] Bases(RotationView view)
    {
        long current = long.Parse(view.Current);
        IEnumerable<long> near = Enumerable.Range(0, VersionsBack + 1).Select(i => current - i);
        IEnumerable<long> noted = new[] { view.Record?.To, view.Record?.From }.Select(static v =>
            long.TryParse(v, out long number) ? number : 0
        );
        return [.. near.Concat(noted).Where(n => n > 0 && n <= current).Distinct().Select(static n => n.ToString())];
    }

    /// <summary>
    /// Whether a value is the one that the rotation which made the basis replaced. Two rotators may have met, so the mark alone does not
    /// tell.
    /// </summary>
    /// <returns>Null: that value is out of use, or no longer known.</returns>
    private async Task<bool?> ComesBackAsync(RotationView view, string basis, SecretValue value, CancellationToken cancellationToken)
    {
        if (view.Record is not { State: RotationState.Overlap, From: { } before, To: { } made } || made != basis)
        {
            return null;
        }

        try
        {
            using ReadSecret older = await store.AccessAsync(view.StoreName, before, cancellationToken, explains: false);
            return older.Value.Equals(value);
        }
        catch (FlowSecretException e) when (e.Id is ErrorIds.VersionDisabled or ErrorIds.VersionDestroyed or ErrorIds.VersionNotFound)
        {
            return null;
        }
    }

    private async Task<RotationView> StageAsync(RotationView view, SecretValue value, bool isUndo, CancellationToken cancellationToken)
    {
        string name = view.StoreName;
        GcpAside aside = new(store, name, view.Current);
        StoreErrors.RequireSize(name, value, GcpStore.MaxValueBytes);
        if (await store.NewestNumberAsync(name, cancellationToken) is var newest && newest != view.Current)
        {
            throw StoreErrors.Conflict(name, $"The current version of '{name}' is {newest}, not {view.Current}");
        }

        string mark = RotationNotes.MarkOf(view.Current, 1, isUndo);
        GcpSecret? made = await aside.CreateAsync((GcpSecret)view.Mark!, mark, cancellationToken);
        long last = 0;
        if (made is null)
        {
            RotationView now = await ViewAsync(view.Subject, cancellationToken);
            if (now.Pending is { IsSuperseded: false })
            {
                return now;
            }

            if (now.Pending is not null || now.Foreign is not null || now.Current != view.Current)
            {
                throw StoreErrors.Conflict(
                    name,
                    $"Somebody else's rotation of '{name}' came in between; its current version is {now.Current}"
                );
            }

            last = await TakeOverAsync(aside, name, mark, cancellationToken);
        }

        await CopyPolicyAsync(name, aside.Name, cancellationToken);
        await aside.AddAsync(value, last, cancellationToken);

        // Of two rotators that add at the same time, the lower number counts for both.
        using AsideValues values = await aside.ReadAsync(cancellationToken);
        if (made is not null && values.Live.FirstOrDefault() is (string number, SecretValue first) && first.Equals(value))
        {
            return view with
            {
                Pending = new PendingVersion(AsideVersion.Of(view.Current, number, made).ToString(), view.Current, false)
                {
                    IsUndo = isUndo,
                },
            };
        }

        RotationView met = await ViewAsync(view.Subject, cancellationToken);
        return met.Pending is { IsSuperseded: false }
            ? met
            : throw StoreErrors.Conflict(name, $"The pending value of '{name}' was taken away again");
    }

    /// <summary>One without a value that counts: somebody broke off before it came, or gave it up.</summary>
    /// <returns>The number of the last version in it.</returns>
    private async Task<long> TakeOverAsync(GcpAside aside, string name, string mark, CancellationToken cancellationToken)
    {
        GcpSecret there = await store.GetAsync(aside.Name, cancellationToken);
        if (aside.MarkOf(there) is null)
        {
            throw StoreErrors.Conflict(
                name,
                $"The secret '{aside.Name}', where a pending value of '{name}' would wait, is there and was made by somebody else"
            );
        }

        await aside.MarkAsync(there, mark, cancellationToken);
        using AsideValues values = await aside.ReadAsync(cancellationToken);
        return values.Last;
    }

    /// <summary>
    /// Whoever may read the secret may read what waits beside it. Who may not look at policies leaves it to the project's.
    /// </summary>
    private async Task CopyPolicyAsync(string from, string to, CancellationToken cancellationToken)
    {
        try
        {
            JsonObject policy = await store.GetPolicyAsync(from, cancellationToken);
            if (policy["bindings"] is JsonArray { Count: > 0 } bindings)
            {
                await store.SetPolicyAsync(
                    to,
                    new JsonObject { ["version"] = policy["version"]?.DeepClone(), ["bindings"] = bindings.DeepClone() },
                    cancellationToken
                );
            }
        }
        catch (FlowSecretException e) when (e.Id is ErrorIds.AccessDenied or ErrorIds.SecretNotFoundOrForbidden)
        {
            // It is readable for fewer people then, not for more.
        }
    }

    /// <summary>Adds what waits as the version after the basis, unless it is there already.</summary>
    private async Task<string> AddAfterAsync(RotationView view, AsideVersion version, string basis, CancellationToken cancellationToken)
    {
        string name = view.StoreName;
        using AsideValues values = await new GcpAside(store, name, version.Basis).ReadAsync(cancellationToken);
        if (!values.IsLive(version.Number))
        {
            throw StoreErrors.Conflict(name, $"Another rotator ended the rotation of '{name}' meanwhile, or gave it up");
        }

        SecretValue value = values.All.First(v => v.Number == version.Number).Value;
        long baseline = long.Parse(basis);
        string next = (baseline + 1).ToString();
        switch (await store.HasValueAsync(name, next, value, cancellationToken))
        {
            case true:
                return next;
            case false:
                throw StoreErrors.Conflict(name, $"A version {next} of '{name}' was added that this rotation did not make");
        }

        GcpVersion added = await store.AddAsync(name, value, baseline, cancellationToken);
        return added.Number == next || await store.HasValueAsync(name, next, value, cancellationToken) is true
            ? added.Number
            : throw new FlowSecretException(
                ErrorIds.Conflict,
                FlowErrorCategory.ResourceBusy,
                name,
                $"Somebody else added version {next} of '{name}' in the {store.Place} while the rotation added version {added.Number}; "
                    + $"nothing is lost, and {added.Number} is the newest",
                $"See whose value shall hold: Get-FlowSecretVersion -StoreName '{name}'"
            );
    }
}
