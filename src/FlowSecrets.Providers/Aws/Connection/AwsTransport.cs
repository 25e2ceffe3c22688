using Amazon.Runtime;
using FlowSecrets.Providers.Transport;

namespace FlowSecrets.Providers.Aws.Connection;

/// <summary>Has AWS's library send through one pool.</summary>
internal sealed class AwsTransport(HttpClient client) : Amazon.Runtime.HttpClientFactory
{
    public static AwsTransport Shared { get; } = new(new HttpClient(new HttpPool()) { Timeout = Timeout.InfiniteTimeSpan });

    public override HttpClient CreateHttpClient(IClientConfig clientConfig) => client;

    public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

    public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;
}
