using System.Runtime.CompilerServices;
using FlowSecrets.Catalogs;
using FlowSecrets.Operations.Rotation;
using FlowSecrets.Transport;

namespace FlowSecrets.Operations;

public record WorkloadOptions : TargetOptions
{
    /// <summary>Names of the catalog's workloads, with wildcards; none: all.</summary>
    public IReadOnlyList<string> Workloads { get; init; } = [];
}

public sealed record RestartWorkloadOptions : WorkloadOptions
{
    /// <summary>Wait until it is healthy.</summary>
    public bool Wait { get; init; }

    public TimeSpan? Timeout { get; init; }
}

/// <summary>A secret that a workload consumes.</summary>
public sealed record WorkloadItem
{
    public required string Workload { get; init; }

    /// <summary>kubernetes, cloudrun, apprunner or ecs.</summary>
    public required string Kind { get; init; }

    /// <summary>The catalog's key; null: it consumes none that the catalog tells.</summary>
    public string? Name { get; init; }

    /// <summary>The version that it runs with; null: not known.</summary>
    public string? Version { get; init; }

    /// <summary>The version that is current in the store.</summary>
    public string? CurrentVersion { get; init; }

    /// <summary>Whether it runs with an older version; null: that cannot be told.</summary>
    public bool? Stale { get; init; }

    public required WorkloadHealth Health { get; init; }

    /// <summary>How the version was found, and what the platform says.</summary>
    public required string Detail { get; init; }

    public string? Environment { get; init; }
}

/// <summary>What became of one workload.</summary>
public sealed record WorkloadChange : ItemResult
{
    public required string Workload { get; init; }

    public required string Kind { get; init; }

    public string? Environment { get; init; }
}

/// <summary>What the workload commands have in common.</summary>
internal static class WorkloadSelection
{
    /// <exception cref="FlowSecretException">BadArgument: the catalog knows no such workload.</exception>
    public static IReadOnlyList<CatalogWorkload> Find(Workspace workspace, IReadOnlyList<string> names)
    {
        IReadOnlyDictionary<string, CatalogWorkload> known = workspace.Catalog!.WorkloadsOf(workspace.Environment);
        return names.Count == 0
            ? [.. known.Values]
            : [.. names.SelectMany(n => Matches(workspace, known, n)).DistinctBy(static w => w.Name, StringComparer.Ordinal)];
    }

    public static IReadOnlyList<SecretRef> Consumed(Workspace workspace, CatalogWorkload workload) =>
        [.. workspace.Catalog!.Secrets.Where(s => s.Workloads.Contains(workload.Name, StringComparer.Ordinal)).Select(workspace.Ref)];

    /// <summary>The secrets that a workload consumes as they should be; those without a value are left out.</summary>
    public static async Task<WorkloadSecrets> SecretsAsync(
        Workspace workspace,
        CatalogWorkload workload,
        CancellationToken cancellationToken
    )
    {
        WorkloadSecrets secrets = new();
        try
        {
            foreach (SecretRef secret in Consumed(workspace, workload))
            {
                try
                {
                    CatalogSecret definition = secret.Definition!;
                    RotationView view = await workspace.Store.Rotation.ViewAsync(
                        new RotationSubject(secret.StoreName, definition.Rotation?.UsesAlias == true),
                        cancellationToken
                    );
                    DateTimeOffset? since =
                        view.Record is { Promoted: { } promoted } record && record.To == view.Current
                            ? promoted
                            : (await workspace.Store.DescribeAsync(secret.StoreName, cancellationToken))?.Updated;
                    await secrets.AddAsync(workspace.Store.Rotation, view, definition, since, withPrevious: true, cancellationToken);
                }
                catch (FlowSecretException e)
                    when (e.Id
                            is ErrorIds.SecretNotFound
                                or ErrorIds.SecretHasNoVersion
                                or ErrorIds.PendingDeletion
                                or ErrorIds.VersionDisabled
                    )
                {
                    // What is not there, nothing runs with.
                }
            }

            return secrets;
        }
        catch
        {
            secrets.Dispose();
            throw;
        }
    }

    private static IEnumerable<CatalogWorkload> Matches(
        Workspace workspace,
        IReadOnlyDictionary<string, CatalogWorkload> known,
        string name
    )
    {
        CatalogWorkload[] matches = [.. known.Values.Where(w => Wildcard.IsMatch(name, w.Name))];
        return matches.Length > 0 || Wildcard.HasWildcard(name)
            ? matches
            : throw new FlowSecretException(
                ErrorIds.BadArgument,
                FlowErrorCategory.ObjectNotFound,
                name,
                $"The catalog '{workspace.Catalog!.Path}' has no workload '{name}'",
                known.Count == 0 ? "Describe it in the catalog, under 'workloads'." : $"There are: {string.Join(", ", known.Keys)}."
            );
    }
}

/// <summary>Tells which version of each secret a workload runs with; changes nothing.</summary>
public sealed class GetWorkloadsOperation(OperationContext context) : IOperation<WorkloadOptions, WorkloadItem>
{
    public async IAsyncEnumerable<WorkloadItem> RunAsync(
        WorkloadOptions options,
        IOperationHost host,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        Workspace workspace = Workspace.OpenWithCatalog(context, options);
        IReadOnlyList<CatalogWorkload> workloads = WorkloadSelection.Find(workspace, options.Workloads);
        int done = 0;
        await foreach (
            (
                CatalogWorkload workload,
                WorkloadState? state,
                IReadOnlyList<WorkloadSecret> secrets,
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
                yield return Item(
                    workspace,
                    workload,
                    state,
                    version,
                    secrets.FirstOrDefault(s => s.StoreName == version.StoreName)?.Version
                );
            }
        }
    }

    private async Task<(
        CatalogWorkload Workload,
        WorkloadState? State,
        IReadOnlyList<WorkloadSecret> Secrets,
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
                secrets.List,
                null
            );
        }
        catch (FlowSecretException e)
        {
            return (workload, null, [], e);
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
            Health = state.Health,
            Detail = string.Join("; ", new[] { version?.Source, state.Detail }.Where(static d => !string.IsNullOrEmpty(d))),
            Environment = workspace.Environment?.Name,
        };
}

/// <summary>Deploys workloads anew, so that they run with the current versions.</summary>
public sealed class RestartWorkloadsOperation(OperationContext context) : IOperation<RestartWorkloadOptions, WorkloadChange>
{
    public async IAsyncEnumerable<WorkloadChange> RunAsync(
        RestartWorkloadOptions options,
        IOperationHost host,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        Workspace workspace = Workspace.OpenWithCatalog(context, options);
        List<(CatalogWorkload Workload, IWorkload Open, string Deployment)> started = [];
        foreach (CatalogWorkload workload in WorkloadSelection.Find(workspace, options.Workloads))
        {
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
                options.Timeout ?? new RotationSettings().Timeout,
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
