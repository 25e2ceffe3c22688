using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace FlowSecrets.CloudFakes.Hosting;

/// <summary>A request that has arrived whole.</summary>
internal sealed record ApiRequest(
    string Method,
    string Path,
    IReadOnlyDictionary<string, string> Query,
    IReadOnlyDictionary<string, string> Headers,
    byte[] Body
)
{
    /// <returns>Null: there is no body. A body that is not a JSON object throws <see cref="JsonException"/>.</returns>
    public JsonObject? Json() =>
        Body.Length == 0 ? null : JsonNode.Parse(Body) as JsonObject ?? throw new JsonException("The body is not an object.");

    public static async Task<ApiRequest> ReadAsync(HttpContext http)
    {
        using MemoryStream body = new();
        bool zipped = http.Request.Headers.ContentEncoding == "gzip";
        await using Stream source = zipped ? new GZipStream(http.Request.Body, CompressionMode.Decompress) : http.Request.Body;
        await source.CopyToAsync(body, http.RequestAborted);
        return new ApiRequest(
            http.Request.Method,
            http.Request.Path.Value ?? "/",
            http.Request.Query.ToDictionary(static q => q.Key, static q => q.Value.ToString(), StringComparer.Ordinal),
            http.Request.Headers.ToDictionary(static h => h.Key, static h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            body.ToArray()
        );
    }
}
