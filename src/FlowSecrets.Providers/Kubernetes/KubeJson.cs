using System.Globalization;
using System.Text.Json.Nodes;

namespace FlowSecrets.Providers.Kubernetes;

/// <summary>Members of Kubernetes' objects, by their path. What is not there, or is of another type, is null, 0 or nothing.</summary>
internal static class KubeJson
{
    public static JsonNode? At(this JsonObject json, params ReadOnlySpan<string> path)
    {
        JsonNode? at = json;
        foreach (string name in path)
        {
            at = (at as JsonObject)?[name];
        }

        return at;
    }

    public static JsonObject? Object(this JsonObject json, params ReadOnlySpan<string> path) => json.At(path) as JsonObject;

    public static IEnumerable<JsonObject> Objects(this JsonObject json, params ReadOnlySpan<string> path) =>
        (json.At(path) as JsonArray)?.OfType<JsonObject>() ?? [];

    public static string? Text(this JsonObject json, params ReadOnlySpan<string> path) =>
        json.At(path) is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    public static long Number(this JsonObject json, params ReadOnlySpan<string> path) =>
        json.At(path) is JsonValue value && value.TryGetValue(out long number) ? number : 0;

    public static bool Flag(this JsonObject json, params ReadOnlySpan<string> path) =>
        json.At(path) is JsonValue value && value.TryGetValue(out bool flag) && flag;

    public static DateTimeOffset? Time(this JsonObject json, params ReadOnlySpan<string> path) => TimeOf(json.Text(path));

    public static DateTimeOffset? TimeOf(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) ? time : null;

    /// <summary>A condition of the status.</summary>
    public static JsonObject? Condition(this JsonObject json, string type) =>
        json.Objects("status", "conditions").FirstOrDefault(c => c.Text("type") == type);
}
