using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Support;

/// <summary>Providers that open one store, whatever is asked for.</summary>
internal sealed class OneStore(IProviders inner, ISecretStore store) : IProviders
{
    public IDocumentFormat Documents => inner.Documents;

    public void Prepare(StoreKind kind)
    {
        // It is open already.
    }

    public ISecretStore OpenStore(StoreSelection selection, Func<string, string?> environment) => store;

    public IWorkload OpenWorkload(CatalogWorkload workload, StoreSelection selection, Func<string, string?> environment) =>
        inner.OpenWorkload(workload, selection, environment);

    public string ServerOf(CatalogTarget target, string key, SecretValue value, bool isAdmin) =>
        inner.ServerOf(target, key, value, isAdmin);

    public IRotationTarget OpenTarget(RotationTargetSettings settings) => inner.OpenTarget(settings);

    public IExternalSecrets OpenExternalSecrets(ClusterSpace space, Func<string, string?> environment) =>
        inner.OpenExternalSecrets(space, environment);
}
