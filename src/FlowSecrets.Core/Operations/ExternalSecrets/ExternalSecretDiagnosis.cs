using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Text;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Operations.ExternalSecrets;

/// <summary>
/// Finds the one cause for which an ExternalSecret of a namespace does not deliver. What it needs beside the ExternalSecrets themselves is
/// read once, and only if something needs it.
/// </summary>
internal sealed partial class ExternalSecretDiagnosis(
    OperationContext context,
    Workspace workspace,
    IExternalSecrets cluster,
    IReadOnlyList<ExternalSecretInfo> all,
    IOperationHost host
)
{
    private const string Kind = "externalsecret";
    private const string OtherController = "the store names an operator of another class, or the operator is limited to other namespaces";

    private readonly HashSet<string> _warned = new(StringComparer.Ordinal);
    private ExternalStores? _stores;
    private IReadOnlyList<ExternalOperator>? _operators;
    private bool _asked;

    /// <returns>Null: nothing was found.</returns>
    public async Task<ExternalFinding?> FindAsync(ExternalSecretInfo item, string state, CancellationToken cancellationToken)
    {
        if (state == ExternalSecretStates.Failed && OfTarget(item) is { } target)
        {
            return target;
        }

        if (
            state is ExternalSecretStates.Pending or ExternalSecretStates.Stale or ExternalSecretStates.Unknown
            && await OfOperatorAsync(item, cancellationToken) is { } stopped
        )
        {
            return stopped;
        }

        _stores ??= await cluster.StoresAsync(cancellationToken);
        ExternalStoreInfo? store = _stores.All.FirstOrDefault(s => s.Kind == item.StoreKind && s.Name == item.StoreName);
        if (await OfStoreAsync(item, store, cancellationToken) is { } fault)
        {
            return fault;
        }

        Warn(store);
        return state switch
        {
            ExternalSecretStates.Failed or ExternalSecretStates.Unknown => await OfCloudAsync(item, store, cancellationToken)
                ?? Unexplained(item),
            ExternalSecretStates.Retained => await OfNothingAsync(item, store, ExternalSecretCauses.SecretRetained, cancellationToken),
            ExternalSecretStates.Deleted => await OfNothingAsync(item, store, ExternalSecretCauses.SecretDeleted, cancellationToken),
            ExternalSecretStates.Missing => NoTarget(item),
            ExternalSecretStates.Pending => NotReconciled(item, store),
            ExternalSecretStates.Stale => Late(item),
            _ => await OnceAsync(item, store, cancellationToken) ?? OldVersion(item),
        };
    }

    /// <summary>The Kubernetes Secret is somebody else's, or cannot be changed.</summary>
    private ExternalFinding? OfTarget(ExternalSecretInfo item)
    {
        string said = item.Ready!.Message;
        if (said.Contains("target is immutable", StringComparison.Ordinal))
        {
            return new ExternalFinding(
                ExternalSecretCauses.ImmutableTarget,
                $"The Kubernetes Secret '{item.SecretName}' is immutable, so the operator cannot renew it",
                $"Delete it; the operator makes it again: {item.Space.Command(Shell($"delete"), "secret", item.SecretName)}"
            );
        }

        if (
            !said.Contains("owned by another ExternalSecret", StringComparison.Ordinal)
            && !said.Contains("failed to take ownership", StringComparison.Ordinal)
        )
        {
            return null;
        }

        string owner =
            item.SecretOwner is { } controller ? controller
            : all.FirstOrDefault(o => o.Name != item.Name && o.SecretName == item.SecretName) is { } other ? $"ExternalSecret/{other.Name}"
            : "somebody else";
        return new ExternalFinding(
            ExternalSecretCauses.OwnershipConflict,
            $"The Kubernetes Secret '{item.SecretName}' belongs to {owner}{RemoteText.Quote(said)}",
            $"Give this one a Kubernetes Secret of its own (spec.target.name): {item.Space.Command(Shell($"edit"), Kind, item.Name)}"
        );
    }

    private async Task<ExternalFinding?> OfOperatorAsync(ExternalSecretInfo item, CancellationToken cancellationToken)
    {
        if (!_asked)
        {
            _operators = await cluster.OperatorsAsync(cancellationToken);
            _asked = true;
        }

        return OfOperators(item.Space, _operators);
    }

    /// <returns>Null: it runs, or may not be seen.</returns>
    public static ExternalFinding? OfOperators(ClusterSpace space, IReadOnlyList<ExternalOperator>? operators)
    {
        if (operators is null || operators.Any(static o => o is { Wanted: > 0, ReadyPods: > 0 }))
        {
            return null;
        }

        if (operators.Count == 0)
        {
            return new ExternalFinding(
                ExternalSecretCauses.OperatorNotRunning,
                "No Deployment of the cluster is the External Secrets Operator (app.kubernetes.io/name=external-secrets)",
                $"Install it: {Shell($"helm upgrade --install external-secrets external-secrets/external-secrets "
                    + $"--namespace external-secrets --create-namespace")}"
            );
        }

        ExternalOperator stopped = operators[0];
        ClusterSpace at = space with { Namespace = stopped.Namespace };
        return stopped.Wanted == 0
            ? new ExternalFinding(
                ExternalSecretCauses.OperatorNotRunning,
                $"The operator's deployment {stopped.Namespace}/{stopped.Name} is suspended: it is scaled to 0 pods",
                $"Start it: {at.Command(Shell($"scale deployment/{stopped.Name} --replicas=1"))}"
            )
            : new ExternalFinding(
                ExternalSecretCauses.OperatorNotRunning,
                $"No pod of the operator's deployment {stopped.Namespace}/{stopped.Name} is ready (0 of {stopped.Wanted})",
                $"Look at it: {at.Command(Shell($"describe"), "deployment", stopped.Name)}"
            );
    }

    private Task<ExternalFinding?> OfCloudAsync(ExternalSecretInfo item, ExternalStoreInfo? store, CancellationToken cancellationToken) =>
        store is null
            ? Task.FromResult<ExternalFinding?>(null)
            : new ExternalCloudDiagnosis(context, workspace, cluster).FindAsync(item, store, cancellationToken);

    private static ExternalFinding Unexplained(ExternalSecretInfo item)
    {
        ExternalCondition? ready = item.Ready;
        return new ExternalFinding(
            ExternalSecretCauses.UpdateFailed,
            $"The operator says {ready?.Reason}{RemoteText.Quote(ready?.Message)}"
                + (item.LastWarning is null ? "; no warning of it may be seen" : $"; its last warning{RemoteText.Quote(item.LastWarning)}"),
            $"Look at its events: {item.Space.Command(Shell($"describe"), Kind, item.Name)}"
        );
    }

    /// <summary>The store returned nothing: what is lacking there is the remedy.</summary>
    private async Task<ExternalFinding> OfNothingAsync(
        ExternalSecretInfo item,
        ExternalStoreInfo? store,
        string cause,
        CancellationToken cancellationToken
    )
    {
        ExternalFinding? cloud = await OfCloudAsync(item, store, cancellationToken);
        string what = cause == ExternalSecretCauses.SecretRetained ? "kept its old values" : "was deleted";
        return new ExternalFinding(
            cause,
            $"The store returned nothing, so the Kubernetes Secret '{item.SecretName}' {what}"
                + (cloud is null ? "" : $". {cloud.Evidence}"),
            cloud?.Remedy ?? Remedy.Of($"Look at its events: {item.Space.Command(Shell($"describe"), Kind, item.Name)}")
        );
    }

    private static ExternalFinding NoTarget(ExternalSecretInfo item) =>
        new(
            ExternalSecretCauses.SecretMissing,
            $"The creationPolicy {item.CreationPolicy} makes no Kubernetes Secret, and there is no '{item.SecretName}' to merge into",
            $"Let the operator make it: {item.Space.Patch(Kind, item.Name, """{"spec":{"target":{"creationPolicy":"Owner"}}}""")}"
        );

    private static ExternalFinding NotReconciled(ExternalSecretInfo item, ExternalStoreInfo? store) =>
        new(
            ExternalSecretCauses.NotReconciled,
            store?.Controller is { } controller
                ? $"The operator has not looked at {item}; its store is for the operators of the class '{RemoteText.Clean(controller)}'"
                : $"The operator runs and has not looked at {item}. It may take some seconds; else {OtherController}",
            $"Look at its events: {item.Space.Command(Shell($"describe"), Kind, item.Name)}"
        );

    private ExternalFinding Late(ExternalSecretInfo item) =>
        new(
            ExternalSecretCauses.RefreshStale,
            $"The last refresh of {item} was {Words(context.Clock.GetUtcNow() - item.Refreshed!.Value)} ago, and its interval is "
                + $"{Words(item.Interval!.Value)}{(item.HasWindows ? ". Its syncWindows may keep the operator from it" : "")}",
            $"Refresh it: {Shell($"Sync-FlowExternalSecret {item.Space.Arguments(item.Name)} -Wait")}"
        );

    /// <summary>What is read only once stays old if the store has something newer.</summary>
    private async Task<ExternalFinding?> OnceAsync(ExternalSecretInfo item, ExternalStoreInfo? store, CancellationToken cancellationToken)
    {
        if (item.NeverRefreshes is not { } why || item.Refreshed is not { } refreshed)
        {
            return null;
        }

        DateTimeOffset? newest = store is null ? null : await UpdatedAsync(item, store, cancellationToken);
        if (newest is { } updated && updated <= refreshed)
        {
            return null;
        }

        return new ExternalFinding(
            ExternalSecretCauses.CreatedOnce,
            $"{item} is read only once ({why}), and "
                + (newest is null ? "whether its store has something newer is not known" : "its store has a newer version since"),
            $"Let it be read again: {item.Space.Patch(Kind, item.Name, ExternalSecretErrors.PatchOf(why))}"
        )
        {
            State = newest is null ? null : ExternalSecretStates.Stale,
        };
    }

    private async Task<DateTimeOffset?> UpdatedAsync(ExternalSecretInfo item, ExternalStoreInfo store, CancellationToken cancellationToken)
    {
        try
        {
            if (ExternalSecretStore.Open(context, workspace, store) is not { } cloud)
            {
                return null;
            }

            DateTimeOffset? newest = null;
            string[] names = [.. item.Entries.Select(cloud.NameOf).Distinct(StringComparer.Ordinal)];
            await foreach (DescribeOutcome outcome in cloud.Store.DescribeManyAsync(names, cancellationToken))
            {
                if (outcome.Description?.Updated is not { } updated)
                {
                    return null;
                }

                newest = newest > updated ? newest : updated;
            }

            return newest;
        }
        catch (FlowSecretException)
        {
            return null;
        }
    }

    private static ExternalFinding? OldVersion(ExternalSecretInfo item) =>
        item.AppliedVersion is { } applied && applied != item.ApiVersion && item.ApiVersion.EndsWith("/v1", StringComparison.Ordinal)
            ? new ExternalFinding(
                ExternalSecretCauses.ClusterKindNotServed,
                $"The manifest of {item} was applied as {RemoteText.Clean(applied)}, and the cluster has it as {item.ApiVersion}: an "
                    + "operator that no longer serves the old version refuses the manifest",
                $"Write the manifest as the cluster has it: {item.Space.Command(Shell($"get externalsecret/{item.Name} --output=yaml"))}"
            )
            : null;

    /// <summary>Keys live long and are copied; an identity of the cluster has none.</summary>
    private void Warn(ExternalStoreInfo? store)
    {
        if (store is { Login: ExternalLogin.Key } && _warned.Add(store.ToString()))
        {
            ClusterSpace at = cluster.Space with { Namespace = store.Namespace };
            ShellCommand edit = store.Namespace is null
                ? cluster.Space.Everywhere(Shell($"edit {"clustersecretstore"}/{store.Name}"))
                : at.Command(Shell($"edit"), "secretstore", store.Name);
            string instead =
                store.Store == StoreKind.Aws
                    ? "IRSA (spec.provider.aws.auth.jwt.serviceAccountRef)"
                    : "Workload Identity (spec.provider.gcpsm.auth.workloadIdentity.serviceAccountRef)";
            Remedy warning = $"{store} logs in with a key that is stored in the cluster. Use {instead} instead: {edit}";
            host.Warning(warning.ToString());
        }
    }

    private static string Words(TimeSpan time) =>
        time.TotalMinutes < 2 ? $"{(long)time.TotalSeconds} s"
        : time.TotalHours < 2 ? $"{(long)time.TotalMinutes} min"
        : time.TotalDays < 2 ? $"{(long)time.TotalHours} h"
        : $"{(long)time.TotalDays} days";
}
