using System.Net;

namespace FlowSecrets.Providers.Transport;

/// <summary>
/// Connections to one cloud for a whole process: HTTP/2 where the server offers it, no redirects, no cookies, a short time to connect, and
/// no reply without an end.
/// </summary>
internal sealed class HttpPool()
    : DelegatingHandler(
        new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            EnableMultipleHttp2Connections = true,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            UseCookies = false,
            Proxy = new DirectToThisMachine(HttpClient.DefaultProxy),
        }
    )
{
    /// <summary>The largest page of a list is far smaller.</summary>
    public const long MaxReply = 32 * 1024 * 1024;

    /// <summary>Of a reply that says that the call failed.</summary>
    public const long MaxErrorReply = 1024 * 1024;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        request.Version = HttpVersion.Version20;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionOrLower;
        HttpResponseMessage reply = await base.SendAsync(request, cancellationToken);
        try
        {
            reply.Content = new BoundedContent(reply.Content, reply.IsSuccessStatusCode ? MaxReply : MaxErrorReply);
            return reply;
        }
        catch (BadReplyException)
        {
            reply.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The proxy that the environment names, but never for this machine: plain http is allowed only because it does not leave it.
    /// </summary>
    private sealed class DirectToThisMachine(IWebProxy proxy) : IWebProxy
    {
        public ICredentials? Credentials
        {
            get => proxy.Credentials;
            set => proxy.Credentials = value;
        }

        public Uri? GetProxy(Uri destination) => ServiceAddress.IsThisMachine(destination) ? null : proxy.GetProxy(destination);

        public bool IsBypassed(Uri host) => ServiceAddress.IsThisMachine(host) || proxy.IsBypassed(host);
    }
}
