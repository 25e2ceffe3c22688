using System.Runtime.CompilerServices;
using FlowSecrets.Catalogs;
using FlowSecrets.Concurrency;
using FlowSecrets.Model;
using FlowSecrets.Ports;

namespace FlowSecrets.Operations.Workloads;

internal record WorkloadOptions : TargetOptions
{
    /// <summary>Names of the catalog's workloads, with wildcards; none: all.</summary>
    public IReadOnlyList<string> Workloads { get; init; } = [];
}

/// <summary>Tells which version of each secret a workload runs with; changes nothing.</summary>
internal sealed class GetWorkloadsOperation(OperationContext context) : IOperation<WorkloadOptions, WorkloadItem>
{
    public async IAsyncEnumerable<WorkloadItem> RunAsync(
        WorkloadOptions options,
        IOperationHost host,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        Workspace workspace = await Workspace.OpenWithCatalogAsync(context, options, host, cancellationToken);
        IReadOnlyList<CatalogWorkload> workloads = WorkloadSelection.Find(workspace, options.Workloads, host);
        int done = 0;
        await foreach (
            (
                CatalogWorkload workload,
                WorkloadState? state,
                IReadOnlyDictionary<string, string> current,
                FlowSecretException? error
            ) in Bounded.RunAsync(workloads, 8, (w, ct) => LookAsync(workspace, w, ct), cancellationToken)
        )
        {
            host.Progress(new ProgressUpdate("Looking at workloads", workload.Name, ++done, workloads.Count));
            if (error is not null)
            {
                host.Fail(error);
                continue;
            }

            if (state!.Versions.Count == 0)
            {
                yield return Item(workspace, workload, state, null, null);
            }

            foreach (WorkloadVersion version in state.Versions)
            {
                yield return Item(workspace, workload, state, version, current.GetValueOrDefault(version.StoreName));
            }
        }
    }

    private async Task<(
        CatalogWorkload Workload,
        WorkloadState? State,
        IReadOnlyDictionary<string, string> Current,
        FlowSecretException? Error
    )> LookAsync(Workspace workspace, CatalogWorkload workload, CancellationToken cancellationToken)
    {
        try
        {
            using WorkloadSecrets secrets = await WorkloadSelection.SecretsAsync(workspace, workload, cancellationToken);
            return (
                workload,
                await context
                    .Providers()
                    .OpenWorkload(workload, workspace.Selection, context.Variable)
                    .StateAsync(secrets.List, cancellationToken),
                secrets
                    .List.DistinctBy(static s => s.StoreName, StringComparer.Ordinal)
                    .ToDictionary(static s => s.StoreName, static s => s.Version, StringComparer.Ordinal),
                null
            );
        }
        catch (FlowSecretException e)
        {
            return (workload, null, new Dictionary<string, string>(StringComparer.Ordinal), e);
        }
    }

    private static WorkloadItem Item(
        Workspace workspace,
        CatalogWorkload workload,
        WorkloadState state,
        WorkloadVersion? version,
        string? current
    ) =>
        new()
        {
            Workload = workload.Name,
            Kind = workload.Kind,
            Name = version is null
                ? null
                : workspace
                    .Catalog!.Secrets.FirstOrDefault(s => workspace.Catalog.StoreName(s, workspace.Environment) == version.StoreName)
                    ?.Key,
            Version = version?.Version,
            CurrentVersion = current,
            Stale = version?.IsStale,
            Health = state.Health.ToString(),
            Detail = string.Join("; ", new[] { version?.Source, state.Detail }.Where(static d => !string.IsNullOrEmpty(d))),
            Environment = workspace.Environment?.Name,
        };
}
