using System.Runtime.CompilerServices;

namespace FlowSecrets.Operations;

public sealed record RemoveSecretsOptions : TargetOptions
{
    public IReadOnlyList<string> Names { get; init; } = [];

    public IReadOnlyList<string> StoreNames { get; init; } = [];

    /// <summary>How long it can be restored; null: not at all.</summary>
    public TimeSpan? RecoveryWindow { get; init; }
}

/// <summary>Deletes secrets, with recovery unless told otherwise.</summary>
public sealed class RemoveSecretsOperation(OperationContext context) : IOperation<RemoveSecretsOptions, SecretChange>
{
    public async IAsyncEnumerable<SecretChange> RunAsync(RemoveSecretsOptions options, IOperationHost host, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Workspace workspace = Workspace.Open(context, options);
        string action = options.RecoveryWindow is { } window ? $"Delete, to be restored within {window.TotalDays:0} days" : "Delete for good, with all versions";
        PlanStep[] steps =
        [
            .. workspace.Resolve(context, options.Names, options.StoreNames, wildcards: false).Select(s => new PlanStep(s, action, async ct =>
            {
                if (s.Definition is { IsExternal: true })
                {
                    throw new FlowSecretException(ErrorIds.ExternallyOwned, FlowErrorCategory.InvalidOperation, s.StoreName, $"'{s.StoreName}' has 'owner: external': it is not removed here", "Ask its owner, or take 'owner: external' out of the catalog.");
                }

                await workspace.Store.DeleteAsync(s.StoreName, options.RecoveryWindow, ct);
                return workspace.Result(s, ItemStatus.Removed, null, options.RecoveryWindow is null ? null : $"Restore it: Restore-FlowSecret {s.Argument}");
            })),
        ];
        await foreach (SecretChange change in Plan.ApplyAsync("Removing secrets", workspace, steps, host, cancellationToken))
        {
            yield return change;
        }
    }
}

/// <summary>Takes pending deletions back.</summary>
public sealed class RestoreSecretsOperation(OperationContext context) : IOperation<RemoveSecretsOptions, SecretChange>
{
    public async IAsyncEnumerable<SecretChange> RunAsync(RemoveSecretsOptions options, IOperationHost host, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Workspace workspace = Workspace.Open(context, options);
        PlanStep[] steps =
        [
            .. workspace.Resolve(context, options.Names, options.StoreNames, wildcards: false).Select(s => new PlanStep(s, "Restore", async ct =>
            {
                bool isDeleted = await workspace.Store.DescribeAsync(s.StoreName, ct) is not { Deleted: null };
                if (isDeleted)
                {
                    await workspace.Store.RestoreAsync(s.StoreName, ct);
                }

                return workspace.Result(s, isDeleted ? ItemStatus.Restored : ItemStatus.Unchanged);
            })),
        ];
        await foreach (SecretChange change in Plan.ApplyAsync("Restoring secrets", workspace, steps, host, cancellationToken))
        {
            yield return change;
        }
    }
}
