using System.Globalization;
using System.Text.Json.Nodes;

namespace FlowSecrets.Providers.Gcp.CloudRun;

/// <summary>Members of Cloud Run's messages, which are kept as the trees that came: what is not known here goes back as it was.</summary>
internal static class RunJson
{
    public static JsonObject? Object(this JsonObject json, string name) => json[name] as JsonObject;

    /// <summary>The objects of a list; none where there is no list.</summary>
    public static IEnumerable<JsonObject> Objects(this JsonObject json, string name) =>
        (json[name] as JsonArray)?.OfType<JsonObject>() ?? [];

    /// <returns>Null for what is no text.</returns>
    public static string? Text(this JsonObject json, string name) =>
        json[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    /// <summary>A number of 64 bits, which comes as text. Left out, it is 0.</summary>
    public static long Number(this JsonObject json, string name) =>
        json[name] is JsonValue value
        && (
            value.TryGetValue(out long number)
            || (value.TryGetValue(out string? text) && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number))
        )
            ? number
            : 0;

    public static bool Flag(this JsonObject json, string name) => json[name] is JsonValue value && value.TryGetValue(out bool flag) && flag;

    public static DateTimeOffset? Time(this JsonObject json, string name) =>
        DateTimeOffset.TryParse(json.Text(name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            ? time
            : null;

    /// <returns>Whether that changed anything.</returns>
    public static bool Set(this JsonObject json, string name, string text)
    {
        if (json.Text(name) == text)
        {
            return false;
        }

        json[name] = text;
        return true;
    }
}
