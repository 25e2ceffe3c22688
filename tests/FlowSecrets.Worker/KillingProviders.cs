using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Values;

namespace FlowSecrets.Worker;

/// <summary>
/// The real providers, with a kill point around each changing call of a target, of a workload and of the local store; the clouds' calls are
/// watched by their fakes.
/// </summary>
internal sealed class KillingProviders(IProviders inner, KillPoint point) : IProviders
{
    public IDocumentFormat Documents => inner.Documents;

    public void Prepare(StoreKind store) => inner.Prepare(store);

    public ISecretStore OpenStore(StoreSelection selection, Func<string, string?> environment)
    {
        ISecretStore store = inner.OpenStore(selection, environment);
        return selection.Store == StoreKind.Local ? new StoreWithRotation(store, new KillingRotation(store.Rotation, point)) : store;
    }

    public IWorkload OpenWorkload(CatalogWorkload workload, StoreSelection store, Func<string, string?> environment) =>
        inner.OpenWorkload(workload, store, environment);

    public IExternalSecrets OpenExternalSecrets(ClusterSpace space, Func<string, string?> environment) =>
        inner.OpenExternalSecrets(space, environment);

    public string ServerOf(CatalogTarget target, string key, SecretValue value, bool isAdmin) =>
        inner.ServerOf(target, key, value, isAdmin);

    public IRotationTarget OpenTarget(RotationTargetSettings settings) => new KillingTarget(inner.OpenTarget(settings), point);
}

internal sealed class KillingTarget(IRotationTarget inner, KillPoint point) : IRotationTarget
{
    public string Description => inner.Description;

    public Task<bool> TestAsync(SecretValue value, CancellationToken cancellationToken) => inner.TestAsync(value, cancellationToken);

    public Task SetAsync(SecretValue wanted, IReadOnlyList<SecretValue> accepted, CancellationToken cancellationToken) =>
        point.AroundAsync(async () =>
        {
            await inner.SetAsync(wanted, accepted, cancellationToken);
            return true;
        });

    public Task<string?> RevokeAsync(SecretValue old, SecretValue current, CancellationToken cancellationToken) =>
        point.AroundAsync(() => inner.RevokeAsync(old, current, cancellationToken));

    public Task<IReadOnlyList<RotationFinding>> RehearseAsync(SecretValue current, CancellationToken cancellationToken) =>
        inner.RehearseAsync(current, cancellationToken);
}

internal sealed class KillingRotation(IRotationStore inner, KillPoint point) : IRotationStore
{
    public RotationFinding RoomIn(RotationView view) => inner.RoomIn(view);

    public Task SetStateAsync(RotationView view, string version, VersionState state, CancellationToken cancellationToken) =>
        inner.SetStateAsync(view, version, state, cancellationToken);

    public Task<IReadOnlyList<string>> LeftAsync(RotationView view, CancellationToken cancellationToken) =>
        inner.LeftAsync(view, cancellationToken);

    public Task<RotationView> ViewAsync(RotationSubject subject, CancellationToken cancellationToken) =>
        inner.ViewAsync(subject, cancellationToken);

    public Task<RotationView> StageAsync(RotationView view, SecretValue value, CancellationToken cancellationToken) =>
        point.AroundAsync(() => inner.StageAsync(view, value, cancellationToken));

    public Task<RotationView> StageAgainAsync(RotationView view, string version, CancellationToken cancellationToken) =>
        point.AroundAsync(() => inner.StageAgainAsync(view, version, cancellationToken));

    public Task<ReadSecret> ReadAsync(RotationView view, string version, CancellationToken cancellationToken) =>
        inner.ReadAsync(view, version, cancellationToken);

    public Task<RotationView> PromoteAsync(RotationView view, CancellationToken cancellationToken) =>
        point.AroundAsync(() => inner.PromoteAsync(view, cancellationToken));

    public Task<RotationView> DiscardAsync(RotationView view, CancellationToken cancellationToken) =>
        point.AroundAsync(() => inner.DiscardAsync(view, cancellationToken));

    public Task<RotationView> RecordAsync(RotationView view, RotationRecord record, CancellationToken cancellationToken) =>
        point.AroundAsync(() => inner.RecordAsync(view, record, cancellationToken));

    public Task<RotationView> CloseAsync(RotationView view, RotationRecord record, CancellationToken cancellationToken) =>
        point.AroundAsync(() => inner.CloseAsync(view, record, cancellationToken));

    public Task<RotationView> RetireAsync(RotationView view, string version, RotationRecord record, CancellationToken cancellationToken) =>
        point.AroundAsync(() => inner.RetireAsync(view, version, record, cancellationToken));

    public Task<RotationView> RunNativeAsync(RotationSubject subject, CancellationToken cancellationToken) =>
        inner.RunNativeAsync(subject, cancellationToken);
}
