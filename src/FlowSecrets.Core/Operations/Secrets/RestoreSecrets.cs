using System.Runtime.CompilerServices;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Operations.Secrets;

/// <summary>Takes pending deletions back.</summary>
internal sealed class RestoreSecretsOperation(OperationContext context) : IOperation<RemoveSecretsOptions, SecretChange>
{
    public async IAsyncEnumerable<SecretChange> RunAsync(
        RemoveSecretsOptions options,
        IOperationHost host,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        Workspace workspace = await Workspace.OpenAsync(context, options, host, cancellationToken);
        IReadOnlyList<PlanStep> steps = await Plan.StepsAsync(
            workspace,
            workspace.Resolve(context, options, host, wildcards: false),
            host,
            async (secret, token) =>
            {
                SecretDescription? description = await workspace.Store.DescribeAsync(secret.StoreName, token);
                return new PlanStep(
                    secret,
                    "Restore",
                    async ct =>
                    {
                        if (description is { Deleted: null })
                        {
                            return workspace.Result(secret, ItemStatus.Unchanged);
                        }

                        await workspace.Store.RestoreAsync(secret.StoreName, ct);
                        return workspace.Result(secret, ItemStatus.Restored);
                    },
                    Refusal(workspace, secret, description)
                );
            },
            cancellationToken
        );
        await foreach (SecretChange change in Plan.ApplyAsync("Restoring secrets", workspace, steps, host, cancellationToken))
        {
            yield return change;
        }
    }

    private static FlowSecretException? Refusal(Workspace workspace, SecretRef secret, SecretDescription? description) =>
        (description, workspace.Store.Capabilities.RecoveryWindow) switch
        {
            (not null, _) => null,
            (null, true) => StoreErrors.SecretNotFound(workspace.Place, secret.StoreName),
            (null, false) => StoreErrors.NotSupported(
                workspace.Place,
                secret.StoreName,
                $"There is no secret '{secret.StoreName}' in the {workspace.Place}, which has no recovery window: what was deleted "
                    + $"there is gone",
                $"Create it again: {Shell($"New-FlowSecret {Stored(secret.StoreName)}")}"
            ),
        };
}
