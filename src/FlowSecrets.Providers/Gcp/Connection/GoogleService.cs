using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using FlowSecrets.Text;
using Google;
using Google.Apis.Http;
using Google.Apis.Requests;
using Google.Apis.Services;

namespace FlowSecrets.Providers.Gcp.Connection;

/// <summary>
/// One of Google's REST services on Google.Apis, whose credentials, headers and transport it uses. Bodies are read and written by
/// System.Text.Json:
/// the library's own parse failure would put the whole reply, so the secret, into an exception's message.
/// </summary>
internal class GoogleService : BaseClientService
{
    private readonly string _name;
    private readonly Uri _address;
    private readonly JsonSerializerContext _json;

    /// <param name="json">Reads and writes the messages of this service.</param>
    public GoogleService(
        string name,
        Uri address,
        IConfigurableHttpClientInitializer? credential,
        GcpTransport transport,
        JsonSerializerContext json
    )
        : base(
            new Initializer
            {
                HttpClientFactory = transport,
                HttpClientInitializer = credential,
                ApplicationName = "FlowSecrets",
                BaseUri = address.AbsoluteUri,
                GZipEnabled = false,
                HttpClientTimeout = Timeout.InfiniteTimeSpan,
                DefaultExponentialBackOffPolicy = ExponentialBackOffPolicy.None,
            }
        )
    {
        _name = name;
        _address = address;
        _json = json;

        // The second try is the credential's alone: after 401, which did nothing, with a new token. All others are made above this.
        HttpClient.MessageHandler.NumTries = 2;
        HttpClient.MessageHandler.FollowRedirect = false;
        HttpClient.MessageHandler.IsLoggingEnabled = false;
    }

    public override string Name => _name;

    public override string BaseUri => _address.AbsoluteUri;

    public override string BasePath => "";

    public override IList<string> Features => [];

    public override string SerializeObject(object obj) => JsonSerializer.Serialize(obj, _json.GetTypeInfo(obj.GetType())!);

    /// <exception cref="JsonException">It is no JSON of this API; its text is nowhere in the exception.</exception>
    /// <exception cref="GcpChecksumException">A payload's checksum is not that of its bytes.</exception>
    public override async Task<T> DeserializeResponse<T>(HttpResponseMessage response)
    {
        try
        {
            await using Stream body = await response.Content.ReadAsStreamAsync();
            T reply =
                await JsonSerializer.DeserializeAsync(body, (JsonTypeInfo<T>)_json.GetTypeInfo(typeof(T))!)
                ?? throw new JsonException("null");
            (reply as IGcpChecked)?.Verify();
            return reply;
        }
        catch (JsonException e)
        {
#pragma warning disable MA0054 // The inner exception might quote what it could not read.
            throw new JsonException($"Not a {typeof(T).Name} at byte {e.BytePositionInLine}.");
#pragma warning restore MA0054
        }
    }

    public override async Task<RequestError> DeserializeError(HttpResponseMessage response)
    {
        GcpError? error = null;
        try
        {
            await using Stream body = await response.Content.ReadAsStreamAsync();
            error = (await JsonSerializer.DeserializeAsync(body, GcpErrorJson.Default.GcpErrorReply))?.Error;
        }
        catch (Exception e) when (e is JsonException or IOException or HttpRequestException)
        {
            // A proxy's page, or a reply that was cut off: the status says what there is to say.
        }

        GcpErrorDetail? info = error?.Details?.FirstOrDefault(static d => d.Reason is not null);
        return new GcpRequestError
        {
            Code = (int)response.StatusCode,
            Message = error?.Message ?? "",
            IsOfApi = error is not null,
            Status = RemoteText.Code(error?.Status),
            Reason = RemoteText.Code(info?.Reason),
            Metadata = info?.Metadata ?? [],
            RetryAfter = response.Headers.RetryAfter is { } after ? after.Delta ?? after.Date - DateTimeOffset.UtcNow : null,
        };
    }

    public Task<T> SendAsync<T>(HttpMethod method, string path, object? body, JsonTypeInfo<T> reply, CancellationToken cancellationToken) =>
        new Request<T>(this, method, path, body, reply.Type.Name).ExecuteAsync(cancellationToken);

    /// <summary>Sends a form, for what must not be in an address.</summary>
    public async Task<T> SendFormAsync<T>(
        string path,
        IEnumerable<KeyValuePair<string, string>> form,
        JsonTypeInfo<T> reply,
        CancellationToken cancellationToken
    )
    {
        using FormUrlEncodedContent content = new(form);
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(_address, path)) { Content = content };
        using HttpResponseMessage response = await HttpClient.SendAsync(request, cancellationToken);
        return response.IsSuccessStatusCode
            ? await DeserializeResponse<T>(response)
            : throw new GoogleApiException(Name, reply.Type.Name)
            {
                Error = await DeserializeError(response),
                HttpStatusCode = response.StatusCode,
            };
    }

    protected static string Query(string name, string? value) => value is null ? "" : $"&{name}={WebUtility.UrlEncode(value)}";

    private sealed class Request<T> : ClientServiceRequest<T>
    {
        private readonly object? _body;

        public Request(IClientService service, HttpMethod method, string path, object? body, string name)
            : base(service)
        {
            (HttpMethod, RestPath, MethodName, _body) = (method.Method, path, name, body);
            InitParameters();
        }

        public override string MethodName { get; }

        public override string RestPath { get; }

        public override string HttpMethod { get; }

        protected override object? GetBody() => _body;
    }
}

/// <summary>A reply that carries a checksum of its own.</summary>
internal interface IGcpChecked
{
    /// <exception cref="GcpChecksumException">The checksum is not that of the bytes.</exception>
    void Verify();
}

/// <summary>An error reply of the API, with what google.rpc adds.</summary>
internal sealed class GcpRequestError : RequestError
{
    /// <summary>Whether the API said it; else somebody between here and there did, whose 404 says nothing of a secret.</summary>
    public bool IsOfApi { get; init; }

    /// <summary>The canonical code: NOT_FOUND, PERMISSION_DENIED.</summary>
    public string? Status { get; init; }

    /// <summary>Reason of ErrorInfo: SERVICE_DISABLED, IAM_PERMISSION_DENIED.</summary>
    public string? Reason { get; init; }

    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public TimeSpan? RetryAfter { get; init; }
}
