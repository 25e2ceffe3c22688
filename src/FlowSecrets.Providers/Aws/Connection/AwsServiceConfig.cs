using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Endpoints;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Endpoints.StandardLibrary;

namespace FlowSecrets.Providers.Aws.Connection;

/// <summary>Settings of a service's client: where it goes, how long it waits, and no retries, which are made above it.</summary>
internal class AwsServiceConfig : ClientConfig
{
    private readonly string _prefix;
    private readonly string _region;
    private readonly Uri? _address;

    /// <param name="name">As a signature has it, which is also how its address begins.</param>
    /// <param name="address">Null: AWS's own for the region.</param>
    public AwsServiceConfig(string name, string region, Uri? address)
        : base(
            new DefaultConfigurationProvider(
                Enum.GetValues<DefaultConfigurationMode>()
                    .Select(static mode =>
                        (IDefaultConfiguration)new DefaultConfiguration { Name = mode, RetryMode = RequestRetryMode.Standard }
                    )
            )
        )
    {
        (_prefix, _region, _address) = (name, region, address);
        AuthenticationServiceName = name;
        RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        AuthenticationRegion = region;

        // Whether another address holds is decided before: what is read from variables here would not have been checked.
        IgnoreConfiguredEndpointUrls = true;
        AllowAutoRedirect = false;
        MaxErrorRetry = 0;
        MaxStaleConnectionRetries = 0;
        LogResponse = false;
        Timeout = System.Threading.Timeout.InfiniteTimeSpan;
        HttpClientFactory = AwsTransport.Shared;
    }

    public override string ServiceVersion => "2017-10-17";

    public override string UserAgent => "FlowSecrets";

    public override string RegionEndpointServiceName => _prefix;

    public override Endpoint DetermineServiceOperationEndpoint(ServiceOperationEndpointParameters parameters) =>
        new((_address ?? AddressOf(_prefix, _region, UseFIPSEndpoint)).AbsoluteUri);

    /// <summary>AWS's own address for a region, in its partition.</summary>
    protected static Uri AddressOf(string prefix, string region, bool fips) =>
        new($"https://{prefix}{(fips ? "-fips" : "")}.{region}.{Fn.Partition(region).dnsSuffix}/");
}

/// <summary>Settings of Secrets Manager's client.</summary>
internal sealed class SecretsManagerConfig : AwsServiceConfig
{
    private const string Service = "secretsmanager";

    /// <param name="address">Null: AWS's own for the region.</param>
    public SecretsManagerConfig(string region, Uri? address)
        : base(Service, region, address) => ServiceId = "Secrets Manager";

    /// <summary>AWS's own address for a region, in its partition.</summary>
    public static Uri AddressOf(string region, bool fips) => AddressOf(Service, region, fips);
}
