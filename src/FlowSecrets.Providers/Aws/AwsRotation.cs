using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using FlowSecrets.Transport;

namespace FlowSecrets.Providers.Aws;

/// <summary>
/// Rotation in AWS Secrets Manager. A pending version's id is derived from the current one's, so two rotators meet in one version; the labels are moved
/// by compare-and-swap. Going back is done under a label of our own, so that AWSPENDING always means a new value.
/// </summary>
internal sealed partial class AwsRotation(AwsStore store, TimeProvider clock) : IRotationStore
{
    /// <summary>Values that were rejected in one rotation, at most; the next is none of ours.</summary>
    private const int MostAttempts = 50;

    private const string UndoLabel = "flowsecrets-undo";

    public bool HasNative => true;

    public async Task<RotationView> ViewAsync(RotationSubject subject, CancellationToken cancellationToken) =>
        View(subject, await store.RequireAsync(subject.StoreName, cancellationToken));

    public async Task<RotationView> StageAsync(RotationView view, SecretValue value, CancellationToken cancellationToken)
    {
        string name = view.StoreName;
        StoreErrors.RequireSize(name, value, AwsStore.MaxValueBytes);
        (SecretValue? text, byte[]? binary) = AwsStore.Forms(value);
        try
        {
            for (int attempt = 1; attempt <= MostAttempts; attempt++)
            {
                string token = Token(Arn(view), view.Current, attempt);
                AwsPut request = new() { SecretId = AwsName.Parse(name).Id, ClientRequestToken = token, SecretString = text, SecretBinary = binary, VersionStages = [AwsStore.PendingLabel] };
                if (await PutAsync(name, request, cancellationToken))
                {
                    return view with { Pending = new PendingVersion(token, view.Current, false) { Attempt = attempt } };
                }

                // The version is there with another value: another rotator's, which counts, or one that was rejected before.
                RotationView now = await ViewAsync(view.Subject, cancellationToken);
                if (now.Pending is not null || now.Foreign is not null || now.Current != view.Current)
                {
                    return now.Current == view.Current || now.Pending is { IsPromoted: true } ? now : throw StoreErrors.Conflict(name, $"The current version of '{name}' is {now.Current}, not {view.Current}");
                }
            }
        }
        finally
        {
            AwsStore.Clear(binary);
        }

        throw StoreErrors.Conflict(name, $"{MostAttempts} values were made for one rotation of '{name}', and none was kept");
    }

    public async Task<RotationView> StageAgainAsync(RotationView view, string version, CancellationToken cancellationToken)
    {
        RotationView now = await ViewAsync(view.Subject, cancellationToken);
        if (now.Pending is { IsUndo: false } || now.Foreign is not null || now.Current != view.Current)
        {
            return now.Pending is { IsUndo: false } ? now : throw StoreErrors.Conflict(view.StoreName, $"The current version of '{view.StoreName}' is {now.Current}, not {view.Current}");
        }

        await store.MoveAsync(view.StoreName, UndoLabel, version, Secret(now).VersionOf(UndoLabel), cancellationToken);
        return view with { Pending = new PendingVersion(version, view.Current, view.Current == version) { IsUndo = true } };
    }

    public Task<ReadSecret> ReadAsync(RotationView view, string version, CancellationToken cancellationToken) =>
        store.ReadAsync(view.StoreName, new VersionSelector(version, null), cancellationToken);

    public async Task<RotationView> PromoteAsync(RotationView view, CancellationToken cancellationToken)
    {
        PendingVersion pending = Pending(view);
        if (!pending.IsPromoted)
        {
            await store.MoveAsync(view.StoreName, AwsStore.CurrentLabel, pending.Version, view.Current, cancellationToken);
        }

        return view with { Current = pending.Version, CurrentCreated = null, Previous = pending.IsPromoted ? view.Previous : view.Current, Pending = pending with { IsPromoted = true, IsSuperseded = false } };
    }

    public async Task<RotationView> DiscardAsync(RotationView view, CancellationToken cancellationToken)
    {
        PendingVersion pending = Pending(view);
        await TakeOffAsync(view, pending.IsUndo ? UndoLabel : AwsStore.PendingLabel, pending.Version, cancellationToken);
        return view with { Pending = null };
    }

    public async Task<RotationView> RecordAsync(RotationView view, RotationRecord record, CancellationToken cancellationToken)
    {
        // Tags have no compare-and-swap. What decides are the labels; the record only tells of them.
        Dictionary<string, string> changes = RotationNotes.Changes(Notes(Secret(view)), record, ends: false);
        await store.SetTagsAsync(view.StoreName, changes, cancellationToken);
        return view with { Record = record };
    }

    public async Task<RotationView> CloseAsync(RotationView view, RotationRecord record, CancellationToken cancellationToken)
    {
        PendingVersion pending = Pending(view);
        if (view.Record?.ToText() != record.ToText())
        {
            await store.SetTagsAsync(view.StoreName, RotationNotes.Changes(Notes(Secret(view)), record, ends: true), cancellationToken);
        }

        await TakeOffAsync(view, pending.IsUndo ? UndoLabel : AwsStore.PendingLabel, pending.Version, cancellationToken);
        return view with { Pending = null, Record = record };
    }

