using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using FlowSecrets.Transport;
using Google.Apis.Http;
using Google.Apis.Requests;
using Google.Apis.Services;

namespace FlowSecrets.Providers.Gcp;

/// <summary>
/// Secret Manager v1 on Google.Apis, whose credentials, headers and transport it uses. Bodies are read and written by System.Text.Json:
/// the library's own parse failure would put the whole reply, so the secret, into an exception's message.
/// </summary>
internal sealed class SecretManagerService : BaseClientService, ISecretManager
{
    private const int PageSize = 25_000;

    private readonly string _secrets;
    private readonly Uri _address;

    public SecretManagerService(Uri address, string parent, IConfigurableHttpClientInitializer? credential, GcpTransport transport)
        : base(new Initializer
        {
            HttpClientFactory = transport,
            HttpClientInitializer = credential,
            ApplicationName = "FlowSecrets",
            BaseUri = address.AbsoluteUri,
            GZipEnabled = false,
            HttpClientTimeout = Timeout.InfiniteTimeSpan,
            DefaultExponentialBackOffPolicy = ExponentialBackOffPolicy.None,
        })
    {
        _address = address;
        _secrets = $"v1/{parent}/secrets";

        // The second try is the credential's alone: after 401, which did nothing, with a new token. All others are made above this.
        HttpClient.MessageHandler.NumTries = 2;
        HttpClient.MessageHandler.FollowRedirect = false;
        HttpClient.MessageHandler.IsLoggingEnabled = false;
    }

    public override string Name => "secretmanager";

    public override string BaseUri => _address.AbsoluteUri;

    public override string BasePath => "";

    public override IList<string> Features => [];

    public Task<GcpSecret> CreateSecretAsync(string id, GcpSecret secret, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, $"{_secrets}?secretId={id}", secret, GcpJson.Default.GcpSecret, cancellationToken);

    public Task<GcpSecret> GetSecretAsync(string id, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, $"{_secrets}/{id}", null, GcpJson.Default.GcpSecret, cancellationToken);

    public Task<GcpSecretPage> ListSecretsAsync(string? filter, string? pageToken, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, $"{_secrets}?pageSize={PageSize}{Query("filter", filter)}{Query("pageToken", pageToken)}", null, GcpJson.Default.GcpSecretPage, cancellationToken);

    public Task<GcpSecret> UpdateSecretAsync(string id, GcpSecret change, string mask, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Patch, $"{_secrets}/{id}?updateMask={mask}", change, GcpJson.Default.GcpSecret, cancellationToken);

    public Task DeleteSecretAsync(string id, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Delete, $"{_secrets}/{id}", null, GcpJson.Default.GcpNothing, cancellationToken);

    public Task<GcpVersion> AddVersionAsync(string id, GcpPayload payload, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, $"{_secrets}/{id}:addVersion", new GcpAddVersion { Payload = payload }, GcpJson.Default.GcpVersion, cancellationToken);

    public Task<GcpVersion> GetVersionAsync(string id, string version, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, $"{_secrets}/{id}/versions/{version}", null, GcpJson.Default.GcpVersion, cancellationToken);

    public Task<GcpVersionPage> ListVersionsAsync(string id, int pageSize, string? pageToken, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, $"{_secrets}/{id}/versions?pageSize={pageSize}{Query("pageToken", pageToken)}", null, GcpJson.Default.GcpVersionPage, cancellationToken);

    public Task<GcpAccess> AccessVersionAsync(string id, string version, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, $"{_secrets}/{id}/versions/{version}:access", null, GcpJson.Default.GcpAccess, cancellationToken);

    public Task<GcpVersion> ChangeVersionAsync(string id, string version, string verb, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, $"{_secrets}/{id}/versions/{version}:{verb}", new GcpNothing(), GcpJson.Default.GcpVersion, cancellationToken);

    public override string SerializeObject(object obj) => JsonSerializer.Serialize(obj, GcpJson.Default.GetTypeInfo(obj.GetType())!);

    /// <exception cref="JsonException">It is no JSON of this API; its text is nowhere in the exception.</exception>
    /// <exception cref="GcpChecksumException">A payload's checksum is not that of its bytes.</exception>
    public override async Task<T> DeserializeResponse<T>(HttpResponseMessage response)
    {
        try
        {
            await using Stream body = await response.Content.ReadAsStreamAsync();
            T reply = await JsonSerializer.DeserializeAsync(body, (JsonTypeInfo<T>)GcpJson.Default.GetTypeInfo(typeof(T))!) ?? throw new JsonException("null");
            (reply as GcpAccess)?.Verify();
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
            error = (await JsonSerializer.DeserializeAsync(body, GcpJson.Default.GcpErrorReply))?.Error;
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

    private Task<T> SendAsync<T>(HttpMethod method, string path, object? body, JsonTypeInfo<T> reply, CancellationToken cancellationToken) =>
        new Request<T>(this, method, path, body, reply.Type.Name).ExecuteAsync(cancellationToken);

    private static string Query(string name, string? value) => value is null ? "" : $"&{name}={WebUtility.UrlEncode(value)}";

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
