using FlowSecrets.Concurrency;
using FlowSecrets.Model;
using FlowSecrets.Ports;

namespace FlowSecrets.Operations.ExternalSecrets;

/// <summary>Restarts the workloads that keep what was refreshed, each once, by the code of Restart-FlowSecretWorkload.</summary>
internal sealed class ExternalRestarts(OperationContext context, ExternalSecretScope scope, TimeSpan patience, IOperationHost host)
{
    private const int AtATime = 8;

    /// <summary>A workload that fails is the failure of each ExternalSecret that it reads.</summary>
    public async Task RunAsync(IReadOnlyList<ExternalSyncItem> items, CancellationToken cancellationToken)
    {
        (string Key, CatalogWorkload Workload, ExternalSyncItem[] Items)[] restarts =
        [
            .. items
                .Where(static i => i.IsDelivered)
                .SelectMany(static i => i.Keepers, static (i, k) => (Key: $"{i.Info.Namespace}/{k.Name}", Workload: k, Item: i))
                .GroupBy(static r => r.Key, StringComparer.Ordinal)
                .Select(static g => (g.Key, g.First().Workload, g.Select(static r => r.Item).ToArray())),
        ];
        await foreach (
            ((_, CatalogWorkload workload, ExternalSyncItem[] of), FlowSecretException? error) in Bounded.RunAsync(
                restarts,
                AtATime,
                async (r, ct) => (r, await RestartAsync(r.Workload, r.Items, ct)),
                cancellationToken
            )
        )
        {
            foreach (ExternalSyncItem item in of)
            {
                if (error is null)
                {
                    item.Restarted(workload.Name);
                }
                else
                {
                    item.Fail(error);
                }
            }
        }
    }

    private async Task<FlowSecretException?> RestartAsync(
        CatalogWorkload workload,
        ExternalSyncItem[] items,
        CancellationToken cancellationToken
    )
    {
        try
        {
            IWorkload open = context.Providers().OpenWorkload(workload, scope.Workspace.Selection, context.Variable);
            WorkloadSecret[] secrets =
            [
                .. items
                    .SelectMany(static i => i.Versions)
                    .DistinctBy(static v => v.Key, StringComparer.Ordinal)
                    .Select(static v => new WorkloadSecret(v.Key, v.Value)),
            ];
            void Say(string text) => host.Verbose($"{open.Description}: {text}");

            // One that was deployed with these versions already stays as it is.
            bool always = secrets.Length == 0 || Array.Exists(items, static i => i.Status == ItemStatus.Updated);
            string deployment = await open.RedeployAsync(secrets, always, Say, cancellationToken);
            await open.WaitAsync(deployment, patience, Say, cancellationToken);
            return null;
        }
        catch (FlowSecretException e)
        {
            return e;
        }
    }
}
