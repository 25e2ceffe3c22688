using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FlowSecrets.Model;

namespace FlowSecrets.Tests.Catalogs;

/// <summary>What an editor does with a JSON schema, as far as ours goes; a word that it does not know is a fault of the test.</summary>
internal static class SchemaChecker
{
    public static bool Allows(JsonObject schema, DocNode node) =>
        schema.All(rule =>
            rule.Key switch
            {
                "$schema" or "$id" or "title" or "description" => true,
                "type" => (rule.Value is JsonArray types ? types.Select(static t => (string)t!) : [(string)rule.Value!]).Any(t =>
                    IsOf(node, t)
                ),
                "enum" => rule.Value!.AsArray().Any(v => (string)v! == node.Text),
                "pattern" => node.Kind != DocKind.Text || Regex.IsMatch(node.Text, (string)rule.Value!, RegexOptions.NonBacktracking),
                "maxLength" => node.Kind != DocKind.Text || node.Text.Length <= (int)rule.Value!,
                "minimum" => node.Kind != DocKind.Number || double.Parse(node.Text) >= (int)rule.Value!,
                "maximum" => node.Kind != DocKind.Number || double.Parse(node.Text) <= (int)rule.Value!,
                "anyOf" => rule.Value!.AsArray().Any(s => Allows(s!.AsObject(), node)),
                "propertyNames" => node.Entries.All(e => Allows(rule.Value!.AsObject(), DocNode.String(e.Key.Text))),
                "items" => node.Items.All(i => Allows(rule.Value!.AsObject(), i)),
                "required" => node.Kind != DocKind.Map || rule.Value!.AsArray().All(r => node.Entries.Any(e => e.Key.Text == (string)r!)),
                "properties" => node.Entries.All(e => rule.Value![e.Key.Text] is not JsonObject member || Allows(member, e.Value)),
                "additionalProperties" => node.Entries.All(e =>
                    schema["properties"]?[e.Key.Text] is not null || (rule.Value is JsonObject entry && Allows(entry, e.Value))
                ),
                _ => throw new InvalidOperationException($"The schema has the unknown word '{rule.Key}'."),
            }
        );

    private static bool IsOf(DocNode node, string type) =>
        type switch
        {
            "string" => node.Kind == DocKind.Text,
            "number" => node.Kind == DocKind.Number,
            "integer" => node.Kind == DocKind.Number && double.IsInteger(double.Parse(node.Text)),
            "boolean" => node.Kind == DocKind.Bool,
            "null" => node.Kind == DocKind.Null,
            "array" => node.Kind == DocKind.List,
            "object" => node.Kind == DocKind.Map,
            _ => throw new InvalidOperationException($"The schema has the unknown type '{type}'."),
        };
}
