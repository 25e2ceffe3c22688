using System.Globalization;
using System.Text.Json.Nodes;

namespace FlowSecrets.Text;

/// <summary>
/// Members of JSON trees that others wrote, by their path; without a path it is the node itself. What is not there, or is of another kind,
/// is null, 0, false or nothing, and never an exception.
/// </summary>
internal static class JsonNavigation
{
    public static JsonNode? At(this JsonNode? json, params ReadOnlySpan<string> path)
    {
        JsonNode? at = json;
        foreach (string name in path)
        {
            at = (at as JsonObject)?[name];
        }

        return at;
    }

    public static JsonObject? Object(this JsonNode? json, params ReadOnlySpan<string> path) => json.At(path) as JsonObject;

    /// <summary>The objects of a list, without whatever else stands in it.</summary>
    public static IEnumerable<JsonObject> Objects(this JsonNode? json, params ReadOnlySpan<string> path) =>
        (json.At(path) as JsonArray)?.OfType<JsonObject>() ?? [];

    public static string? Text(this JsonNode? json, params ReadOnlySpan<string> path) =>
        json.At(path) is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    /// <summary>A whole number of 64 bits; a text is none.</summary>
    public static long Number(this JsonNode? json, params ReadOnlySpan<string> path) =>
        json.At(path) is JsonValue value && value.TryGetValue(out long number) ? number : 0;

    public static bool Flag(this JsonNode? json, params ReadOnlySpan<string> path) =>
        json.At(path) is JsonValue value && value.TryGetValue(out bool flag) && flag;

    public static DateTimeOffset? Time(this JsonNode? json, params ReadOnlySpan<string> path) => TimeOf(json.Text(path));

    /// <summary>A time that names no zone is one of UTC.</summary>
    public static DateTimeOffset? TimeOf(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) ? time : null;
}