    public async Task<RotationView> RetireAsync(RotationView view, string version, RotationRecord record, CancellationToken cancellationToken)
    {
        if (view.Previous == version)
        {
            await TakeOffAsync(view, AwsStore.PreviousLabel, version, cancellationToken);
        }

        return await RecordAsync(view, record, cancellationToken) with { Previous = view.Previous == version ? null : view.Previous };
    }

    private RotationView View(RotationSubject subject, AwsSecret secret)
    {
        string current = secret.VersionOf(AwsStore.CurrentLabel) ?? throw StoreErrors.HasNoVersion(store.PlaceOf(subject.StoreName), subject.StoreName);
        string? previous = secret.VersionOf(AwsStore.PreviousLabel);
        Dictionary<string, string> notes = Notes(secret);
        PendingVersion? pending = Undo(secret, current, previous) ?? Ours(secret, current, previous);
        return new RotationView(subject)
        {
            Current = current,
            Previous = previous,
            Pending = pending,
            Record = RotationNotes.RecordOf(notes),
            Journal = RotationNotes.JournalOf(notes),
            Foreign = pending is null ? ForeignIn(subject.StoreName, secret, current) : null,
            Mark = secret,
        };
    }

    private static PendingVersion? Undo(AwsSecret secret, string current, string? previous) => secret.VersionOf(UndoLabel) is not { } version ? null
        : new PendingVersion(version, version == current ? previous ?? "" : current, version == current) { IsUndo = true };

    /// <summary>The version under AWSPENDING, where its id is derived from the current version's or, once it is current or overtaken, from the one's before.</summary>
    private static PendingVersion? Ours(AwsSecret secret, string current, string? previous)
    {
        if (secret.VersionOf(AwsStore.PendingLabel) is not { } version)
        {
            return null;
        }

        string arn = secret.Arn ?? "";
        RotationRecord? record = RotationNotes.RecordOf(Notes(secret));

        // Where two rotators met, the basis may have lost its label; the record still names it.
        foreach (string basis in new[] { current, previous, record?.From, record?.To }.OfType<string>().Distinct(StringComparer.Ordinal))
        {
            if (AttemptOf(arn, basis, version) is { } attempt)
            {
                bool isPromoted = version == current;
                return new PendingVersion(version, basis, isPromoted)
                {
                    Attempt = attempt,

                    // Another rotator may have promoted a value that this one rejected: that is still the same rotation.
                    IsSuperseded = !isPromoted && basis != current && AttemptOf(arn, basis, current) is null,
                };
            }
        }

        return null;
    }

    private static string? ForeignIn(string name, AwsSecret secret, string current) =>
        secret.OwningService is { Length: > 0 } service ? $"'{name}' belongs to AWS's service '{RemoteText.Clean(service)}', which rotates it itself"
        : secret.VersionOf(AwsStore.PendingLabel) is { } pending && pending != current
            ? $"Version {pending} of '{name}' is labelled AWSPENDING by {(secret.RotationLambda is { Length: > 0 } function ? $"a rotation of the function {RemoteText.Clean(function)}" : "a rotation that is none of ours")}"
            : null;

    /// <returns>False: the version is there, with another value.</returns>
    private async Task<bool> PutAsync(string name, AwsPut request, CancellationToken cancellationToken)
    {
        try
        {
            await store.CallAsync(
                new AwsCall("PutSecretValue", name, Changes: true),
                (c, ct) => c.PutAsync(request, ct),
                null,
                cancellationToken,
                AwsName.Parse(name).Region);
            return true;
        }
        catch (FlowSecretException e) when (e.Id == ErrorIds.SecretExists)
        {
            return false;
        }
    }

    /// <summary>Takes a label off, unless it is off already.</summary>
    private async Task TakeOffAsync(RotationView view, string label, string version, CancellationToken cancellationToken)
    {
        try
        {
            await store.MoveAsync(view.StoreName, label, null, version, cancellationToken);
        }
        catch (FlowSecretException e) when (e.Id == ErrorIds.Conflict)
        {
            // It is off, or on a version that is not ours to touch.
        }
    }

    private static int? AttemptOf(string arn, string basis, string version)
    {
        int found = Enumerable.Range(1, MostAttempts).FirstOrDefault(n => Token(arn, basis, n) == version);
        return found == 0 ? null : found;
    }

    /// <summary>The same for every rotator of the same version.</summary>
    private static string Token(string arn, string basis, int attempt)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"flowsecrets-rotation\n{arn}\n{basis}\n{attempt}")));
        return new Guid(hash.AsSpan(0, 16)).ToString();
    }

    private static Dictionary<string, string> Notes(AwsSecret secret) => (secret.Tags ?? []).Where(static t => t.Key is not null).ToDictionary(static t => t.Key!, static t => t.Value ?? "", StringComparer.Ordinal);

    private static AwsSecret Secret(RotationView view) => (AwsSecret)view.Mark!;

    private static string Arn(RotationView view) => Secret(view).Arn ?? "";

    private static PendingVersion Pending(RotationView view) => view.Pending ?? throw StoreErrors.Conflict(view.StoreName, $"No version of '{view.StoreName}' is pending any more");
}
