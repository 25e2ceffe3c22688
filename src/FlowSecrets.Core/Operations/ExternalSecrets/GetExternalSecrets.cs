using System.Runtime.CompilerServices;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Text;

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
            IReadOnlyList<MountedClass> mounted = [];
            try
            {
                items = await scope.ListAsync(space, cancellationToken);
                mounted = scope.Matching(await space.MountedAsync(cancellationToken), static m => m.Name);
            }
            catch (FlowSecretException e)
            {
                // A cluster can have the driver and not the operator.
                mounted = e.Id == ErrorIds.ClusterKindNotServed ? await OfDriverAsync(scope, space, host, cancellationToken) : [];
                if (mounted.Count == 0)
                {
                    host.Fail(e);
                }
            }

            foreach (ExternalSecretInfo item in items)
            {
                yield return Item(scope, item);
            }

            foreach (MountedClass one in mounted)
            {
                yield return Item(scope, one);
            }
        }

        scope.FailMissing(host);
    }

    private static async Task<IReadOnlyList<MountedClass>> OfDriverAsync(
        ExternalSecretScope scope,
        IExternalSecrets space,
        IOperationHost host,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return scope.Matching(await space.MountedAsync(cancellationToken), static m => m.Name);
        }
        catch (FlowSecretException e)
        {
            host.Verbose(e.Message);
            return [];
        }
    }

    private static ExternalSecretItem Item(ExternalSecretScope scope, MountedClass mounted) =>
        new()
        {
            Name = mounted.Name,
            Namespace = mounted.Space.Namespace ?? "default",
            Context = scope.Context,
            Environment = scope.Environment,
            SecretStoreKind = "SecretProviderClass",
            State =
                mounted.Mounted < mounted.Pods ? ExternalSecretStates.Pending
                : mounted.Differs ? ExternalSecretStates.Stale
                : ExternalSecretStates.Synced,
            Message =
                $"mounted in {mounted.Mounted} of {Words.Count(mounted.Pods, "pod")}"
                + (mounted.Differs ? ", which have different versions" : ""),
            Versions = [.. mounted.Versions],
            SecretName = mounted.Name,
            SecretKeys = [],
        };

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
