using System.Runtime.CompilerServices;
using FlowSecrets.Model;
using FlowSecrets.Operations.Rotation.Run;
using FlowSecrets.Ports;
using FlowSecrets.Text;

namespace FlowSecrets.Operations.Rotation;

internal sealed record GetRotationsOptions : RotationOptions
{
    /// <summary>Only where something is to be done.</summary>
    public bool DueOnly { get; init; }
}

/// <summary>Tells age, due date and state of rotations; changes nothing.</summary>
internal sealed class GetRotationsOperation(OperationContext context) : IOperation<GetRotationsOptions, SecretRotation>
{
    public async IAsyncEnumerable<SecretRotation> RunAsync(
        GetRotationsOptions options,
        IOperationHost host,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        Workspace workspace = await Workspace.OpenWithCatalogAsync(context, options, host, cancellationToken);
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
            State = RotationItem.StateOf(view).ToString(),
            Version = view.Current,
            Age = item.Made is { } made ? now - made : null,
            DueAt = item.DueAt?.LocalDateTime,
            Due = item.IsDue(now),
            RetireAt = record is { State: RotationState.Overlap, RetireAt: { } at } && record.To == view.Current ? at.LocalDateTime : null,
            LastError = record?.ErrorId,
            Failures = record?.Failures ?? 0,
            Message = view.Foreign ?? Message(item, now),
            Journal =
            [
                .. view.Journal.Select(static r => new RotationJournalEntry(
                    r.State.ToString(),
                    r.From,
                    r.To,
                    r.Started.LocalDateTime,
                    r.Ended?.LocalDateTime,
                    r.Ended - r.Started,
                    r.By
                )),
            ],
            Environment = workspace.Environment?.Name,
            Store = workspace.Place.Store.ToString(),
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
