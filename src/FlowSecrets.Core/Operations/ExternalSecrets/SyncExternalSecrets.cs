using System.Runtime.CompilerServices;
using FlowSecrets.Concurrency;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Operations.Workloads;
using FlowSecrets.Ports;

namespace FlowSecrets.Operations.ExternalSecrets;

internal sealed record SyncExternalSecretOptions : ExternalSecretOptions
{
    public SyncExternalSecretOptions() { }

    public SyncExternalSecretOptions(ExternalSecretOptions options)
        : base(options) { }

    /// <summary>The version that must arrive; null: the current one.</summary>
    public string? Version { get; init; }

    /// <summary>Wait until the Kubernetes Secret has the values.</summary>
    public bool Wait { get; init; }

    /// <summary>Then restart the workloads that keep old values.</summary>
    public bool Restart { get; init; }

    public TimeSpan? Timeout { get; init; }

    public bool Waits => Wait || Restart || Version is not null;
}

/// <summary>Lets the operator read its store again, and waits until the values have arrived.</summary>
internal sealed class SyncExternalSecretsOperation(OperationContext context) : IOperation<SyncExternalSecretOptions, ExternalSecretChange>
{
    private const int AtATime = 8;

    /// <summary>How long the values may take, unless a command says otherwise.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    public async IAsyncEnumerable<ExternalSecretChange> RunAsync(
        SyncExternalSecretOptions options,
        IOperationHost host,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        ExternalSecretScope scope = await ExternalSecretScope.OpenAsync(context, options, host, cancellationToken);
        if (scope.Workspace.Trust is { } trust)
        {
            await trust.RequireAsync(scope.ChangeRecords, cancellationToken);
        }

        List<ExternalSyncItem> items = await PlanAsync(scope, options, host, cancellationToken);
        await foreach (
            bool _ in Bounded.RunAsync(
                items.Where(static i => i.Status is null),
                AtATime,
                async (i, ct) =>
                {
                    await SyncAsync(scope, i, options, host, ct);
                    return true;
                },
                cancellationToken
            )
        )
        {
            // Each item has its own end.
        }

        await new ExternalRestarts(context, scope, options.Timeout ?? WorkloadSelection.Patience, host).RunAsync(items, cancellationToken);
        foreach (ExternalSyncItem item in items)
        {
            yield return item.Result(scope);
        }

        scope.FailMissing(host);
    }

    /// <summary>Asks for each before the first one is begun. What can never come is refused without being asked about.</summary>
    private static async Task<List<ExternalSyncItem>> PlanAsync(
        ExternalSecretScope scope,
        SyncExternalSecretOptions options,
        IOperationHost host,
        CancellationToken cancellationToken
    )
    {
        List<ExternalSyncItem> items = [];
        foreach (IExternalSecrets space in scope.Spaces)
        {
            IReadOnlyList<ExternalSecretInfo> found;
            FlowSecretException? stopped;
            try
            {
                found = await scope.ListAsync(space, cancellationToken);
                stopped = found.Count == 0 ? null : await StoppedAsync(space, cancellationToken);
            }
            catch (FlowSecretException e)
            {
                host.Fail(e);
                continue;
            }

            foreach (ExternalSecretInfo info in found)
            {
                items.Add(await PlanAsync(scope, space, info, stopped, options, host, cancellationToken));
            }
        }

        return items;
    }

    private static async Task<ExternalSyncItem> PlanAsync(
        ExternalSecretScope scope,
        IExternalSecrets space,
        ExternalSecretInfo info,
        FlowSecretException? stopped,
        SyncExternalSecretOptions options,
        IOperationHost host,
        CancellationToken cancellationToken
    )
    {
        ExternalSyncItem item = new(space, info);
        try
        {
            if ((Never(info) ?? stopped?.With(target: info.Name)) is { } refusal)
            {
                throw refusal;
            }

            if (options.Restart)
            {
                item.Keepers = await space.KeepersAsync(info.SecretName, cancellationToken);
            }

            string action = options.Waits
                ? $"Refresh and wait for {(options.Version is { } version ? $"version {version}" : "the current version")}"
                : "Refresh";
            string restarts = item.Keepers.Count == 0 ? "" : $"; then restart {string.Join(", ", item.Keepers.Select(static k => k.Name))}";
            string target = $"{info} ({(scope.Context is { } named ? $"context {named}" : "kubectl's current context")})";
            if (!await host.ShouldProcessAsync(target, action + restarts, cancellationToken))
            {
                item.End(host.IsWhatIf ? ItemStatus.Planned : ItemStatus.Skipped, action + restarts);
            }
        }
        catch (FlowSecretException e)
        {
            item.Fail(e);
        }

        return item;
    }

    private static FlowSecretException? Never(ExternalSecretInfo info) =>
        info.NeverRefreshes is { } why ? ExternalSecretErrors.NeverRefreshed(info, why) : null;

    /// <summary>An operator that does not run refreshes nothing. One that may not be seen is taken to run.</summary>
    private static async Task<FlowSecretException?> StoppedAsync(IExternalSecrets space, CancellationToken cancellationToken) =>
        ExternalSecretDiagnosis.OfOperators(space.Space, await space.OperatorsAsync(cancellationToken)) is { } stopped
            ? new FlowSecretException(ErrorIds.ExternalSecretNeverRefreshed, null, stopped.Evidence, stopped.Remedy)
            : null;

    private async Task SyncAsync(
        ExternalSecretScope scope,
        ExternalSyncItem item,
        SyncExternalSecretOptions options,
        IOperationHost host,
        CancellationToken cancellationToken
    )
    {
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!options.Waits)
            {
                await item.Space.ForceAsync(item.Info.Name, cancellationToken);
                item.End(ItemStatus.Requested, "The operator was told to read its store again; -Wait waits for the values.");
                return;
            }

            using ExternalExpectations? expected = await ExpectAsync(scope, item, options.Version, cancellationToken);
            bool isChanged = await item.Space.RefreshAsync(
                item.Info,
                expected?.All ?? [],
                options.Timeout ?? Patience,
                host.Verbose,
                cancellationToken
            );
            item.Versions = expected?.Versions.ToDictionary(StringComparer.Ordinal) ?? [];
            item.End(
                isChanged ? ItemStatus.Updated : ItemStatus.Unchanged,
                expected is { IsIncomplete: false }
                    ? null
                    : "The operator has read its store again. What a template makes, or what the operator changes, was not compared."
            );
        }
        catch (FlowSecretException e)
        {
            item.Fail(e);
        }
    }

    /// <returns>Null: its store is none that this module knows.</returns>
    private async Task<ExternalExpectations?> ExpectAsync(
        ExternalSecretScope scope,
        ExternalSyncItem item,
        string? version,
        CancellationToken cancellationToken
    )
    {
        ExternalStores stores = await item.Space.StoresAsync(cancellationToken);
        ExternalStoreInfo? named = stores.All.FirstOrDefault(s => s.Kind == item.Info.StoreKind && s.Name == item.Info.StoreName);
        ExternalSecretStore? cloud = named is null ? null : ExternalSecretStore.Open(context, scope.Workspace, named);
        if (cloud is not null)
        {
            return await ExternalExpectations.ReadAsync(item.Info, cloud, version, cancellationToken);
        }

        return version is null ? null : throw ExternalSecretErrors.NotComparable(item.Info, named, stores.Unreadable, version);
    }
}
