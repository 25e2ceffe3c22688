using System.Text;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Providers.Gcp.SecretManager;
using FlowSecrets.Values;

namespace FlowSecrets.Providers.Gcp.Rotation;

/// <summary>
/// Rotation in Google Secret Manager. Consumers of 'latest' need another way than consumers of an alias do. This class picks the way, and
/// does what both have in common.
/// </summary>
internal sealed class GcpRotation(GcpStore store) : IRotationStore
{
    private readonly GcpAliasRotation _byAlias = new(store);
    private readonly GcpAsideRotation _aside = new(store);

    public Task<RotationView> ViewAsync(RotationSubject subject, CancellationToken cancellationToken) =>
        subject.UsesAlias ? _byAlias.ViewAsync(subject, cancellationToken) : _aside.ViewAsync(subject, cancellationToken);

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

    public Task<RotationView> StageAsync(RotationView view, SecretValue value, CancellationToken cancellationToken) =>
        view.Subject.UsesAlias
            ? _byAlias.StageAsync(view, value, cancellationToken)
            : _aside.StageAsync(view, value, isUndo: false, cancellationToken);

    public async Task<RotationView> StageAgainAsync(RotationView view, string version, CancellationToken cancellationToken)
    {
        using ReadSecret older = await store.ReadAsync(view.StoreName, new VersionSelector(version, null), cancellationToken);
        return view.Subject.UsesAlias
            ? await _byAlias.StageVersionAsync(view, version, cancellationToken)
            : await _aside.StageAsync(view, older.Value, isUndo: true, cancellationToken);
    }

    public Task<ReadSecret> ReadAsync(RotationView view, string version, CancellationToken cancellationToken) =>
        AsideVersion.Parse(version) is { } aside
            ? _aside.ReadAsync(view, aside, cancellationToken)
            : store.ReadAsync(view.StoreName, new VersionSelector(version, null), cancellationToken);

    public Task SetStateAsync(RotationView view, string version, VersionState state, CancellationToken cancellationToken) =>
        AsideVersion.Parse(version) is { } aside
            ? store.SetVersionStateAsync(GcpAside.NameOf(view.StoreName, aside.Basis), aside.Number, state, cancellationToken)
            : store.SetVersionStateAsync(view.StoreName, version, state, cancellationToken);

    public async Task<IReadOnlyList<string>> LeftAsync(RotationView view, CancellationToken cancellationToken) =>
        view.Subject.UsesAlias ? [] : await _aside.LeftAsync(view, cancellationToken);

    public Task<RotationView> PromoteAsync(RotationView view, CancellationToken cancellationToken) =>
        view.Subject.UsesAlias ? _byAlias.PromoteAsync(view, cancellationToken) : _aside.PromoteAsync(view, cancellationToken);

    public Task<RotationView> DiscardAsync(RotationView view, CancellationToken cancellationToken) =>
        view.Subject.UsesAlias ? _byAlias.DiscardAsync(view, cancellationToken) : _aside.DiscardAsync(view, cancellationToken);

    public async Task<RotationView> RecordAsync(RotationView view, RotationRecord record, CancellationToken cancellationToken)
    {
        GcpSecret written = await store.WriteNotesAsync(view, secret => NotesOf(secret, record), null, cancellationToken);
        return view with { Record = record, Mark = written };
    }

    public Task<RotationView> CloseAsync(RotationView view, RotationRecord record, CancellationToken cancellationToken) =>
        view.Subject.UsesAlias ? _byAlias.CloseAsync(view, record, cancellationToken) : _aside.CloseAsync(view, record, cancellationToken);

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

        GcpSecret written = await store.WriteNotesAsync(
            view,
            secret => NotesOf(secret, record),
            static a => a.Remove(Stages.Previous),
            cancellationToken
        );
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
    private async Task DisableAsync(string name, string version, CancellationToken cancellationToken)
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

    private static Dictionary<string, string> NotesOf(GcpSecret secret, RotationRecord record) =>
        RotationNotes.Changes(secret.Annotations, record, ends: false);
}
