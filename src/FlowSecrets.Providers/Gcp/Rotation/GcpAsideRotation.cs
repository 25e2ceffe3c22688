using System.Text.Json.Nodes;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Providers.Gcp.SecretManager;
using FlowSecrets.Values;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Providers.Gcp.Rotation;

/// <summary>
/// Rotation for consumers of 'latest'. Adding a version moves 'latest' at once and has no precondition, so a pending value waits in a
/// secret of its own beside the one it is for, whose name has the version that it is to follow: rotators of the same version meet there,
/// and those of another do not come near.
/// </summary>
internal sealed class GcpAsideRotation(GcpStore store)
{
    private readonly GcpAsideViews _views = new(store);

    public Task<RotationView> ViewAsync(RotationSubject subject, CancellationToken cancellationToken) =>
        _views.ViewAsync(subject, cancellationToken);

    public Task<IReadOnlyList<string>> LeftAsync(RotationView view, CancellationToken cancellationToken) =>
        _views.LeftAsync(view, cancellationToken);

    /// <exception cref="FlowSecretException">Conflict: what waited there is gone.</exception>
    public async Task<ReadSecret> ReadAsync(RotationView view, AsideVersion version, CancellationToken cancellationToken)
    {
        try
        {
            string name = GcpAside.NameOf(view.StoreName, version.Basis);
            return await store.AccessAsync(name, version.Number, cancellationToken, explains: false);
        }
        catch (FlowSecretException e) when (e.Id is ErrorIds.SecretNotFound or ErrorIds.SecretHasNoVersion or ErrorIds.VersionNotFound)
        {
            throw StoreErrors.Conflict(view.StoreName, $"Another rotator ended the rotation of '{view.StoreName}' meanwhile");
        }
    }

    public async Task<RotationView> StageAsync(RotationView view, SecretValue value, bool isUndo, CancellationToken cancellationToken)
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

    public async Task<RotationView> PromoteAsync(RotationView view, CancellationToken cancellationToken)
    {
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
        AsideVersion version = AsideVersion.Parse(Pending(view).Version)!;
        GcpAside aside = new(store, view.StoreName, version.Basis);
        await aside.GiveUpAsync(version.Number, cancellationToken);
        if (Pending(view).IsUnmarked)
        {
            // Somebody removed its mark. Without one, no later rotation could use the secret.
            await aside.ClaimAsync(RotationNotes.MarkOf(version.Basis, 1, isUndo: false), cancellationToken);
        }

        return view with
        {
            Pending = null,
        };
    }

    public async Task<RotationView> CloseAsync(RotationView view, RotationRecord record, CancellationToken cancellationToken)
    {
        if (view.Record?.ToText() != record.ToText())
        {
            GcpSecret written = await store.WriteNotesAsync(
                view,
                secret => RotationNotes.Changes(secret.Annotations, record, ends: true),
                aliases => SetPrevious(aliases, Pending(view).Basis, view.Current),
                cancellationToken
            );
            view = view with { Mark = written };
        }

        AsideVersion version = AsideVersion.Parse(Pending(view).Version)!;
        await new GcpAside(store, view.StoreName, version.Basis).RemoveAsync(version, cancellationToken);
        return view with { Pending = null, Record = record };
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
                name,
                $"Somebody else added version {next} of '{name}' in the {store.Place} while the rotation added version {added.Number}; "
                    + $"nothing is lost, and {added.Number} is the newest",
                $"See which value must hold: {Shell($"Get-FlowSecretVersion {Stored(name)}")}"
            );
    }

    private static void SetPrevious(Dictionary<string, long> aliases, string basis, string current)
    {
        if (basis != current && long.TryParse(basis, out long number))
        {
            aliases[Stages.Previous] = number;
        }
    }

    private static PendingVersion Pending(RotationView view) =>
        view.Pending ?? throw StoreErrors.Conflict(view.StoreName, $"No value of '{view.StoreName}' is pending any more");
}
