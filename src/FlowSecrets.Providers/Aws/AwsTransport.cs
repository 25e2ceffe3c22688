using System.Net;
using Amazon.Runtime;

namespace FlowSecrets.Providers.Aws;

/// <summary>One pooled handler for all calls of a process: HTTP/2 where the server offers it, no redirects, a short time to connect.</summary>
internal sealed class AwsTransport(HttpClient client) : Amazon.Runtime.HttpClientFactory
{
    private static readonly HttpClient Client = new(
        new Http2Handler(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            EnableMultipleHttp2Connections = true,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            UseCookies = false,
        }))
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public static AwsTransport Shared { get; } = new(Client);

    public override HttpClient CreateHttpClient(IClientConfig clientConfig) => client;

    public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

    public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;

    private sealed class Http2Handler(HttpMessageHandler pool) : DelegatingHandler(pool)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            request.Version = HttpVersion.Version20;
            request.VersionPolicy = HttpVersionPolicy.RequestVersionOrLower;
            return base.SendAsync(request, cancellationToken);
        }
    }
}
