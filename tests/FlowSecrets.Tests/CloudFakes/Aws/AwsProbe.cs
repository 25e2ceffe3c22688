using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Aws;

namespace FlowSecrets.Tests.CloudFakes.Aws;

/// <summary>Bare HTTP against the AWS fake, with a signature that only looks like one.</summary>
internal sealed class AwsProbe : IAsyncDisposable
{
    private readonly HttpClient _http;

    private AwsProbe(AwsFake fake)
    {
        Fake = fake;
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false }) { BaseAddress = fake.Endpoint };
    }

    public AwsFake Fake { get; }

    public string Region { get; set; } = "eu-west-1";

    public string AccessKeyId { get; set; } = "test";

    public bool IsSigned { get; set; } = true;

    /// <summary>Added to the time of the signature.</summary>
    public TimeSpan ClockError { get; set; }

    public static async Task<AwsProbe> StartAsync(AwsFakeOptions? options = null) => new(await AwsFake.StartAsync(options));

    /// <summary>A version id that a person can recognise.</summary>
    public static string Token(int number) => $"00000000-0000-4000-8000-{number:d12}";

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Fake.DisposeAsync();
    }

    /// <returns>The reply of an operation that must work; empty where it has no output.</returns>
    public async Task<JsonObject> Ok(string operation, string body)
    {
        using HttpResponseMessage reply = await Send(operation, body);
        string text = await reply.Content.ReadAsStringAsync();
        Assert.True(reply.IsSuccessStatusCode, text);
        Assert.True(reply.Headers.Contains("x-amzn-RequestId"));
        return text.Length == 0 ? [] : (JsonObject)JsonNode.Parse(text)!;
    }

    /// <returns>"400 ResourceNotFoundException message".</returns>
    public async Task<string> Error(string operation, string body)
    {
        using HttpResponseMessage reply = await Send(operation, body);
        JsonObject error = (JsonObject)JsonNode.Parse(await reply.Content.ReadAsStringAsync())!;
        Assert.Equal((string?)error["__type"], reply.Headers.GetValues("x-amzn-ErrorType").Single());
        return $"{(int)reply.StatusCode} {error["__type"]} {error["message"] ?? error["Message"]}";
    }

    public async Task<HttpResponseMessage> Send(string operation, string body)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "/") { Content = new StringContent(body, Encoding.UTF8) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-amz-json-1.1");
        request.Headers.Add("X-Amz-Target", "secretsmanager." + operation);
        Sign(request, "secretsmanager");
        return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    public async Task<(int Status, string Body)> WhoAmI()
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "/")
        {
            Content = new FormUrlEncodedContent([
                KeyValuePair.Create("Action", "GetCallerIdentity"),
                KeyValuePair.Create("Version", "2011-06-15"),
            ]),
        };
        Sign(request, "sts");
        using HttpResponseMessage reply = await _http.SendAsync(request);
        return ((int)reply.StatusCode, await reply.Content.ReadAsStringAsync());
    }

    public Task<JsonObject> Create(string name, string value, int token = 1) =>
        Ok("CreateSecret", $$"""{"Name":"{{name}}","SecretString":"{{value}}","ClientRequestToken":"{{Token(token)}}"}""");

    public Task<JsonObject> Put(string id, string value, int token) =>
        Ok("PutSecretValue", $$"""{"SecretId":"{{id}}","SecretString":"{{value}}","ClientRequestToken":"{{Token(token)}}"}""");

    public async Task<string> Get(string id, string more = "") =>
        (string)(await Ok("GetSecretValue", $$"""{"SecretId":"{{id}}"{{more}} }"""))["SecretString"]!;

    private void Sign(HttpRequestMessage request, string service)
    {
        DateTimeOffset time = DateTimeOffset.UtcNow + Fake.Skew + ClockError;
        request.Headers.Add("X-Amz-Date", time.ToString("yyyyMMdd'T'HHmmss'Z'"));
        if (IsSigned)
        {
            request.Headers.TryAddWithoutValidation(
                "Authorization",
                $"AWS4-HMAC-SHA256 Credential={AccessKeyId}/{time:yyyyMMdd}/{Region}/{service}/aws4_request, "
                    + $"SignedHeaders=host;x-amz-date, Signature=0"
            );
        }
    }
}
