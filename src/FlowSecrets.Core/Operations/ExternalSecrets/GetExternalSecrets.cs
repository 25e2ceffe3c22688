using System.Runtime.CompilerServices;
using FlowSecrets.Model;
using FlowSecrets.Ports;

namespace FlowSecrets.Operations.ExternalSecrets;

/// <summary>Shows the ExternalSecrets of a cluster and what the operator says of them; changes nothing, reads no value.</summary>
internal sealed class GetExternalSecretsOperation(OperationContext context) : IOperation<ExternalSecretOptions, ExternalSecretItem>
{
    public async IAsyncEnumerable<ExternalSecretItem> RunAsync(
        ExternalSecretOptions options,
        IOperationHost host,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        ExternalSecretScope scope = await ExternalSecretScope.OpenAsync(context, options, host, cancellationToken);
        foreach (IExternalSecrets space in scope.Spaces)
        {
            IReadOnlyList<ExternalSecretInfo> items = [];
            try
            {
                items = await scope.ListAsync(space, cancellationToken);
            }
            catch (FlowSecretException e)
            {
                host.Fail(e);
            }

            foreach (ExternalSecretInfo item in items)
            {
                yield return Item(scope, item);
            }
        }

        scope.FailMissing(host);
    }

    private ExternalSecretItem Item(ExternalSecretScope scope, ExternalSecretInfo item)
    {
        DateTimeOffset now = context.Clock.GetUtcNow();
        return new ExternalSecretItem
        {
            Name = item.Name,
            Namespace = item.Namespace,
            Context = scope.Context,
            Environment = scope.Environment,
            SecretStore = item.StoreName,
            SecretStoreKind = item.StoreKind,
            State = ExternalSecretStates.Of(item, now),
            Reason = item.Ready?.Reason,
            Message = item.Ready?.Message,
            LastRefresh = item.Refreshed,
            Age = item.Refreshed is { } refreshed ? now - refreshed : null,
            Versions =
            [
                .. item
                    .Entries.Select(static e => e.Version is null ? e.RemoteKey : $"{e.RemoteKey}@{e.Version}")
                    .Distinct(StringComparer.Ordinal),
            ],
            SecretName = item.SecretName,
            SecretKeys = item.SecretKeys is null ? null : [.. item.SecretKeys],
            LastWarning = item.LastWarning,
        };
    }
}
