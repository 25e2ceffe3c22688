using System.Text.Json.Nodes;

namespace FlowSecrets.Providers.Gcp;

/// <summary>
/// Rotation in Google Secret Manager. Adding a version moves 'latest' at once and has no precondition, so a pending value waits in a secret of its own
/// beside the one it is for. All that decides is read by number, which is consistent where 'latest', aliases and lists are not.
/// </summary>
internal sealed class GcpRotation(GcpStore store) : IRotationStore
{
    /// <summary>Label of a secret that holds a pending value; lists leave it out.</summary>
    public const string SiblingLabel = "flowsecrets";

    public const string SiblingLabelValue = "pending";

    private const string OwnerNote = "flowsecrets-pending-of";
    private const string Suffix = "-flowsecrets-pending";
    private const int MostNameCharacters = 255;

    private readonly GcpAliasRotation _byAlias = new(store);

    public bool HasNative => false;

    public async Task<RotationView> ViewAsync(RotationSubject subject, CancellationToken cancellationToken)
    {
        if (subject.UsesAlias)
        {
            return await _byAlias.ViewAsync(subject, cancellationToken);
        }

        string name = subject.StoreName;
        GcpSecret secret = await store.GetAsync(name, cancellationToken);
        GcpSecret? sibling = await store.FindAsync(SiblingOf(name), cancellationToken);
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
        return sibling is null ? view : await WithPendingAsync(view, sibling, cancellationToken);
    }

    public async Task<RotationView> StageAsync(RotationView view, SecretValue value, CancellationToken cancellationToken) => view.Subject.UsesAlias
        ? await _byAlias.StageAsync(view, value, isUndo: false, cancellationToken)
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
        if (!IsAside(version, out string number, out string etag))
        {
            return await store.ReadAsync(view.StoreName, new VersionSelector(version, null), cancellationToken);
        }

