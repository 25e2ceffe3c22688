using System.Net;
using Google.Apis.Http;

namespace FlowSecrets.Providers.Gcp;

/// <summary>One pooled handler for all calls of a process: HTTP/2 where the server offers it, no redirects, a short time to connect.</summary>
internal sealed class GcpTransport(HttpMessageHandler pool) : HttpClientFactory
{
    private static readonly SocketsHttpHandler Pool = new()
    {
        AllowAutoRedirect = false,
        ConnectTimeout = TimeSpan.FromSeconds(10),
        EnableMultipleHttp2Connections = true,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        UseCookies = false,
    };

    public static GcpTransport Shared { get; } = new(Pool);

    protected override HttpMessageHandler CreateHandler(CreateHttpClientArgs args) => new Http2Handler(pool);

    /// <summary>Asks for HTTP/2, and leaves the pool to the others when one client is disposed of.</summary>
    private sealed class Http2Handler(HttpMessageHandler pool) : DelegatingHandler(pool)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            request.Version = HttpVersion.Version20;
            request.VersionPolicy = HttpVersionPolicy.RequestVersionOrLower;
            return base.SendAsync(request, cancellationToken);
        }

        /// <summary>Without the base's, which would dispose of the pool that is everybody's.</summary>
#pragma warning disable CA2215
        protected override void Dispose(bool disposing)
        {
        }
#pragma warning restore CA2215
    }
}
