using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Providers.Gcp.Connection;
using FlowSecrets.Providers.Gcp.SecretManager;
using FlowSecrets.Values;

namespace FlowSecrets.Providers.Gcp.Rotation;

/// <summary>
/// Looks at a secret and at what waits beside it. It reads by number, which is consistent where 'latest', aliases and lists are not.
/// </summary>
internal sealed class GcpAsideViews(GcpStore store)
{
    /// <summary>How many versions before the current one a rotation is looked for that was broken off there.</summary>
    private const int VersionsBack = 2;

    public async Task<RotationView> ViewAsync(RotationSubject subject, CancellationToken cancellationToken)
    {
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

    /// <summary>All values that wait beside a secret, also those that broken-off rotations left.</summary>
    public async Task<IReadOnlyList<string>> LeftAsync(RotationView view, CancellationToken cancellationToken)
    {
        // Lists lag behind; those nearby are found by number.
        IEnumerable<string> listed = (await GcpAside.ListAsync(store, view.StoreName, cancellationToken)).Select(static s =>
            GcpName.Last(s.Name).Split('-')[^1]
        );
        List<string> versions = [];
        foreach (string basis in Bases(view).Concat(listed).Distinct(StringComparer.Ordinal))
        {
            using AsideValues values = await new GcpAside(store, view.StoreName, basis).ReadAsync(cancellationToken);
            versions.AddRange(
                values.All.Select(static v => v.Number).Concat(values.Unreadable).Select(n => new AsideVersion(basis, n, "", "").ToString())
            );
        }

        return versions;
    }

    private static string? PreviousOf(GcpSecret secret, string current) =>
        secret.VersionAliases?.TryGetValue(Stages.Previous, out long number) == true && number.ToString() != current
            ? number.ToString()
            : null;

    private async Task<RotationView> WithPendingAsync(RotationView view, CancellationToken cancellationToken)
    {
        string name = view.StoreName;
        foreach (string basis in Bases(view))
        {
            GcpAside aside = new(store, name, basis);
            using AsideValues values = await aside.ReadAsync(cancellationToken);
            if (values.First is not { } number || await aside.FindAsync(cancellationToken) is not { } sibling)
            {
                continue;
            }

            SecretValue? value = values.ValueOf(number);
            bool isPromoted =
                value is not null
                && view.Current != basis
                && await store.HasValueAsync(name, view.Current, value, cancellationToken) is true;

            if (aside.MarkOf(sibling) is not { } mark)
            {
                return view with
                {
                    Foreign =
                        $"The secret '{aside.Name}', where a pending value of '{name}' would wait, is there and was made by somebody else",
                    Unmarked = new PendingVersion(AsideVersion.Of(basis, number, sibling).ToString(), basis, isPromoted)
                    {
                        IsUnmarked = true,
                    },
                };
            }

            return view with
            {
                Pending = mark with
                {
                    Version = AsideVersion.Of(basis, number, sibling).ToString(),
                    Basis = basis,
                    IsPromoted = isPromoted,
                    IsSuperseded = !isPromoted && view.Current != basis,
                    IsUndo = (value is null ? null : await ComesBackAsync(view, basis, value, cancellationToken)) ?? mark.IsUndo,
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
}
