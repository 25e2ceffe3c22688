using System.Collections.Concurrent;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Providers.Aws;
using FlowSecrets.Providers.Gcp;
using FlowSecrets.Providers.Kubernetes.ExternalSecrets;
using FlowSecrets.Providers.Kubernetes.Workloads;
using FlowSecrets.Providers.Local;
using FlowSecrets.Providers.Postgres;
using FlowSecrets.Providers.Yaml;
using FlowSecrets.Values;

namespace FlowSecrets.Providers;

/// <summary>The door that the outer assemblies open by reflection, once a process.</summary>
internal sealed class ProviderDoor : IProviders
{
    private readonly ConcurrentDictionary<LocalStoreKey, LocalStore> _localStores = new();
    private bool _gcpPrepared;
    private bool _awsPrepared;
    private readonly ConcurrentDictionary<(StoreKind Store, string Key), ISecretStore> _clouds = new();

    public IDocumentFormat Documents { get; } = new YamlDocuments();

    public void Prepare(StoreKind store)
    {
        // What it fails at, the store says when it is opened.
        switch (store)
        {
            case StoreKind.Gcp when Interlocked.Exchange(ref _gcpPrepared, true) is false:
                _ = Task.Run(GcpWarmUp.RunAsync);
                break;
            case StoreKind.Aws when Interlocked.Exchange(ref _awsPrepared, true) is false:
                _ = Task.Run(AwsWarmUp.RunAsync);
                break;
        }
    }

    public ISecretStore OpenStore(StoreSelection selection, Func<string, string?> environment) =>
        selection.Store switch
        {
            StoreKind.Local => OpenLocal(selection, environment),
            StoreKind.Gcp => OpenGcp(selection, environment),
            _ => OpenAws(selection, environment),
        };

    public IWorkload OpenWorkload(CatalogWorkload workload, StoreSelection store, Func<string, string?> environment) =>
        workload.Kind switch
        {
            "kubernetes" => new KubernetesWorkload(workload, store.Store, environment),
            "cloudrun" => OpenCloudRun(workload, store, environment),
            _ => OpenAwsWorkload(workload, store, environment),
        };

    public IExternalSecrets OpenExternalSecrets(ClusterSpace space, Func<string, string?> environment) =>
        new KubernetesExternalSecrets(space, environment);

    public IRotationTarget OpenTarget(RotationTargetSettings settings) =>
        settings.Target.Kind == "postgres"
            ? OpenPostgres(settings)
            : throw new FlowSecretException(
                ErrorIds.RotationNotConfigured,
                settings.Target.Kind,
                $"The rotation target '{settings.Target.Kind}' is not known here",
                "Correct 'rotate.target.kind' in the catalog: generated, postgres, script or manual."
            );

    public string ServerOf(CatalogTarget target, string key, SecretValue value, bool isAdmin) =>
        PostgresServer(target, key, value, isAdmin);

    // A cloud's packages are loaded when its method is, not before.
    private static IWorkload OpenCloudRun(CatalogWorkload workload, StoreSelection store, Func<string, string?> environment) =>
        GcpOpening
            .Find(
                store.Store == StoreKind.Gcp
                    ? store
                    : new StoreSelection(StoreKind.Gcp) { Project = workload.Settings.GetValueOrDefault("project") },
                environment
            )
            .OpenWorkload(workload);

    private static IWorkload OpenAwsWorkload(CatalogWorkload workload, StoreSelection store, Func<string, string?> environment) =>
        AwsOpening
            .Find(
                (store.Store == StoreKind.Aws ? store : new StoreSelection(StoreKind.Aws)) with
                {
                    Region = workload.Settings.GetValueOrDefault("region") ?? (store.Store == StoreKind.Aws ? store.Region : null),
                },
                environment
            )
            .OpenWorkload(workload, store.Store == StoreKind.Aws ? store.Region : null);

    private static PostgresTarget OpenPostgres(RotationTargetSettings settings) => new(settings);

    private static string PostgresServer(CatalogTarget target, string key, SecretValue value, bool isAdmin) =>
        (isAdmin ? PostgresCredential.ReadAdmin(value, target) : PostgresCredential.Read(value, key, target)).Place.Server;

    private ISecretStore OpenGcp(StoreSelection selection, Func<string, string?> environment)
    {
        GcpOpening opening = GcpOpening.Find(selection, environment);
        return _clouds.GetOrAdd((StoreKind.Gcp, opening.Key), _ => opening.Open());
    }

    private ISecretStore OpenAws(StoreSelection selection, Func<string, string?> environment)
    {
        AwsOpening opening = AwsOpening.Find(selection, environment);
        return _clouds.GetOrAdd((StoreKind.Aws, opening.Key), _ => opening.Open());
    }

    private LocalStore OpenLocal(StoreSelection selection, Func<string, string?> environment)
    {
        LocalStoreLocation location = LocalStoreLocation.Find(selection, environment);
        if (selection.Passphrase is { } given)
        {
            RequireSome(given, location);
            // The caller disposes of what he gave; the store lives as long as the process.
            return _localStores.GetOrAdd(
                LocalStoreKey.For(location, given),
                _ => new LocalStore(location, given.Clone(), TimeProvider.System)
            );
        }

        using SecretValue? passphrase = LocalStoreLocation.PassphraseOf(environment);
        RequireSome(passphrase, location);
        return _localStores.GetOrAdd(
            LocalStoreKey.For(location, passphrase),
            _ => new LocalStore(location, passphrase?.Clone(), TimeProvider.System)
        );
    }

    /// <summary>An empty passphrase would protect from nobody.</summary>
    private static void RequireSome(SecretValue? passphrase, LocalStoreLocation location)
    {
        if (passphrase is not null && passphrase.IsEmpty())
        {
            throw new FlowSecretException(
                ErrorIds.EmptyValue,
                location.File,
                "The passphrase of the local store is empty",
                $"Give it with Connect-FlowSecretStore -Passphrase, {LocalStoreLocation.PassphraseFileVariable} or "
                    + $"{LocalStoreLocation.PassphraseVariable}; or unset them to use the key file."
            );
        }
    }
}
