using System.Collections.Concurrent;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Providers.Aws.AppRunner;
using FlowSecrets.Providers.Aws.Connection;
using FlowSecrets.Providers.Aws.Ecs;
using FlowSecrets.Providers.Aws.Iam;
using FlowSecrets.Providers.Aws.Rotation;
using FlowSecrets.Providers.Aws.SecretsManager;
using FlowSecrets.Providers.Aws.Workloads;

namespace FlowSecrets.Providers.Aws;

/// <summary>A store that a selection and the environment mean, found without leaving the machine.</summary>
internal sealed class AwsOpening
{
    /// <summary>An account's quotas in a region are one, however many stores of it are open.</summary>
    private static readonly ConcurrentDictionary<(string Identity, string Place), AwsQuotas> Quotas = new();

    private readonly StoreSelection _selection;
    private readonly AwsPlace _place;
    private readonly AwsIdentity _identity;

    private AwsOpening(StoreSelection selection, AwsPlace place, AwsIdentity identity) =>
        (_selection, _place, _identity) = (selection, place, identity);

    /// <summary>The same for the same store.</summary>
    public string Key => string.Join('\n', _place, _identity.CacheKey, _selection.ThrottleLimit, _selection.KmsKey);

    public static AwsOpening Find(StoreSelection selection, Func<string, string?> environment)
    {
        AwsPlace place = AwsPlace.Find(selection, environment);
        return new AwsOpening(selection, place, AwsIdentity.Find(selection, place, environment));
    }

    public AwsStore Open() => Open(_place, _identity, Options());

    /// <summary>A store with its access control and its side of a rotation.</summary>
    public static AwsStore Open(AwsPlace place, AwsIdentity identity, AwsStoreOptions options)
    {
        AwsCloud cloud = new(place, identity.CredentialsAsync, options.Transport);
        return new AwsStore(
            place,
            identity,
            options,
            store => new AwsAccessControl(store, place, identity, store.Caller, cloud, options, store.ClientAsync),
            store => new AwsRotation(store, options.Clock)
        );
    }

    /// <param name="secretsRegion">Where the store's secrets are; null: where the workload is.</param>
    /// <param name="options">As tests want it.</param>
    public IWorkload OpenWorkload(CatalogWorkload workload, string? secretsRegion, AwsStoreOptions? options = null)
    {
        options ??= Options();
        AwsCaller caller = new(
            new AwsErrors(
                _ => new Place(StoreKind.Aws, _place.Region, _identity.Text) { Text = $"region {_place.Region}" },
                _place,
                _identity
            ),
            options
        );
        bool isEcs = workload.Kind == "ecs";
        string name =
            workload.Settings.GetValueOrDefault(isEcs ? "service" : "arn") ?? workload.Settings.GetValueOrDefault("arn") ?? workload.Name;
        AwsWorkloadSetting setting = new(workload, _place, caller, options.Clock, DescribeAsync)
        {
            Description = isEcs
                ? $"ECS service {(workload.Settings.GetValueOrDefault("cluster") is { } cluster ? cluster + "/" : "")}{name}"
                : $"App Runner service {(name.Split('/') is [_, { } called, _] ? called : name)}",
        };
        return isEcs
            ? new EcsWorkload(setting, new EcsClient(_place, _identity.CredentialsAsync, options.Transport))
            : new AppRunnerWorkload(setting, new AppRunnerClient(_place, _identity.CredentialsAsync, options.Transport));

        async Task<AwsSecret> DescribeAsync(string secret, CancellationToken cancellationToken)
        {
            SecretsManagerConfig config = new(AwsName.Parse(secret).Region ?? secretsRegion ?? _place.Region, _place.Address)
            {
                UseFIPSEndpoint = _place.Fips,
                HttpClientFactory = options.Transport,
            };
            using SecretsManagerClient client = new(await _identity.CredentialsAsync(cancellationToken), config);
            return await client.DescribeAsync(new AwsSecretId { SecretId = secret }, cancellationToken);
        }
    }

    private AwsStoreOptions Options() =>
        new()
        {
            ThrottleLimit = _selection.ThrottleLimit,
            KmsKey = _selection.KmsKey,
            Quotas = Quotas.GetOrAdd((_identity.CacheKey, _place.ToString()), static _ => new AwsQuotas(TimeProvider.System)),
        };
}
