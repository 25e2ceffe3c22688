using System.Collections.Concurrent;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Providers.Gcp.CloudRun;
using FlowSecrets.Providers.Gcp.Connection;
using FlowSecrets.Providers.Gcp.Iam;
using FlowSecrets.Providers.Gcp.Rotation;
using FlowSecrets.Providers.Gcp.SecretManager;
using FlowSecrets.Providers.Transport;

namespace FlowSecrets.Providers.Gcp;

/// <summary>A store that a selection and the environment mean, found without leaving the machine.</summary>
internal sealed class GcpOpening
{
    /// <summary>A project's quotas are one, however many stores of it are open.</summary>
    private static readonly ConcurrentDictionary<(string Project, string Address), GcpQuotas> Quotas = new();

    /// <summary>Below the quota of 1,500 a second also where a call takes 50 ms.</summary>
    private const int AccessWidth = 64;

    private readonly StoreSelection _selection;
    private readonly GcpPlace _place;
    private readonly GcpCredential _credential;

    private GcpOpening(StoreSelection selection, GcpPlace place, GcpCredential credential) =>
        (_selection, _place, _credential) = (selection, place, credential);

    /// <summary>The same for the same store.</summary>
    public string Key =>
        string.Join(
            '\n',
            _place,
            _credential.CacheKey,
            _selection.ThrottleLimit,
            _selection.IsLimitGiven,
            _selection.Replication,
            _selection.KmsKey,
            _selection.CurrentByAlias
        );

    public static GcpOpening Find(StoreSelection selection, Func<string, string?> environment)
    {
        GcloudConfiguration gcloud = GcloudConfiguration.Read(environment);
        GcpPlace place = GcpPlace.Find(selection, gcloud, environment);
        return new GcpOpening(selection, place, GcpCredential.Find(selection, place, gcloud, environment));
    }

    public GcpStore Open() => Open(_place, _credential, Options());

    /// <summary>A store with its access control and its side of a rotation.</summary>
    public static GcpStore Open(GcpPlace place, GcpCredential credential, GcpStoreOptions options) =>
        new(
            place,
            credential,
            options,
            store => new GcpAccessControl(store, place, credential, store.Client, store.Caller, options),
            static store => new GcpRotation(store)
        );

    public IWorkload OpenWorkload(CatalogWorkload workload) => OpenWorkload(workload, Options());

    public IWorkload OpenWorkload(CatalogWorkload workload, GcpStoreOptions options)
    {
        GcpCaller caller = new(
            new GcpErrors(
                new Place(StoreKind.Gcp, _place.Project, _credential.Identity) { Text = $"project {_place.Project}" },
                _place with
                {
                    Address = _place.AddressOf("run"),
                },
                _credential
            ),
            options
        );
        return new CloudRunWorkload(
            workload,
            _place,
            caller,
            new CloudRunClient(_place, _credential.Open, options.Transport),
            _credential.Member,
            options.Clock
        );
    }

    private GcpStoreOptions Options() =>
        new()
        {
            ThrottleLimit = _selection.ThrottleLimit,
            AccessWidth = _selection.IsLimitGiven ? null : AccessWidth,
            Replication = _selection.Replication,
            KmsKey = _selection.KmsKey,
            CurrentByAlias = [.. (_selection.CurrentByAlias ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries)],

            Quotas = Quotas.GetOrAdd(
                (_place.Project, _place.Address.Authority),
                _ => new GcpQuotas(TimeProvider.System, _place.Location is not null, !ServiceAddress.IsThisMachine(_place.Address))
            ),
        };
}
