using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Providers.Aws.Connection;
using FlowSecrets.Providers.Aws.SecretsManager;
using FlowSecrets.Text;
using FlowSecrets.Values;

namespace FlowSecrets.Providers.Aws.Rotation;

/// <summary>
/// Rotation in AWS Secrets Manager. A pending version's id is derived from the current one's, so two rotators meet in one version; the
/// labels are moved by compare-and-swap. Going back is a new version with the old value, so that it meets a rotation in the same version
/// too.
/// </summary>
internal sealed partial class AwsRotation(AwsStore store, TimeProvider clock) : IRotationStore
{
    /// <summary>Values that were rejected in one rotation, at most; the next is none of ours.</summary>
    private const int MostAttempts = 50;

    private const int MostTags = 50;

    /// <summary>On the version under AWSPENDING where that is an older value that comes back.</summary>
    private const string UndoLabel = "flowsecrets-undo";

    private const int TokenBytes = 16;
    private const int CheckBytes = 4;

    public async Task<RotationView> ViewAsync(RotationSubject subject, CancellationToken cancellationToken) =>
        View(subject, await store.RequireAsync(subject.StoreName, cancellationToken));

    public RotationFinding RoomIn(RotationView view)
    {
        int others = Notes(Secret(view)).Keys.Count(static k => !k.StartsWith(RotationNotes.Prefix, StringComparison.Ordinal));
        return others + RotationNotes.Most <= MostTags
            ? new RotationFinding("quota", true, "A rotation takes 4 of the 50 writes a second that AWS allows an account in a region.")
            : new RotationFinding(
                "quota",
                false,
                $"'{view.StoreName}' has {others} tags, and AWS allows {MostTags}: the record and the journal do not fit.",
                $"Take some off until {MostTags - RotationNotes.Most} are left: aws secretsmanager untag-resource"
            );
    }

    public Task<RotationView> StageAsync(RotationView view, SecretValue value, CancellationToken cancellationToken) =>
        StageAsync(view, value, isUndo: false, cancellationToken);

    public async Task<RotationView> StageAgainAsync(RotationView view, string version, CancellationToken cancellationToken)
    {
        using ReadSecret older = await ReadAsync(view, version, cancellationToken);
        return await StageAsync(view, older.Value, isUndo: true, cancellationToken);
    }

    public Task<ReadSecret> ReadAsync(RotationView view, string version, CancellationToken cancellationToken) =>
        store.ReadAsync(view.StoreName, new VersionSelector(version, null), cancellationToken);

    public Task SetStateAsync(RotationView view, string version, VersionState state, CancellationToken cancellationToken) =>
        store.SetVersionStateAsync(view.StoreName, version, state, cancellationToken);

