using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using FlowSecrets.Errors;
using FlowSecrets.Text;
using FlowSecrets.Values;

namespace FlowSecrets.Operations.Secrets;

/// <summary>A secret whose value is a JSON object of fields. Its errors never quote the text.</summary>
internal static class JsonSecret
{
    // A value is read by programs, not put into HTML: what need not be escaped is left readable.
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <exception cref="FlowSecretException">ValueNotJson, ValueNotText.</exception>
    public static JsonObject Parse(SecretValue value, string name)
    {
        try
        {
            if (JsonNode.Parse(value.RevealText(name)) is JsonObject members)
            {
                // Names that stand twice are found only when the members are looked at.
                _ = members.Count;
                return members;
            }
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            // The parser's own message can quote the text.
        }

        throw NotJson(name, "a JSON object");
    }

    /// <summary>Any JSON value.</summary>
    public static void Require(SecretValue value, string name)
    {
        try
        {
            Utf8JsonReader reader = new(value.AsSpan());
            while (reader.Read()) { }
        }
        catch (JsonException)
        {
            throw NotJson(name, "JSON");
        }
    }

    /// <summary>A field as text: a JSON string's content, any other value as it is written. Null where there is none.</summary>
    public static string? Text(JsonObject members, string field) =>
        members[field] is { } node ? node.Text() ?? node.ToJsonString(Plain) : null;

    public static SecretValue Write(JsonObject members) => SecretValue.FromText(members.ToJsonString(Plain));

    private static FlowSecretException NotJson(string name, string what) =>
        new(
            ErrorIds.ValueNotJson,
            name,
            $"The value of '{name}' is not {what}",
            "Give it as JSON, for instance from a file: -Path FILE. Nothing was changed."
        );
}
