using Google.Apis.Http;

namespace FlowSecrets.Providers.Gcp.Connection;

/// <summary>No token could be had. Nothing was sent to the API itself then, so that a change cannot have taken effect.</summary>
#pragma warning disable CA1064 // It does not leave this folder.
internal sealed class GcpTokenException(Exception inner) : Exception("No access token.", inner);
#pragma warning restore CA1064

/// <summary>Tells a token that could not be had from a call that failed, and waits for one no longer than it may take.</summary>
internal sealed class GuardedCredential(IConfigurableHttpClientInitializer credential) : IConfigurableHttpClientInitializer
{
    /// <summary>Less than a call's own limit, so that it is the token's service that is named.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    public void Initialize(ConfigurableHttpClient httpClient)
    {
        credential.Initialize(httpClient);
        if (httpClient.MessageHandler.Credential is { } found)
        {
            httpClient.MessageHandler.Credential = new Guard(found);
        }
    }

    private sealed class Guard(IHttpExecuteInterceptor credential) : IHttpExecuteInterceptor, IHttpUnsuccessfulResponseHandler
    {
        public async Task InterceptAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            try
            {
                await credential.InterceptAsync(request, cancellationToken).WaitAsync(Patience, cancellationToken);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested && e is not FlowSecretException)
            {
                throw new GcpTokenException(e);
            }
        }

        public async Task<bool> HandleResponseAsync(HandleUnsuccessfulResponseArgs args)
        {
            if (credential is not IHttpUnsuccessfulResponseHandler handler)
            {
                return false;
            }

            try
            {
                return await handler.HandleResponseAsync(args).WaitAsync(Patience, args.CancellationToken);
            }
            catch (Exception e) when (!args.CancellationToken.IsCancellationRequested && e is not FlowSecretException)
            {
                throw new GcpTokenException(e);
            }
        }
    }
}
