using System.Globalization;
using System.Text.Json.Nodes;

namespace FlowSecrets.CloudFakes.Gcp;

/// <summary>Fields of a request in proto3's JSON, in either spelling.</summary>
internal static class GcpInput
{
    public static JsonNode? Field(this JsonObject json, string camel) => json[camel] ?? json[Snake(camel)];

    public static string? Text(this JsonObject json, string camel) =>
        json.Field(camel) is not { } node ? null
        : node is JsonValue value && value.TryGetValue(out string? text) ? text
        : throw Wrong(camel, node);

    public static JsonObject? Object(this JsonObject json, string camel) =>
        json.Field(camel) is not { } node ? null : node as JsonObject ?? throw Wrong(camel, node);

    public static JsonArray? Array(this JsonObject json, string camel) =>
        json.Field(camel) is not { } node ? null : node as JsonArray ?? throw Wrong(camel, node);

    /// <summary>A 64-bit number: as text, as it should be, or as a number.</summary>
    public static long? Long(this JsonObject json, string camel) => json.Field(camel) is not { } node ? null : Long(node, camel);

    public static long Long(JsonNode node, string field) =>
        node is JsonValue value
        && (
            (
                value.TryGetValue(out string? text)
                && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number)
            ) || value.TryGetValue(out number)
        )
            ? number
            : throw Wrong(field, node);

    public static DateTimeOffset? Time(this JsonObject json, string camel) =>
        json.Text(camel) is not { } text ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) ? time
        : throw Wrong(camel, text);

    /// <summary>The version that a reader of a policy asks for, from the query or, as some services take it, the body.</summary>
    public static long? Version(GcpCall call) =>
        call.Query("options.requestedPolicyVersion", "options.requested_policy_version") is { } text
            ? long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number)
                ? number
                : 0
            : call.Request.Method == "POST"
                ? call.Body().Object("options")?.Long("requestedPolicyVersion")
                : null;

    /// <summary>Seconds with an s behind them.</summary>
    public static TimeSpan? Duration(this JsonObject json, string camel) =>
        json.Text(camel) is not { } text ? null
        : text.EndsWith('s')
        && decimal.TryParse(
            text[..^1],
            NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign,
            CultureInfo.InvariantCulture,
            out decimal seconds
        )
            ? TimeSpan.FromSeconds((double)seconds)
        : throw Wrong(camel, text);

    /// <summary>Base64, the web's alphabet included.</summary>
    public static byte[] Bytes(string text, string field)
    {
        string plain = text.Replace('-', '+').Replace('_', '/');
        try
        {
            return Convert.FromBase64String(plain.PadRight((plain.Length + 3) / 4 * 4, '='));
        }
        catch (FormatException)
        {
            throw GcpError.Field(field, $"Invalid value at '{field}' (TYPE_BYTES), Base64 decoding failed");
        }
    }

    public static string Snake(string camel) =>
        string.Concat(camel.Select(static c => char.IsAsciiLetterUpper(c) ? "_" + char.ToLowerInvariant(c) : c.ToString()));

    public static string Camel(string snake)
    {
        string[] words = snake.Split('_');
        return words[0] + string.Concat(words[1..].Select(static w => w.Length == 0 ? w : char.ToUpperInvariant(w[0]) + w[1..]));
    }

    private static GcpError Wrong(string field, JsonNode? value) =>
        GcpError.Field(Snake(field), $"Invalid value at '{Snake(field)}', {value?.ToJsonString()}");
}
