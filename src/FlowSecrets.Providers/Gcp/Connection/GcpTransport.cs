using FlowSecrets.Providers.Transport;
using Google.Apis.Http;

namespace FlowSecrets.Providers.Gcp.Connection;

/// <summary>Has Google's library send through one pool.</summary>
internal sealed class GcpTransport(HttpMessageHandler pool) : HttpClientFactory
{
    public static GcpTransport Shared { get; } = new(new HttpPool());

    protected override HttpMessageHandler CreateHandler(CreateHttpClientArgs args) => new Borrowed(pool);

    /// <summary>A client that is disposed of leaves the pool to the others.</summary>
    private sealed class Borrowed(HttpMessageHandler pool) : DelegatingHandler(pool)
    {
#pragma warning disable CA2215 // The base would dispose of the pool.
        protected override void Dispose(bool disposing) { }
#pragma warning restore CA2215
    }
}