    public Task<IReadOnlyList<string>> LeftAsync(RotationView view, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>([]);

    public async Task<RotationView> PromoteAsync(RotationView view, CancellationToken cancellationToken)
    {
        PendingVersion pending = Pending(view);
        if (!pending.IsPromoted)
        {
            await store.MoveAsync(view.StoreName, AwsStagingLabels.Current, pending.Version, view.Current, cancellationToken);
        }

        return view with
        {
            Current = pending.Version,
            CurrentCreated = null,
            Previous = pending.IsPromoted ? view.Previous : view.Current,
            Pending = pending with { IsPromoted = true, IsSuperseded = false },
        };
    }

    public async Task<RotationView> DiscardAsync(RotationView view, CancellationToken cancellationToken)
    {
        PendingVersion pending = Pending(view);
        await TakeOffAsync(view, pending, cancellationToken);
        return view with { Pending = null };
    }

    public async Task<RotationView> RecordAsync(RotationView view, RotationRecord record, CancellationToken cancellationToken)
    {
        // Tags have no compare-and-swap: another rotator's record is looked for at least.
        Dictionary<string, string> there = Notes(await store.RequireAsync(view.StoreName, cancellationToken));
        RotationNotes.RequireSame(view.StoreName, there.GetValueOrDefault(RotationNotes.Record), view.Record);
        Dictionary<string, string> changes = RotationNotes.Changes(there, record, ends: false);
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

        await TakeOffAsync(view, pending, cancellationToken);
        return view with { Pending = null, Record = record };
    }

    public async Task<RotationView> RetireAsync(
        RotationView view,
        string version,
        RotationRecord record,
        CancellationToken cancellationToken
    )
    {
        if (view.Previous == version)
        {
            await TakeOffAsync(view, AwsStagingLabels.Previous, version, cancellationToken);
        }

        return await RecordAsync(view, record, cancellationToken) with
        {
            Previous = view.Previous == version ? null : view.Previous,
        };
    }

    private RotationView View(RotationSubject subject, AwsSecret secret)
    {
        string current =
            secret.VersionOf(AwsStagingLabels.Current)
            ?? throw StoreErrors.HasNoVersion(store.PlaceOf(subject.StoreName), subject.StoreName);
        string? previous = secret.VersionOf(AwsStagingLabels.Previous);
        Dictionary<string, string> notes = Notes(secret);
        PendingVersion? pending = PendingIn(secret, current, previous);
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

    /// <summary>Two rotators of the same version meet in one version, also where one of them goes back: whoever was first counts.</summary>
    private async Task<RotationView> StageAsync(RotationView view, SecretValue value, bool isUndo, CancellationToken cancellationToken)
    {
        string name = view.StoreName;
        StoreErrors.RequireSize(name, value, AwsStore.MaxValueBytes);
        (SecretValue? text, byte[]? binary) = AwsValueForms.Of(value);
        try
        {
            for (int attempt = 1; attempt <= MostAttempts; attempt++)
            {
                string token = Token(Arn(view), view.Current, attempt);
                AwsPut request = new()
                {
                    SecretId = AwsName.Parse(name).Id,
                    ClientRequestToken = token,
                    SecretString = text,
                    SecretBinary = binary,
                    VersionStages = isUndo ? [AwsStagingLabels.Pending, UndoLabel] : [AwsStagingLabels.Pending],
                };
                bool isMade = await PutAsync(name, request, cancellationToken);
                if (isMade && !isUndo)
                {
                    return view with { Pending = new PendingVersion(token, view.Current, false) { Attempt = attempt } };
                }

                // The version is there: with another rotator's value, which counts, with one that was rejected before, or with an undo's
                // that was given up.
                RotationView now = await ViewAsync(view.Subject, cancellationToken);
                if (now.Pending is { IsSuperseded: false } && (now.Current == view.Current || now.Pending.IsPromoted))
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
            }
        }
        finally
        {
            AwsValueForms.Clear(binary);
        }

        throw StoreErrors.Conflict(name, $"{MostAttempts} values were made for one rotation of '{name}', and none was kept");
    }

    /// <summary>
    /// The version under AWSPENDING, where its id is derived from the current version's or, once it is current or overtaken, from the one's
    /// before.
    /// </summary>
    private static PendingVersion? PendingIn(AwsSecret secret, string current, string? previous)
    {
        string arn = secret.Arn ?? "";
        if (secret.VersionOf(AwsStagingLabels.Pending) is not { } version || !IsDerived(arn, version))
        {
            return null;
        }

        RotationRecord? record = RotationNotes.RecordOf(Notes(secret));
        bool isPromoted = version == current;

        // Where two rotators met, the basis may have lost its label; the record may still name it.
        string? basis = new[] { current, previous, record?.From, record?.To }
            .OfType<string>()
            .FirstOrDefault(b => AttemptOf(arn, b, version) is not null);
        return new PendingVersion(version, basis ?? previous ?? "", isPromoted)
        {
            Attempt = basis is null ? 1 : AttemptOf(arn, basis, version)!.Value,
            IsUndo = secret.VersionOf(UndoLabel) == version,

            // Another rotator may have promoted a value that this one rejected: that is still the same rotation.
            IsSuperseded = !isPromoted && basis != current && (basis is null || AttemptOf(arn, basis, current) is null),
        };
    }

    private static string? ForeignIn(string name, AwsSecret secret, string current) =>
        secret.OwningService is { Length: > 0 } service
            ? $"'{name}' belongs to AWS's service '{RemoteText.Clean(service)}', which rotates it itself"
        : secret.VersionOf(AwsStagingLabels.Pending) is { } pending && pending != current
            ? $"Version {pending} of '{name}' is labelled AWSPENDING by "
                + (
                    secret.RotationLambda is { Length: > 0 } function
                        ? $"a rotation of the function {RemoteText.Clean(function)}"
                        : "a rotation that is none of ours"
                )
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
                AwsName.Parse(name).Region
            );
            return true;
        }
        catch (FlowSecretException e) when (e.Id == ErrorIds.SecretExists)
        {
            return false;
        }
    }

    private async Task TakeOffAsync(RotationView view, PendingVersion pending, CancellationToken cancellationToken)
    {
        if (pending.IsUndo)
        {
            await TakeOffAsync(view, UndoLabel, pending.Version, cancellationToken);
        }

        await TakeOffAsync(view, AwsStagingLabels.Pending, pending.Version, cancellationToken);
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

    /// <summary>
    /// The same for every rotator of the same version; its end tells that it is one of ours, whatever it was derived from.
    /// </summary>
    private static string Token(string arn, string basis, int attempt)
    {
        byte[] id =
        [
            .. Hash(string.Create(CultureInfo.InvariantCulture, $"{arn}\n{basis}\n{attempt}")).AsSpan(0, TokenBytes - CheckBytes),
            .. new byte[CheckBytes],
        ];
        Check(arn, id).CopyTo(id, TokenBytes - CheckBytes);
        return new Guid(id).ToString();
    }

    private static bool IsDerived(string arn, string version)
    {
        byte[] id = Guid.TryParse(version, out Guid guid) ? guid.ToByteArray() : new byte[TokenBytes];
        return guid != default && id.AsSpan(TokenBytes - CheckBytes).SequenceEqual(Check(arn, id));
    }

    private static byte[] Check(string arn, byte[] id) =>
        Hash($"{arn}\n{Convert.ToHexStringLower(id.AsSpan(0, TokenBytes - CheckBytes))}")[..CheckBytes];

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes($"flowsecrets-rotation\n{text}"));

    private static Dictionary<string, string> Notes(AwsSecret secret) => AwsTags.Of(secret);

    private static AwsSecret Secret(RotationView view) => (AwsSecret)view.Mark!;

    private static string Arn(RotationView view) => Secret(view).Arn ?? "";

    private static PendingVersion Pending(RotationView view) =>
        view.Pending ?? throw StoreErrors.Conflict(view.StoreName, $"No version of '{view.StoreName}' is pending any more");
}
