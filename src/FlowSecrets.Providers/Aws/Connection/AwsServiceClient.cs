using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Xml;
using System.Xml.Linq;
using Amazon.Runtime;
using Amazon.Runtime.Credentials.Internal;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Auth;
using Amazon.Runtime.Internal.Transform;
using Amazon.Runtime.Internal.Util;

namespace FlowSecrets.Providers.Aws.Connection;

/// <summary>
/// One of AWS's services on AWSSDK.Core, whose credentials, signing and pipeline it uses. No body is logged: bodies are secrets.
/// </summary>
/// <param name="jsonType">The media type of its JSON.</param>
internal abstract class AwsServiceClient(
    AWSCredentials credentials,
    AwsServiceConfig config,
    string jsonType = "application/x-amz-json-1.1"
) : AmazonServiceClient(credentials, config)
{
    protected override IServiceMetadata ServiceMetadata { get; } = new Metadata(config.ServiceId ?? config.AuthenticationServiceName);

    protected override bool SupportResponseLogging => false;

    protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline) =>
        pipeline.AddHandlerAfter<Marshaller>(new SignatureChoice());

    /// <param name="target">Service and operation, as the header X-Amz-Target has them.</param>
    protected async Task<TReply> SendJsonAsync<TRequest, TReply>(
        string target,
        TRequest body,
        JsonTypeInfo<TRequest> requestType,
        JsonTypeInfo<TReply> replyType,
        CancellationToken cancellationToken
    )
        where TReply : class, new()
    {
        InvokeOptions options = new()
        {
            RequestMarshaller = JsonMarshaller.Instance,
            ResponseUnmarshaller = new JsonUnmarshaller<TReply>(replyType),
        };
        Message message = new(target, jsonType, JsonSerializer.SerializeToUtf8Bytes(body, requestType));
        try
        {
            return (await InvokeAsync<Reply<TReply>>(message, options, cancellationToken)).Body;
        }
        finally
        {
            Array.Clear(message.Body);
        }
    }

    /// <summary>Sends a form of the query protocol.</summary>
    protected async Task<XElement> SendQueryAsync(
        string action,
        string version,
        IEnumerable<KeyValuePair<string, string>> parameters,
        CancellationToken cancellationToken
    )
    {
        InvokeOptions options = new() { RequestMarshaller = JsonMarshaller.Instance, ResponseUnmarshaller = XmlUnmarshaller.Instance };
        IEnumerable<string> pairs = parameters
            .Prepend(KeyValuePair.Create("Version", version))
            .Prepend(KeyValuePair.Create("Action", action))
            .Select(static p => $"{p.Key}={Uri.EscapeDataString(p.Value)}");
        Message message = new(null, "application/x-www-form-urlencoded; charset=utf-8", Encoding.UTF8.GetBytes(string.Join('&', pairs)));
        return (await InvokeAsync<XmlReply>(message, options, cancellationToken)).Body;
    }

    private sealed class Metadata(string serviceId) : IServiceMetadata
    {
        public string ServiceId => serviceId;

        public IDictionary<string, string> OperationNameMapping { get; } = new Dictionary<string, string>(StringComparer.Ordinal);
    }

    private sealed class Message(string? target, string contentType, byte[] body) : AmazonWebServiceRequest
    {
        public string? Target => target;

        public string ContentType => contentType;

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
            DefaultRequest request = new(message, "AWS")
            {
                HttpMethod = "POST",
                ResourcePath = "/",
                Content = message.Body,
            };
            if (message.Target is { } target)
            {
                request.Headers["X-Amz-Target"] = target;
            }

            request.Headers["Content-Type"] = message.ContentType;
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

        public override AmazonServiceException UnmarshallException(
            JsonUnmarshallerContext input,
            Exception innerException,
            HttpStatusCode statusCode
        )
        {
            StreamingUtf8JsonReader reader = new(input.Stream);
            ErrorResponse error = JsonErrorResponseUnmarshaller.GetInstance().Unmarshall(input, ref reader);
            return new AmazonServiceException(error.Message, innerException, error.Type, error.Code, error.RequestId, statusCode);
        }
    }

    private sealed class XmlReply : AmazonWebServiceResponse
    {
        public XElement Body { get; init; } = new("Nothing");
    }

    private sealed class XmlUnmarshaller : XmlResponseUnmarshaller
    {
        public static XmlUnmarshaller Instance { get; } = new();

        public override AmazonWebServiceResponse Unmarshall(XmlUnmarshallerContext input)
        {
            try
            {
                return new XmlReply { Body = XElement.Load(input.Stream) };
            }
            catch (XmlException)
            {
#pragma warning disable MA0054 // Its text might quote the reply.
                throw new JsonException("Not an XML reply.");
#pragma warning restore MA0054
            }
        }

        public override AmazonServiceException UnmarshallException(
            XmlUnmarshallerContext input,
            Exception innerException,
            HttpStatusCode statusCode
        )
        {
            (string code, string message) = ("", "");
            try
            {
                XElement error = XElement.Load(input.Stream);
                string Text(string name) => error.Descendants().FirstOrDefault(e => e.Name.LocalName == name)?.Value ?? "";
                (code, message) = (Text("Code"), Text("Message"));
            }
            catch (XmlException)
            {
                // A proxy's page: the status says what there is to say.
            }

            return new AmazonServiceException(message, innerException, ErrorType.Unknown, code, null, statusCode);
        }
    }

    private sealed class SignatureChoice : BaseAuthResolverHandler
    {
        protected override List<IAuthSchemeOption> ResolveAuthOptions(IExecutionContext executionContext)
        {
            executionContext.RequestContext.Request.AuthenticationRegion = executionContext
                .RequestContext
                .ClientConfig
                .AuthenticationRegion;
            return AuthSchemeOption.DEFAULT_SIGV4;
        }
    }
}

internal sealed class AwsNothing;
