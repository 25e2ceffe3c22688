using System.Text.Json.Serialization.Metadata;
using Amazon.Runtime;

namespace FlowSecrets.Providers.Aws.Connection;

/// <summary>A service that speaks JSON, its credentials looked up at each call: they may change.</summary>
internal sealed class AwsJsonService(
    Func<CancellationToken, Task<AWSCredentials>> credentials,
    string service,
    string region,
    Uri? address,
    AwsTransport transport,
    string type
)
{
    /// <param name="target">Service and operation, as the header X-Amz-Target has them.</param>
    public async Task<TReply> SendAsync<TRequest, TReply>(
        string target,
        TRequest body,
        JsonTypeInfo<TRequest> requestType,
        JsonTypeInfo<TReply> replyType,
        CancellationToken cancellationToken
    )
        where TReply : class, new() =>
        await new Client(
            await credentials(cancellationToken),
            new AwsServiceConfig(service, region, address) { HttpClientFactory = transport },
            type
        ).CallAsync(target, body, requestType, replyType, cancellationToken);

    private sealed class Client(AWSCredentials credentials, AwsServiceConfig config, string type)
        : AwsServiceClient(credentials, config, type)
    {
        public Task<TReply> CallAsync<TRequest, TReply>(
            string target,
            TRequest body,
            JsonTypeInfo<TRequest> requestType,
            JsonTypeInfo<TReply> replyType,
            CancellationToken cancellationToken
        )
            where TReply : class, new() => SendJsonAsync(target, body, requestType, replyType, cancellationToken);
    }
}
