using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Amazon.Runtime;
using Amazon.Runtime.Credentials.Internal;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Auth;
using Amazon.Runtime.Internal.Transform;
using Amazon.Runtime.Internal.Util;

namespace FlowSecrets.Providers.Aws;

/// <summary>Secrets Manager on AWSSDK.Core, whose credentials, signing and pipeline it uses. No body is logged: bodies are secrets.</summary>
internal sealed class SecretsManagerClient(AWSCredentials credentials, SecretsManagerConfig config) : AmazonServiceClient(credentials, config), ISecretsManager
{
    protected override IServiceMetadata ServiceMetadata { get; } = new Metadata();

    protected override bool SupportResponseLogging => false;

    public Task<AwsChanged> CreateAsync(AwsCreate request, CancellationToken cancellationToken) =>
        SendAsync("CreateSecret", request, AwsJson.Default.AwsCreate, AwsJson.Default.AwsChanged, cancellationToken);

    public Task<AwsChanged> PutAsync(AwsPut request, CancellationToken cancellationToken) =>
        SendAsync("PutSecretValue", request, AwsJson.Default.AwsPut, AwsJson.Default.AwsChanged, cancellationToken);

    public Task<AwsValue> GetAsync(AwsGet request, CancellationToken cancellationToken) =>
        SendAsync("GetSecretValue", request, AwsJson.Default.AwsGet, AwsJson.Default.AwsValue, cancellationToken);

    public Task<AwsBatch> BatchGetAsync(AwsBatchGet request, CancellationToken cancellationToken) =>
        SendAsync("BatchGetSecretValue", request, AwsJson.Default.AwsBatchGet, AwsJson.Default.AwsBatch, cancellationToken);

    public Task<AwsSecret> DescribeAsync(AwsSecretId request, CancellationToken cancellationToken) =>
        SendAsync("DescribeSecret", request, AwsJson.Default.AwsSecretId, AwsJson.Default.AwsSecret, cancellationToken);

    public Task<AwsSecretPage> ListAsync(AwsList request, CancellationToken cancellationToken) =>
        SendAsync("ListSecrets", request, AwsJson.Default.AwsList, AwsJson.Default.AwsSecretPage, cancellationToken);

    public Task<AwsVersionPage> ListVersionsAsync(AwsListVersions request, CancellationToken cancellationToken) =>
        SendAsync("ListSecretVersionIds", request, AwsJson.Default.AwsListVersions, AwsJson.Default.AwsVersionPage, cancellationToken);

    public Task MoveStageAsync(AwsMoveStage request, CancellationToken cancellationToken) =>
        SendAsync("UpdateSecretVersionStage", request, AwsJson.Default.AwsMoveStage, AwsJson.Default.AwsChanged, cancellationToken);

    public Task DeleteAsync(AwsDelete request, CancellationToken cancellationToken) =>
        SendAsync("DeleteSecret", request, AwsJson.Default.AwsDelete, AwsJson.Default.AwsChanged, cancellationToken);

    public Task RestoreAsync(AwsSecretId request, CancellationToken cancellationToken) =>
        SendAsync("RestoreSecret", request, AwsJson.Default.AwsSecretId, AwsJson.Default.AwsChanged, cancellationToken);

    public Task TagAsync(AwsTagging request, CancellationToken cancellationToken) =>
        SendAsync("TagResource", request, AwsJson.Default.AwsTagging, AwsJson.Default.AwsNothing, cancellationToken);

    public Task UntagAsync(AwsTagging request, CancellationToken cancellationToken) =>
        SendAsync("UntagResource", request, AwsJson.Default.AwsTagging, AwsJson.Default.AwsNothing, cancellationToken);

    protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline) => pipeline.AddHandlerAfter<Marshaller>(new SignatureChoice());

    private async Task<TReply> SendAsync<TRequest, TReply>(string operation, TRequest body, JsonTypeInfo<TRequest> requestType, JsonTypeInfo<TReply> replyType, CancellationToken cancellationToken)
        where TReply : class, new()
    {
        InvokeOptions options = new() { RequestMarshaller = JsonMarshaller.Instance, ResponseUnmarshaller = new JsonUnmarshaller<TReply>(replyType) };
        Message message = new(operation, JsonSerializer.SerializeToUtf8Bytes(body, requestType));
        try
        {
            return (await InvokeAsync<Reply<TReply>>(message, options, cancellationToken)).Body;
        }
        finally
        {
            Array.Clear(message.Body);
        }
    }

    private sealed class Metadata : IServiceMetadata
    {
        public string ServiceId => "Secrets Manager";

        public IDictionary<string, string> OperationNameMapping { get; } = new Dictionary<string, string>(StringComparer.Ordinal);
    }

    private sealed class Message(string operation, byte[] body) : AmazonWebServiceRequest
    {
        public string Operation => operation;

        public byte[] Body => body;
    }

    private sealed class Reply<T> : AmazonWebServiceResponse
        where T : new()
    {
        public T Body { get; init; } = new();
    }

    private sealed class JsonMarshaller : IMarshaller<IRequest, AmazonWebServiceRequest>
    {
        public static JsonMarshaller Instance { get; } = new();

        public IRequest Marshall(AmazonWebServiceRequest input)
        {
            Message message = (Message)input;
            DefaultRequest request = new(message, "Secrets Manager") { HttpMethod = "POST", ResourcePath = "/", Content = message.Body };
            request.Headers["X-Amz-Target"] = "secretsmanager." + message.Operation;
            request.Headers["Content-Type"] = "application/x-amz-json-1.1";
            return request;
        }
    }

    private sealed class JsonUnmarshaller<T>(JsonTypeInfo<T> type) : JsonResponseUnmarshaller
        where T : class, new()
    {
        public override AmazonWebServiceResponse Unmarshall(JsonUnmarshallerContext input)
        {
            if (typeof(T) == typeof(AwsNothing))
            {
                // Its reply may have no body, which is no JSON.
                return new Reply<T>();
            }

            try
            {
                return new Reply<T> { Body = JsonSerializer.Deserialize(input.Stream, type) ?? throw new JsonException("null") };
            }
            catch (InvalidOperationException)
            {
                // A member of another kind than text, where text is read as bytes.
#pragma warning disable MA0054 // The inner exception might quote what it could not read.
                throw new JsonException($"Not a {type.Type.Name}.");
#pragma warning restore MA0054
            }
        }

        public override AmazonServiceException UnmarshallException(JsonUnmarshallerContext input, Exception innerException, HttpStatusCode statusCode)
        {
            StreamingUtf8JsonReader reader = new(input.Stream);
            ErrorResponse error = JsonErrorResponseUnmarshaller.GetInstance().Unmarshall(input, ref reader);
            return new AmazonServiceException(error.Message, innerException, error.Type, error.Code, error.RequestId, statusCode);
        }
    }

    private sealed class SignatureChoice : BaseAuthResolverHandler
    {
        protected override List<IAuthSchemeOption> ResolveAuthOptions(IExecutionContext executionContext)
        {
            executionContext.RequestContext.Request.AuthenticationRegion = executionContext.RequestContext.ClientConfig.AuthenticationRegion;
            return AuthSchemeOption.DEFAULT_SIGV4;
        }
    }
}
