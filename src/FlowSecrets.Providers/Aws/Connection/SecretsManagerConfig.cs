namespace FlowSecrets.Providers.Aws;

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
