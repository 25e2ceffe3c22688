using System.Runtime.CompilerServices;
using FlowSecrets.Model;
using FlowSecrets.Operations.Rotation.Run;
using FlowSecrets.Ports;

namespace FlowSecrets.Operations.Rotation;

internal sealed record UndoRotationOptions : RotationOptions
{
    public TimeSpan? Timeout { get; init; }
}

/// <summary>Takes rotations back: the value before is current again in store, target and workloads.</summary>
internal sealed class UndoRotationOperation(OperationContext context) : IOperation<UndoRotationOptions, RotationResult>
{
    public async IAsyncEnumerable<RotationResult> RunAsync(
        UndoRotationOptions options,
        IOperationHost host,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        Workspace workspace = await Workspace.OpenWithCatalogAsync(context, options, host, cancellationToken);
        await workspace.Store.IdentifyAsync(cancellationToken);
        using RotationTargetFactory targets = new(context);
        RotationSettings settings = new() { AllowInterruption = true, Timeout = options.Timeout ?? new RotationSettings().Timeout };
        IReadOnlyList<SecretRef> secrets = RotationSelection.Secrets(context, workspace, options, host);
        List<RotationItem> found = [];
        await foreach (RotationItem item in RotationItem.FindAsync(context, workspace, secrets, withAge: false, cancellationToken))
        {
            found.Add(item);
        }

        foreach (RotationItem item in await RotationTrust.AskAsync(context, workspace, found, cancellationToken))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (item.Error is null && !await host.ShouldProcessAsync(item.ReachAt(workspace), "Take the rotation back", cancellationToken))
            {
                yield return InvokeRotationOperation.Result(workspace, item, null, null, default) with
                {
                    Status = host.IsWhatIf ? ItemStatus.Planned : ItemStatus.Skipped,
                    Message = "Take the rotation back",
                };
                continue;
            }

            yield return await UndoAsync(workspace, item, settings, host, targets, cancellationToken);
        }
    }

    private async Task<RotationResult> UndoAsync(
        Workspace workspace,
        RotationItem item,
        RotationSettings settings,
        IOperationHost host,
        RotationTargetFactory targets,
        CancellationToken cancellationToken
    )
    {
        long start = context.Clock.GetTimestamp();
        if (item.Error is not null)
        {
            return InvokeRotationOperation.Result(workspace, item, item.Error, null, default);
        }

        using RotationRun run = new(workspace, item.Unit!, settings, context, host, targets, cancellationToken);
        try
        {
            using RotationLock held = RotationLock.Take(workspace.Place, item.Names, context.Variable);
            RotationView view = await workspace.Store.Rotation.ViewAsync(item.Unit!.Subject, cancellationToken);
            view = await run.UndoAsync(view);
            return InvokeRotationOperation.Result(workspace, item, null, view, context.Clock.GetElapsedTime(start)) with
            {
                Status = ItemStatus.Undone,
            };
        }
        catch (FlowSecretException e)
        {
            return InvokeRotationOperation.Result(workspace, item, e, run.Last, context.Clock.GetElapsedTime(start));
        }
    }
}
