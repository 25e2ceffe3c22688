using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FlowSecrets.CloudFakes.Hosting;

/// <summary>What goes back; <paramref name="Applied"/>: a change took effect.</summary>
internal sealed record Reply(int Status, string ContentType, byte[] Body, bool Applied = false)
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Refused for its rate, whether by a quota or by a fault.</summary>
    public bool IsThrottled { get; init; }

    public static Reply Empty(int status) => new(status, "text/plain", []);

    public static Reply Json(int status, string contentType, JsonNode body, bool applied = false) =>
        new(status, contentType, JsonSerializer.SerializeToUtf8Bytes(body, Plain), applied);

    public Reply With(string header, string value) =>
        this with
        {
            Headers = new Dictionary<string, string>(Headers, StringComparer.Ordinal) { [header] = value },
        };
}
