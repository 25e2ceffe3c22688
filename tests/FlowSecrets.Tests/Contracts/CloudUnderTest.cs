using FlowSecrets.CloudFakes;
using FlowSecrets.CloudFakes.Aws;
using FlowSecrets.CloudFakes.Gcp;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Providers.Aws.Connection;
using FlowSecrets.Providers.Gcp.Connection;
using FlowSecrets.Providers.Transport;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Contracts;

/// <summary>One cloud's fake with a store on it, for tests that hold for both.</summary>
public sealed class CloudUnderTest : IAsyncDisposable
{
    public static readonly TheoryData<StoreKind> Both = [StoreKind.Gcp, StoreKind.Aws];

    private CloudUnderTest(StoreKind kind, CloudFake fake, ISecretStore store) => (Kind, Fake, Store) = (kind, fake, store);

    public StoreKind Kind { get; }

    public CloudFake Fake { get; }

    internal ISecretStore Store { get; }

    public string AddOperation => Kind == StoreKind.Gcp ? "AddSecretVersion" : "PutSecretValue";

    public string ReadOperation => Kind == StoreKind.Gcp ? "AccessSecretVersion" : "GetSecretValue";

    internal static Task<CloudUnderTest> StartAsync(StoreKind kind) =>
        StartAsync(kind, CloudStores.Quick, StoreSelection.DefaultThrottleLimit);

    internal static async Task<CloudUnderTest> StartAsync(
        StoreKind kind,
        RetryLimits limits,
        int throttleLimit = StoreSelection.DefaultThrottleLimit,
        GcpFakeOptions? options = null
    )
    {
        if (kind == StoreKind.Gcp)
        {
            GcpFake gcp = await GcpFake.StartAsync(options);
            return new CloudUnderTest(
                kind,
                gcp,
                CloudStores.Gcp(gcp, new GcpStoreOptions { Limits = limits, ThrottleLimit = throttleLimit })
            );
        }

        AwsFake aws = await AwsFake.StartAsync();
        return new CloudUnderTest(
            kind,
            aws,
            CloudStores.Aws(aws.Endpoint, new AwsStoreOptions { Limits = limits, ThrottleLimit = throttleLimit })
        );
    }

    public async Task<string> AddAsync(string name, string text)
    {
        using SecretValue value = SecretValue.FromText(text);
        return (await Store.AddVersionAsync(name, value, null, null, default)).Version;
    }

    public async Task CreateAsync(string name, string text)
    {
        using SecretValue value = SecretValue.FromText(text);
        await Store.CreateAsync(name, new Dictionary<string, string>(), value, default);
    }

    public async Task<string> ReadAsync(string name, string? version = null)
    {
        using ReadSecret read = await Store.ReadAsync(name, new VersionSelector(version, null), default);
        return read.Value.RevealText(name);
    }

    /// <summary>The values of all versions, oldest first.</summary>
    public async Task<List<string>> AllValuesAsync(string name)
    {
        List<string> values = [];
        foreach (SecretVersionInfo version in (await Store.ListVersionsAsync(name, default)).Reverse())
        {
            values.Add(await ReadAsync(name, version.Version));
        }

        return values;
    }

    public ValueTask DisposeAsync() => Fake.DisposeAsync();
}
