using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using FlowSecrets.Catalogs;
using FlowSecrets.Catalogs.Grammar;

namespace FlowSecrets.Tests.Catalogs;

/// <summary>Makes the JSON schema (draft-07, which editors know best) of the grammar that the reader checks by.</summary>
internal static class CatalogSchema
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string Text() => Make().ToJsonString(Indented) + "\n";

    public static JsonObject Make()
    {
        JsonObject schema = new()
        {
            ["$schema"] = "http://json-schema.org/draft-07/schema#",
            ["$id"] = "urn:flowsecrets:catalog",
            ["title"] = "FlowSecrets catalog",
        };
        foreach ((string key, JsonNode? value) in Of(CatalogShape.Root))
        {
            schema[key] = value?.DeepClone();
        }

        return schema;
    }

    private static JsonObject Of(Shape shape)
    {
        JsonObject schema = [];
        if (shape.Description is { } description)
        {
            schema["description"] = description;
        }

        switch (shape)
        {
            case TextShape text:
                AddText(schema, text);
                break;
            case BoolShape:
                schema["type"] = "boolean";
                break;
            case NumberShape number:
                (schema["type"], schema["minimum"], schema["maximum"]) = ("integer", number.Least, number.Most);
                break;
            case ListShape { Single: true } list:
                schema["anyOf"] = new JsonArray(Of(list.Item), List(list));
                break;
            case ListShape list:
                (schema["type"], schema["items"]) = ("array", Of(list.Item));
                break;
            case MapShape map:
                schema["type"] = "object";
                schema["additionalProperties"] = map.EmptyValues
                    ? new JsonObject { ["anyOf"] = new JsonArray(Of(map.Entry), new JsonObject { ["type"] = "null" }) }
                    : Of(map.Entry);
                if (map.Keys is { } keys)
                {
                    schema["propertyNames"] = Of(keys);
                }

                break;
            case ObjectShape members:
                AddMembers(schema, members);
                break;
            default:
                throw new InvalidOperationException($"{shape.GetType().Name} has no schema yet.");
        }

        return schema;
    }

    private static void AddText(JsonObject schema, TextShape text)
    {
        schema["type"] = text.AnyScalar ? new JsonArray("string", "number", "boolean") : "string";
        if (text.Allowed is { } words)
        {
            schema["enum"] = new JsonArray([.. words.Select(static w => (JsonNode)w)]);
        }

        if (text.MaxLength < int.MaxValue && text.Allowed is null)
        {
            schema["maxLength"] = text.MaxLength;
        }

        if (text.Regex is { } pattern)
        {
            schema["pattern"] = pattern;
        }
    }

    private static JsonObject List(ListShape list) => new() { ["type"] = "array", ["items"] = Of(list.Item) };

    private static void AddMembers(JsonObject schema, ObjectShape members)
    {
        schema["type"] = "object";
        schema["additionalProperties"] = false;
        if (members.Required.Count > 0)
        {
            schema["required"] = new JsonArray([.. members.Required.Select(static r => (JsonNode)r)]);
        }

        JsonObject properties = [];
        foreach ((string name, Shape member) in members.Members)
        {
            properties[name] = Of(member);
        }

        schema["properties"] = properties;
    }
}