        string aside = SiblingOf(view.StoreName);
        ReadSecret read = await store.ReadAsync(aside, new VersionSelector(number, null), cancellationToken);
        try
        {
            // Another rotator may have put a value of his own there meanwhile, under the same number.
            return (await store.FindAsync(aside, cancellationToken))?.Etag == etag ? read : throw StoreErrors.Conflict(view.StoreName, $"Another value waits aside of '{view.StoreName}' meanwhile");
        }
        catch
        {
            read.Dispose();
            throw;
        }
    }

    public async Task<RotationView> PromoteAsync(RotationView view, CancellationToken cancellationToken)
    {
        if (view.Subject.UsesAlias)
        {
            return await _byAlias.PromoteAsync(view, cancellationToken);
        }

        PendingVersion pending = Pending(view);
        using ReadSecret value = await ReadAsync(view, pending.Version, cancellationToken);
        string basis = view.Current;
        string next = pending.IsPromoted ? view.Current : await AddAfterAsync(view.StoreName, value.Value, basis, cancellationToken);
        return view with { Current = next, Previous = pending.IsPromoted ? view.Previous : basis, Pending = pending with { IsPromoted = true, IsSuperseded = false } };
    }

    public async Task<RotationView> DiscardAsync(RotationView view, CancellationToken cancellationToken)
    {
        if (view.Subject.UsesAlias)
        {
            return await _byAlias.DiscardAsync(view, cancellationToken);
        }

        await RemoveSiblingAsync(view, cancellationToken);
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
            view = view with { Mark = await WriteAsync(view, record, ends: true, a => SetPrevious(a, Pending(view).Basis, view.Current), cancellationToken) };
        }

        await RemoveSiblingAsync(view, cancellationToken);
        return view with { Pending = null, Record = record };
    }

    public async Task<RotationView> RetireAsync(RotationView view, string version, RotationRecord record, CancellationToken cancellationToken)
    {
        // Whoever reads 'latest' would be refused where the newest version is disabled.
        if (version != view.Current && version != await store.NewestNumberAsync(view.StoreName, cancellationToken))
        {
            await DisableAsync(view.StoreName, version, cancellationToken);
        }

        GcpSecret written = await WriteAsync(view, record, ends: false, static a => a.Remove(Stages.Previous), cancellationToken);
        return view with { Record = record, Mark = written, Previous = view.Previous == version ? null : view.Previous };
    }

    public Task<RotationView> RunNativeAsync(RotationSubject subject, CancellationToken cancellationToken) => throw StoreErrors.NotSupported(
        store.Place, subject.StoreName, "Google Secret Manager only sends messages when a rotation is due; it changes no value itself", "Leave -Native out.");

    /// <summary>The secret beside it in which a pending value waits.</summary>
    internal static string SiblingOf(string name) => name.Length + Suffix.Length <= MostNameCharacters
        ? name + Suffix
        : $"{name[..(MostNameCharacters - Suffix.Length - 17)]}-{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(name)))[..16]}{Suffix}";

    public static bool IsSibling(GcpSecret secret) => secret.Labels?.GetValueOrDefault(SiblingLabel) == SiblingLabelValue && secret.Annotations?.ContainsKey(OwnerNote) == true;

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
        secret.VersionAliases?.TryGetValue(Stages.Previous, out long number) == true && number.ToString() != current ? number.ToString() : null;

    private static void SetPrevious(Dictionary<string, long> aliases, string basis, string current)
    {
        if (basis != current && long.TryParse(basis, out long number))
        {
            aliases[Stages.Previous] = number;
        }
    }

    /// <summary>What names a version aside: its number, and the etag of the secret that it is in, which no later one has.</summary>
    private static string Aside(string number, GcpSecret sibling) => $"aside/{number}/{sibling.Etag}";

    private static bool IsAside(string version, out string number, out string etag)
    {
        string[] parts = version.Split('/', 3);
        bool isAside = parts is ["aside", _, _];
        (number, etag) = isAside ? (parts[1], parts[2]) : ("", "");
        return isAside;
    }

    private static PendingVersion Pending(RotationView view) => view.Pending ?? throw StoreErrors.Conflict(view.StoreName, $"No value of '{view.StoreName}' is pending any more");

    private Task<GcpSecret> WriteAsync(RotationView view, RotationRecord record, bool ends, Action<Dictionary<string, long>>? aliases, CancellationToken cancellationToken) =>
        store.WriteNotesAsync(view, notes => RotationNotes.Changes(notes, record, ends), aliases, cancellationToken);

    private async Task<RotationView> WithPendingAsync(RotationView view, GcpSecret sibling, CancellationToken cancellationToken)
    {
        string name = view.StoreName;
        if (sibling.Annotations?.GetValueOrDefault(OwnerNote) != name || RotationNotes.Parse(sibling.Annotations?.GetValueOrDefault(RotationNotes.Pending), "", false) is not { } mark)
        {
            return view with { Foreign = $"The secret '{SiblingOf(name)}', where a pending value of '{name}' would wait, is there and was made by somebody else" };
        }

        (string Number, SecretValue Value)? aside = await LowestAsync(SiblingOf(name), cancellationToken);
        if (aside is not { } found)
        {
            // It was made, and broken off before the value came.
            return view;
        }

        using SecretValue value = found.Value;
        using ReadSecret current = await store.ReadAsync(name, new VersionSelector(view.Current, null), cancellationToken);
        bool isPromoted = view.Current != mark.Basis && current.Value.Equals(value);
        return view with
        {
            Pending = mark with { Version = Aside(found.Number, sibling), IsPromoted = isPromoted, IsSuperseded = !isPromoted && view.Current != mark.Basis },
            Previous = isPromoted ? mark.Basis : view.Previous,
        };
    }

    private async Task<RotationView> StageAsync(RotationView view, SecretValue value, bool isUndo, CancellationToken cancellationToken)
    {
        string name = view.StoreName;
        string aside = SiblingOf(name);
        StoreErrors.RequireSize(name, value, GcpStore.MaxValueBytes);
        string mark = RotationNotes.MarkOf(view.Current, 1, isUndo);
        if (await store.NewestNumberAsync(name, cancellationToken) is var newest && newest != view.Current)
        {
            throw StoreErrors.Conflict(name, $"The current version of '{name}' is {newest}, not {view.Current}");
        }

        if (!await store.CreateBesideAsync(aside, (GcpSecret)view.Mark!, new(StringComparer.Ordinal) { [SiblingLabel] = SiblingLabelValue }, new(StringComparer.Ordinal) { [OwnerNote] = name, [RotationNotes.Pending] = mark }, cancellationToken))
        {
            RotationView now = await ViewAsync(view.Subject, cancellationToken);
            if (now.Pending is not null)
            {
                return now;
            }

            GcpSecret there = await store.GetAsync(aside, cancellationToken);
            if (there.Annotations?.GetValueOrDefault(RotationNotes.Pending) != mark)
            {
                // An empty one that a rotation of an older version left.
                await store.DeleteAsync(aside, null, there.Etag, cancellationToken);
                throw StoreErrors.Conflict(name, $"What a broken-off rotation of '{name}' left was taken away");
            }
        }

        await CopyPolicyAsync(name, aside, cancellationToken);
        await store.AddAsync(aside, value, 0, cancellationToken);

        // Of two rotators that add at the same time, the lower number counts for both.
        GcpSecret sibling = await store.GetAsync(aside, cancellationToken);
        (string Number, SecretValue Value) first = await LowestAsync(aside, cancellationToken) ?? throw StoreErrors.Conflict(name, $"The pending value of '{name}' was taken away again");
        first.Value.Dispose();
        return view with { Pending = new PendingVersion(Aside(first.Number, sibling), view.Current, false) { IsUndo = isUndo } };
    }

    /// <summary>Whoever may read the secret may read what waits beside it. Who may not look at policies leaves it to the project's.</summary>
    private async Task CopyPolicyAsync(string from, string to, CancellationToken cancellationToken)
    {
        try
        {
            JsonObject policy = await store.GetPolicyAsync(from, cancellationToken);
            if (policy["bindings"] is JsonArray { Count: > 0 } bindings)
            {
                await store.SetPolicyAsync(to, new JsonObject { ["version"] = policy["version"]?.DeepClone(), ["bindings"] = bindings.DeepClone() }, cancellationToken);
            }
        }
        catch (FlowSecretException e) when (e.Id is ErrorIds.AccessDenied or ErrorIds.SecretNotFoundOrForbidden)
        {
            // It is readable for fewer people then, not for more.
        }
    }

    /// <summary>The lowest version that can be read, found by number.</summary>
    private async Task<(string Number, SecretValue Value)?> LowestAsync(string aside, CancellationToken cancellationToken)
    {
        for (long number = 1; ; number++)
        {
            try
            {
                ReadSecret read = await store.AccessAsync(aside, number.ToString(), cancellationToken, explains: false);
                return (read.Version, read.Value);
            }
            catch (FlowSecretException e) when (e.Id is ErrorIds.VersionDisabled or ErrorIds.VersionDestroyed)
            {
                // Taken out by hand; the next one counts.
            }
            catch (FlowSecretException e) when (e.Id is ErrorIds.VersionNotFound or ErrorIds.SecretNotFound or ErrorIds.SecretHasNoVersion)
            {
                return null;
            }
        }
    }

    /// <summary>Adds a value as the version after the basis, unless it is there already.</summary>
    private async Task<string> AddAfterAsync(string name, SecretValue value, string basis, CancellationToken cancellationToken)
    {
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
        return added.Number == next || await store.HasValueAsync(name, next, value, cancellationToken) is true ? added.Number : throw new FlowSecretException(
            ErrorIds.Conflict,
            FlowErrorCategory.ResourceBusy,
            name,
            $"Somebody else added version {next} of '{name}' in the {store.Place} while the rotation added version {added.Number}; nothing is lost, and {added.Number} is the newest",
            $"See whose value shall hold: Get-FlowSecretVersion -StoreName '{name}'");
    }

    /// <summary>Takes away the secret that the pending value is in, and no later one of that name.</summary>
    private async Task RemoveSiblingAsync(RotationView view, CancellationToken cancellationToken)
    {
        try
        {
            IsAside(Pending(view).Version, out _, out string etag);
            await store.DeleteAsync(SiblingOf(view.StoreName), null, etag, cancellationToken);
        }
        catch (FlowSecretException e) when (e.Id is ErrorIds.SecretNotFound or ErrorIds.Conflict)
        {
            // Another rotator took it away, and may have put another one there.
        }
    }
}
