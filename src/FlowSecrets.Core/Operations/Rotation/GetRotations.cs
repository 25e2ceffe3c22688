using System.Runtime.CompilerServices;
using FlowSecrets.Operations.Rotation;

namespace FlowSecrets.Operations;

public sealed record GetRotationsOptions : RotationOptions
{
    /// <summary>Only where something is to be done.</summary>
    public bool DueOnly { get; init; }
}

/// <summary>How a secret's rotation stands.</summary>
public sealed record SecretRotation
{
    public required string Name { get; init; }

    public required string StoreName { get; init; }

    public required RotationState State { get; init; }

    /// <summary>The current version.</summary>
    public required string Version { get; init; }

    /// <summary>How old that is; null: not known.</summary>
    public TimeSpan? Age { get; init; }

    /// <summary>When it is to be rotated, in local time; null: the catalog does not say how often.</summary>
    public DateTime? DueAt { get; init; }

    /// <summary>Whether there is something to do: it is old, a rotation is unfinished, or a value before can go.</summary>
    public required bool Due { get; init; }

    /// <summary>When the value before goes out of use, in local time.</summary>
    public DateTime? RetireAt { get; init; }

    /// <summary>The id of the error that stopped it last; null: none did.</summary>
    public string? LastError { get; init; }

    /// <summary>How often in a row that step failed.</summary>
    public int Failures { get; init; }

    /// <summary>What is to be done, or stands in the way.</summary>
    public string? Message { get; init; }

    /// <summary>The rotations that ended, the newest first.</summary>
    public IReadOnlyList<RotationJournalEntry> Journal { get; init; } = [];

    public string? Environment { get; init; }

    public required StoreKind Store { get; init; }

    public required string Place { get; init; }
}

/// <summary>A rotation that ended.</summary>
/// <param name="By">The person or CI run.</param>
public sealed record RotationJournalEntry(
    RotationState State,
    string? From,
    string? To,
    DateTime Started,
    DateTime? Ended,
    TimeSpan? Duration,
    string By
)
{
    public override string ToString() => $"{Ended ?? Started:yyyy-MM-dd HH:mm} {State} {From} -> {To} by {By}";
}

/// <summary>Tells age, due date and state of rotations; changes nothing.</summary>
public sealed class GetRotationsOperation(OperationContext context) : IOperation<GetRotationsOptions, SecretRotation>
{
    public async IAsyncEnumerable<SecretRotation> RunAsync(
        GetRotationsOptions options,
        IOperationHost host,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        Workspace workspace = Workspace.OpenWithCatalog(context, options);
        IReadOnlyList<SecretRef> secrets = RotationSelection.Secrets(context, workspace, options, host);
        host.Verbose($"Looking at {Words.Count(secrets.Count, "secret")} in the {workspace.Place} ({workspace.Place.Identity}).");
        Dictionary<string, RotationItem> found = new(StringComparer.Ordinal);
        await foreach (RotationItem item in RotationItem.FindAsync(context, workspace, secrets, withAge: true, cancellationToken))
        {
            found[item.Secret.StoreName] = item;
            host.Progress(new ProgressUpdate("Looking at rotations", item.Secret.StoreName, found.Count, secrets.Count));
        }

        // In the catalog's order, whichever answered first.
        foreach (RotationItem item in secrets.Select(s => found[s.StoreName]))
        {
            if (item.Error is { } error)
            {
                host.Fail(workspace.Here(error, item.Secret));
            }
            else if (!options.DueOnly || item.IsDue(context.Clock.GetUtcNow()))
            {
                yield return Rotation(workspace, item);
            }
        }
    }

    private SecretRotation Rotation(Workspace workspace, RotationItem item)
    {
        RotationView view = item.View!;
        DateTimeOffset now = context.Clock.GetUtcNow();
        RotationRecord? record = view.Record;
        return new SecretRotation
        {
            Name = item.Secret.Definition!.Key,
            StoreName = item.Secret.StoreName,
            State = RotationItem.StateOf(view),
            Version = view.Current,
            Age = item.Made is { } made ? now - made : null,
            DueAt = item.DueAt?.LocalDateTime,
            Due = item.IsDue(now),
            RetireAt = record is { State: RotationState.Overlap, RetireAt: { } at } && record.To == view.Current ? at.LocalDateTime : null,
            LastError = record?.ErrorId,
            Failures = record?.Failures ?? 0,
            Message = view.Foreign ?? Message(item, now),
            // An array: PowerShell indexes nothing else that a collection expression makes.
            Journal = (RotationJournalEntry[])
                [
                    .. view.Journal.Select(static r => new RotationJournalEntry(
                        r.State,
                        r.From,
                        r.To,
                        r.Started.LocalDateTime,
                        r.Ended?.LocalDateTime,
                        r.Ended - r.Started,
                        r.By
                    )),
                ],
            Environment = workspace.Environment?.Name,
            Store = workspace.Place.Store,
            Place = workspace.Place.ToString(),
        };
    }

    private static string? Message(RotationItem item, DateTimeOffset now) =>
        item.View! switch
        {
            { Record: { State: RotationState.NeedsAttention } record } =>
                $"'{record.FailedStep}' failed {record.Failures} times: {record.ErrorId}. It waits for a person.",
            { Pending.IsUndo: true } => "Taking it back was broken off: Undo-FlowSecretRotation finishes it.",
            { Pending.IsSuperseded: true } => "A version that the rotation did not make is current: Undo-FlowSecretRotation gives it up.",
            { Pending: not null } => "It was broken off: the next run finishes it.",
            { } view when RotationItem.IsToRetire(view, now) => $"Version {view.Record!.From} can go out of use.",
            _ when item.IsOld(now) => "It is old enough.",
            _ => null,
        };
}
