using System.Runtime.CompilerServices;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Operations.Secrets;

internal sealed record RemoveSecretsOptions : SecretTargetOptions
{
    /// <summary>How long it can be restored; null: not at all.</summary>
    public TimeSpan? RecoveryWindow { get; init; }

    /// <summary>Without it, a secret that data depends on is not deleted for good.</summary>
    public bool RemoveEncryptionKey { get; init; }

    /// <summary>Without it, a secret that a rotation still needs is not deleted for good.</summary>
    public bool AllowRotationLoss { get; init; }
}

/// <summary>Deletes secrets, with recovery unless told otherwise.</summary>
internal sealed class RemoveSecretsOperation(OperationContext context) : IOperation<RemoveSecretsOptions, SecretChange>
{
    public async IAsyncEnumerable<SecretChange> RunAsync(
        RemoveSecretsOptions options,
        IOperationHost host,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        Workspace workspace = await Workspace.OpenAsync(context, options, host, cancellationToken);
        string action = options.RecoveryWindow is { } window
            ? $"Delete, to be restored within {window.TotalDays:0} days"
            : "Delete for good, with all versions";
        IReadOnlyList<PlanStep> steps = await Plan.StepsAsync(
            workspace,
            workspace.Resolve(context, options, host, wildcards: false),
            host,
            (secret, token) =>
                Plan.StepAsync(
                    secret,
                    action,
                    () => CheckAsync(workspace, secret, options, token),
                    async ct =>
                    {
                        await workspace.Store.DeleteAsync(secret.StoreName, options.RecoveryWindow, ct);
                        return workspace.Result(
                            secret,
                            ItemStatus.Removed,
                            null,
                            options.RecoveryWindow is null
                                ? null
                                : Remedy.Of($"Restore it: {Shell($"Restore-FlowSecret {workspace.Argument(secret)}")}").ToString()
                        );
                    }
                ),
            cancellationToken
        );
        await foreach (SecretChange change in Plan.ApplyAsync("Removing secrets", workspace, steps, host, cancellationToken))
        {
            yield return change;
        }
    }

    private static async Task CheckAsync(
        Workspace workspace,
        SecretRef secret,
        RemoveSecretsOptions options,
        CancellationToken cancellationToken
    )
    {
        if (secret.Definition is { IsExternal: true })
        {
            throw new FlowSecretException(
                ErrorIds.ExternallyOwned,
                secret.StoreName,
                $"'{secret.StoreName}' has 'owner: external': it is not removed here",
                "Ask its owner, or take 'owner: external' out of the catalog."
            );
        }

        // A deletion that can be taken back loses nothing.
        if (secret.Definition is { IsEncryptionKey: true } && options is { RecoveryWindow: null, RemoveEncryptionKey: false })
        {
            throw new FlowSecretException(
                ErrorIds.EncryptionKeyProtected,
                secret.StoreName,
                $"'{secret.StoreName}' is an encryption key: without it, nobody can read what was encrypted with it",
                $"Delete it so that it can be restored: {Shell($"Remove-FlowSecret {workspace.Argument(secret)}")}; or, if that data is "
                    + $"gone too, add -RemoveEncryptionKey."
            );
        }

        SecretDescription description =
            await workspace.Store.DescribeAsync(secret.StoreName, cancellationToken)
            ?? throw StoreErrors.SecretNotFound(workspace.Place, secret.StoreName);
        if (options.RecoveryWindow is not null && !workspace.Store.Capabilities.RecoveryWindow)
        {
            throw StoreErrors.NoRecoveryWindow(workspace.Place, secret.StoreName);
        }

        if (options is { RecoveryWindow: null, AllowRotationLoss: false } && description.Deleted is null)
        {
            await VersionRules.RequireUnusedAsync(workspace, secret, description, cancellationToken);
        }

        if (description.Deleted is not null && options.RecoveryWindow is not null)
        {
            throw StoreErrors.PendingDeletion(secret.StoreName, description.PurgeAt);
        }
    }
}
