using System.Security.Cryptography;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Providers.Gcp.SecretManager;
using FlowSecrets.Values;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Providers.Gcp.Rotation;

/// <summary>
/// Rotation for consumers that read by the alias 'current'. A pending value is a version of the secret itself, under the alias 'pending',
/// and the aliases are moved together in one update with the etag.
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
        if (pending is { IsPromoted: true } && pending.Basis == pending.Version)
        {
            // Somebody moved the alias: what was pending is elsewhere.
            pending = null;
        }

        if (pending is null && aliased is null && mark is not null && Baseline(mark) is { } baseline && newest != baseline)
        {
            // It was added, and broken off before the alias came.
            pending = RotationNotes.Parse(mark, newest, newest == current);
        }

        return new RotationView(subject)
        {
            Current = current,
            Previous = Alias(secret, Stages.Previous) is { } previous && previous != current ? previous : null,
            Pending = pending is null ? null : pending with { IsSuperseded = !pending.IsPromoted && pending.Basis != current },
            Foreign =
                aliased is not null && pending is null
                    ? $"Version {aliased} of '{name}' has the alias 'pending', and no rotation of FlowSecrets put it there"
                    : null,
            Unmarked =
                aliased is not null && pending is null ? PendingVersion.Unmarked(aliased, current, Alias(secret, Stages.Previous)) : null,
            Record = RotationNotes.RecordOf(secret.Annotations),
            Journal = RotationNotes.JournalOf(secret.Annotations),
            Mark = secret,
        };
    }

    public async Task<RotationView> StageAsync(RotationView view, SecretValue value, CancellationToken cancellationToken)
    {
        string name = view.StoreName;
        StoreErrors.RequireSize(name, value, GcpStore.MaxValueBytes);
        string newest = await store.NewestNumberAsync(name, cancellationToken);

        // What is to come is written down first, with the alias that keeps the consumers where they are. Each mark is another one, so that
        // of two rotators one has it.
        string mark =
            $"{RotationNotes.MarkOf(view.Current, 1, isUndo: false)} newest={newest} "
            + $"by={RandomNumberGenerator.GetHexString(8, lowercase: true)}";
        if (await TryMarkAsync(view, mark, null, cancellationToken) is not { } marked)
        {
            return await MeetAsync(view, cancellationToken);
        }

        GcpVersion added = await store.AddAsync(name, value, long.Parse(newest), cancellationToken);
        GcpSecret? written = await TryAsync(
            view with
            {
                Mark = marked,
            },
            secret => MarkOf(secret) == mark,
            mark,
            a => a[Stages.Pending] = long.Parse(added.Number),
            cancellationToken
        );
        return written is null
            ? await MeetAsync(view, cancellationToken)
            : view with
            {
                Mark = written,
                Pending = new PendingVersion(added.Number, view.Current, false),
            };
    }

    public async Task<RotationView> StageVersionAsync(RotationView view, string version, CancellationToken cancellationToken)
    {
        // Without that alias it is just being taken out of use.
        GcpSecret? written = await TryMarkAsync(
            view,
            RotationNotes.MarkOf(view.Current, 1, isUndo: true),
            aliases =>
            {
                if (aliases.GetValueOrDefault(Stages.Previous).ToString() != version)
                {
                    throw StoreErrors
                        .Conflict(view.StoreName, $"Version {version} of '{view.StoreName}' is being taken out of use")
                        .With(
                            remedy: Remedy.Of(
                                $"If no other command runs: "
                                    + $"{Shell($"Set-FlowSecretVersion {Stored(view.StoreName)} -Version {version} -Stage previous")}"
                                    + $"; then run the same command again."
                            )
                        );
                }

                aliases[Stages.Pending] = long.Parse(version);
            },
            cancellationToken
        );
        return written is null
            ? await MeetAsync(view, cancellationToken)
            : view with
            {
                Mark = written,
                Pending = new PendingVersion(version, view.Current, false) { IsUndo = true },
            };
    }

    public async Task<RotationView> PromoteAsync(RotationView view, CancellationToken cancellationToken)
    {
        PendingVersion pending = Pending(view);
        GcpSecret written = await store.WriteNotesAsync(
            view,
            secret =>
                Alias(secret, Stages.Current) == pending.Version ? null
                : IsStillPending(secret, pending.Version) ? new(StringComparer.Ordinal)
                : throw StoreErrors.Conflict(
                    view.StoreName,
                    $"Another rotator ended the rotation of '{view.StoreName}' meanwhile, or gave it up"
                ),
            aliases =>
            {
                if (aliases.TryGetValue(Stages.Current, out long now) && now.ToString() != view.Current)
                {
                    throw StoreErrors.Conflict(
                        view.StoreName,
                        $"The alias 'current' of '{view.StoreName}' is on version {now}, not {view.Current}"
                    );
                }

                aliases[Stages.Previous] = long.Parse(view.Current);
                aliases[Stages.Current] = long.Parse(pending.Version);
                aliases[Stages.Pending] = long.Parse(pending.Version);
            },
            cancellationToken
        );
        return view with
        {
            Mark = written,
            Current = pending.Version,
            Previous = pending.IsPromoted ? view.Previous : view.Current,
            Pending = pending with { IsPromoted = true, IsSuperseded = false },
        };
    }

    public async Task<RotationView> DiscardAsync(RotationView view, CancellationToken cancellationToken)
    {
        // The version stays as it is: while it is the newest, somebody may read it as 'latest'.
        GcpSecret written = await store.WriteNotesAsync(
            view,
            secret =>
                Alias(secret, Stages.Pending) is { } aliased && aliased != Pending(view).Version
                    ? null
                    : new(StringComparer.Ordinal) { [RotationNotes.Pending] = "" },
            static a => a.Remove(Stages.Pending),
            cancellationToken
        );
        return view with { Mark = written, Pending = null };
    }

    /// <summary>Before a version is disabled: nobody brings it back, and from now on nobody can.</summary>
    public async Task<RotationView> ClaimAsync(RotationView view, string version, CancellationToken cancellationToken)
    {
        GcpSecret written = await store.WriteNotesAsync(
            view,
            secret =>
                Alias(secret, Stages.Pending) == version || Alias(secret, Stages.Current) == version
                    ? throw StoreErrors.Conflict(view.StoreName, $"Version {version} of '{view.StoreName}' is being made current again")
                    : new(StringComparer.Ordinal),
            aliases =>
            {
                if (aliases.TryGetValue(Stages.Previous, out long previous) && previous.ToString() == version)
                {
                    aliases.Remove(Stages.Previous);
                }
            },
            cancellationToken
        );
        return view with { Mark = written };
    }

    public async Task<RotationView> CloseAsync(RotationView view, RotationRecord record, CancellationToken cancellationToken)
    {
        GcpSecret written = await store.WriteNotesAsync(
            view,
            secret =>
                new(RotationNotes.Changes(secret.Annotations, record, ends: true), StringComparer.Ordinal) { [RotationNotes.Pending] = "" },
            static a => a.Remove(Stages.Pending),
            cancellationToken
        );
        return view with { Mark = written, Pending = null, Record = record };
    }

    private static string? Alias(GcpSecret secret, string name) =>
        secret.VersionAliases?.TryGetValue(name, out long number) == true ? number.ToString() : null;

    private static string? Baseline(string mark) =>
        mark.Split(' ')
            .Where(static m => m.StartsWith("newest=", StringComparison.Ordinal))
            .Select(static m => m["newest=".Length..])
            .FirstOrDefault();

    private static PendingVersion Pending(RotationView view) =>
        view.Pending ?? throw StoreErrors.Conflict(view.StoreName, $"No version of '{view.StoreName}' is pending any more");

    /// <summary>It may have been broken off before its alias came; then the mark tells.</summary>
    private static bool IsStillPending(GcpSecret secret, string version) =>
        Alias(secret, Stages.Pending) is { } aliased ? aliased == version : MarkOf(secret) is { Length: > 0 };

    private static string? MarkOf(GcpSecret secret) => secret.Annotations?.GetValueOrDefault(RotationNotes.Pending);

    /// <summary>Puts a mark there, if nobody put one there since the view was taken.</summary>
    /// <returns>Null: somebody did.</returns>
    private Task<GcpSecret?> TryMarkAsync(
        RotationView view,
        string mark,
        Action<Dictionary<string, long>>? aliases,
        CancellationToken cancellationToken
    )
    {
        string? seen = MarkOf((GcpSecret)view.Mark!);
        return TryAsync(
            view,
            secret =>
                MarkOf(secret) == mark
                || (
                    MarkOf(secret) == seen
                    && Alias(secret, Stages.Pending) is null
                    && (Alias(secret, Stages.Current) ?? view.Current) == view.Current
                ),
            mark,
            a =>
            {
                a.TryAdd(Stages.Current, long.Parse(view.Current));
                aliases?.Invoke(a);
            },
            cancellationToken
        );
    }

    private async Task<GcpSecret?> TryAsync(
        RotationView view,
        Func<GcpSecret, bool> isOurs,
        string mark,
        Action<Dictionary<string, long>> aliases,
        CancellationToken cancellationToken
    )
    {
        bool isLost = false;
        GcpSecret written = await store.WriteNotesAsync(
            view,
            secret =>
            {
                isLost = !isOurs(secret);
                return isLost ? null : new(StringComparer.Ordinal) { [RotationNotes.Pending] = mark };
            },
            aliases,
            cancellationToken
        );
        return isLost ? null : written;
    }

    /// <summary>Another rotator of the same version was first: what he put aside counts.</summary>
    private async Task<RotationView> MeetAsync(RotationView view, CancellationToken cancellationToken)
    {
        RotationView now = await ViewAsync(view.Subject, cancellationToken);
        return now.Pending is { IsSuperseded: false }
            ? now
            : throw StoreErrors.Conflict(
                view.StoreName,
                $"Somebody else's rotation of '{view.StoreName}' came in between; its current version is {now.Current}"
            );
    }
}
