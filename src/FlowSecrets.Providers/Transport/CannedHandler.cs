using System.Net;

namespace FlowSecrets.Providers.Transport;

/// <summary>Answers every request with the same body, in this process.</summary>
internal sealed class CannedHandler(byte[] answer) : HttpMessageHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        // An answer that has to be waited for, as a server's is.
        await Task.Yield();
        return new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(answer), RequestMessage = request };
    }
}
