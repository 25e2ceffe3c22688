using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using FlowSecrets.Providers.Gcp.Connection;
using Google.Apis.Http;

namespace FlowSecrets.Providers.Gcp.CloudRun;

/// <summary>Cloud Run v2. A service is read and written as the whole tree that it is.</summary>
internal sealed class CloudRunClient(GcpPlace at, Func<IConfigurableHttpClientInitializer?> credential, GcpTransport transport) : ICloudRun
{
    public Task<JsonObject> GetAsync(string name, CancellationToken cancellationToken) =>
        Service().SendAsync(HttpMethod.Get, $"v2/{name}", null, CloudRunJson.Default.JsonObject, cancellationToken);

    public Task<JsonObject> UpdateAsync(string name, JsonObject service, CancellationToken cancellationToken) =>
        Service().SendAsync(HttpMethod.Patch, $"v2/{name}", service, CloudRunJson.Default.JsonObject, cancellationToken);

    public Task<JsonObject> GetProjectAsync(string project, CancellationToken cancellationToken) =>
        Service("cloudresourcemanager")
            .SendAsync(HttpMethod.Get, $"v3/projects/{project}", null, CloudRunJson.Default.JsonObject, cancellationToken);

    private GoogleService Service(string name = "run") => new(name, at.AddressOf(name), credential(), transport, CloudRunJson.Default);
}

/// <summary>How these messages are read and written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString
)]
[JsonSerializable(typeof(JsonObject))]
internal sealed partial class CloudRunJson : JsonSerializerContext;
