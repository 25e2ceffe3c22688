using System.Runtime.CompilerServices;
using FlowSecrets.Catalogs.Trust;
using FlowSecrets.Concurrency;
using FlowSecrets.Model;
using FlowSecrets.Ports;

namespace FlowSecrets.Operations.Workloads;

internal sealed record RestartWorkloadOptions : WorkloadOptions
{
    /// <summary>Wait until it is healthy.</summary>
    public bool Wait { get; init; }

    public TimeSpan? Timeout { get; init; }
}

/// <summary>Deploys workloads anew, so that they run with the current versions.</summary>
internal sealed class RestartWorkloadsOperation(OperationContext context) : IOperation<RestartWorkloadOptions, WorkloadChange>
{
    public async IAsyncEnumerable<WorkloadChange> RunAsync(
        RestartWorkloadOptions options,
        IOperationHost host,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        Workspace workspace = await Workspace.OpenWithCatalogAsync(context, options, host, cancellationToken);
        List<(CatalogWorkload Workload, IWorkload Open, string Deployment)> started = [];
        CatalogWorkload[] workloads = [.. WorkloadSelection.Find(workspace, options.Workloads, host)];
        await workspace.Trust!.AskAsync(workloads.SelectMany(workspace.ChangeRecords), cancellationToken);
        foreach (CatalogWorkload workload in workloads)
        {
            if (workspace.Trust.Refusal(workspace.ChangeRecords(workload), workload.Name) is { } refusal)
            {
                yield return Result(workspace, workload, ItemStatus.Restarted, null, refusal);
                continue;
            }

            cancellationToken.ThrowIfCancellationRequested();
            IWorkload open = context.Providers().OpenWorkload(workload, workspace.Selection, context.Variable);
            if (!await host.ShouldProcessAsync(open.Description, "Deploy anew", cancellationToken))
            {
                yield return Result(workspace, workload, host.IsWhatIf ? ItemStatus.Planned : ItemStatus.Skipped, "Deploy anew");
                continue;
            }

            (string? deployment, FlowSecretException? error) = await TryAsync(async () =>
            {
                using WorkloadSecrets secrets = await WorkloadSelection.SecretsAsync(workspace, workload, cancellationToken);
                return await open.RedeployAsync(
                    secrets.List,
                    always: true,
                    t => host.Verbose($"{open.Description}: {t}"),
                    cancellationToken
                );
            });
            if (error is not null || !options.Wait)
            {
                yield return Result(
                    workspace,
                    workload,
                    ItemStatus.Restarted,
                    options.Wait ? null : "The deployment has begun; -Wait waits until it is healthy.",
                    error
                );
                continue;
            }

            started.Add((workload, open, deployment!));
        }

        await foreach (
            WorkloadChange change in Bounded.RunAsync(
                started,
                Math.Max(1, started.Count),
                (s, ct) => WaitAsync(workspace, s, options, host, ct),
                cancellationToken
            )
        )
        {
            yield return change;
        }
    }

    private static async Task<WorkloadChange> WaitAsync(
        Workspace workspace,
        (CatalogWorkload Workload, IWorkload Open, string Deployment) started,
        RestartWorkloadOptions options,
        IOperationHost host,
        CancellationToken cancellationToken
    )
    {
        (_, FlowSecretException? error) = await TryAsync(async () =>
        {
            await started.Open.WaitAsync(
                started.Deployment,
                options.Timeout ?? WorkloadSelection.Patience,
                t => host.Verbose($"{started.Open.Description}: {t}"),
                cancellationToken
            );
            return started.Deployment;
        });
        return Result(workspace, started.Workload, ItemStatus.Restarted, "It is healthy.", error);
    }

    private static async Task<(string? Deployment, FlowSecretException? Error)> TryAsync(Func<Task<string>> act)
    {
        try
        {
            return (await act(), null);
        }
        catch (FlowSecretException e)
        {
            return (null, e);
        }
    }

    private static WorkloadChange Result(
        Workspace workspace,
        CatalogWorkload workload,
        string status,
        string? message,
        FlowSecretException? error = null
    ) =>
        new()
        {
            Workload = workload.Name,
            Kind = workload.Kind,
            Status = error is null ? status : ItemStatus.Failed,
            Message = error?.Message ?? message,
            Environment = workspace.Environment?.Name,
            Error = error,
        };
}
