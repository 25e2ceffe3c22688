using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Gcp;

namespace FlowSecrets.Tests.CloudFakes.Gcp;

/// <summary>Bare HTTP against the Google fake; paths are relative to /v1/projects/flow-test/.</summary>
internal sealed class GcpProbe : IAsyncDisposable
{
    private readonly HttpClient _http;

    private GcpProbe(GcpFake fake)
    {
        Fake = fake;
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false }) { BaseAddress = fake.Endpoint };
    }

    public GcpFake Fake { get; }

    public string? Token { get; set; }

    public static async Task<GcpProbe> StartAsync(GcpFakeOptions? options = null) => new(await GcpFake.StartAsync(options));

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Fake.DisposeAsync();
    }

    /// <returns>The reply of an operation that must work.</returns>
    public async Task<JsonObject> Ok(string method, string path, string? body = null)
    {
        using HttpResponseMessage reply = await Send(method, path, body);
        string text = await reply.Content.ReadAsStringAsync();
        Assert.True(reply.IsSuccessStatusCode, text);
        return (JsonObject)JsonNode.Parse(text)!;
    }

    /// <returns>"404 NOT_FOUND message".</returns>
    public async Task<string> Error(string method, string path, string? body = null)
    {
        JsonObject error = await ErrorBody(method, path, body);
        return $"{error["code"]} {error["status"]} {error["message"]}";
    }

    public async Task<JsonObject> ErrorBody(string method, string path, string? body = null)
    {
        using HttpResponseMessage reply = await Send(method, path, body);
        JsonObject error = (JsonObject)JsonNode.Parse(await reply.Content.ReadAsStringAsync())!["error"]!;
        Assert.Equal((int)reply.StatusCode, (int)error["code"]!);
        return error;
    }

    public Task<HttpResponseMessage> Send(string method, string path, string? body = null) =>
        Send(method, path, body is null ? null : new StringContent(body, Encoding.UTF8, "application/json"));

    public async Task<HttpResponseMessage> Send(string method, string path, HttpContent? content)
    {
        string address = path.StartsWith('/') ? path : "/v1/projects/flow-test/" + path;
        using HttpRequestMessage request = new(new HttpMethod(method), address) { Content = content };
        request.Headers.Authorization = Token is null ? null : new AuthenticationHeaderValue("Bearer", Token);
        return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    public Task<JsonObject> Create(string id, string more = "") =>
        Ok("POST", $"secrets?secretId={id}", $$"""{"replication":{"automatic":{} }{{more}} }""");

    public Task<JsonObject> Add(string id, string value) => Ok("POST", $"secrets/{id}:addVersion", Payload(value));

    public async Task<string> Access(string id, string version = "latest") =>
        Encoding.UTF8.GetString(
            Convert.FromBase64String((string)(await Ok("GET", $"secrets/{id}/versions/{version}:access"))["payload"]!["data"]!)
        );

    public static string Payload(string value) => $$"""{"payload":{"data":"{{Convert.ToBase64String(Encoding.UTF8.GetBytes(value))}}"} }""";
}
