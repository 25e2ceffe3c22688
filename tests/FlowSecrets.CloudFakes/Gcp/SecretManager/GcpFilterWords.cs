using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace FlowSecrets.CloudFakes.Gcp.SecretManager;

/// <summary>The words of a filter and what one comparison means.</summary>
internal static partial class GcpFilterWords
{
    public static bool IsComparison(string? word) => word is ":" or "=" or "!=" or "<" or "<=" or ">" or ">=";

    public static GcpError Wrong(string part) => GcpError.Field("filter", $"Invalid list filter: {part}");

    public static IReadOnlyList<string> Split(string filter)
    {
        List<string> words = [];
        int end = 0;
        foreach (Match match in Word().Matches(filter))
        {
            if (match.Index != end)
            {
                throw Wrong(filter);
            }

            end = match.Index + match.Length;
            string word = match.Value.Trim();
            if (word.Length > 0)
            {
                words.Add(word is ['"', .., '"'] ? word[1..^1].Replace("\\\"", "\"", StringComparison.Ordinal) : word);
            }
        }

        return end < filter.Length ? throw Wrong(filter) : words;
    }

    public static Func<JsonObject, bool> Comparison(string field, string comparison, string value)
    {
        string[] path = [.. field.Split('.')];
        path[0] = GcpInput.Camel(path[0]);
        return item =>
        {
            // A dot can also belong to a key, as annotations have them.
            JsonNode? node = item[path[0]];
            string? found =
                path.Length == 1
                    ? TextOf(node)
                    : TextOf((node as JsonObject)?[string.Join('.', path[1..])] ?? (node as JsonObject)?[GcpInput.Camel(path[1])]);
            return Compare(path[0] == "name" ? found?.Split('/')[^1] : found, comparison, value)
                || (path.Length == 1 && comparison == ":" && node is JsonObject map && (map.ContainsKey(value) || value == "*"));
        };
    }

    private static bool Compare(string? found, string comparison, string value)
    {
        if (comparison is ":")
        {
            return found is not null && (value == "*" || found.Contains(value.Trim('*'), StringComparison.OrdinalIgnoreCase));
        }

        int order =
            DateTimeOffset.TryParse(found, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset left)
            && DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset right)
                ? left.CompareTo(right)
                : string.CompareOrdinal(found, value);
        return comparison switch
        {
            "=" => found is not null && order == 0,
            "!=" => order != 0,
            "<" => found is not null && order < 0,
            "<=" => found is not null && order <= 0,
            ">" => found is not null && order > 0,
            _ => found is not null && order >= 0,
        };
    }

    private static string? TextOf(JsonNode? node) =>
        node switch
        {
            null => null,
            JsonValue value when value.TryGetValue(out string? text) => text,
            _ => node.ToJsonString(),
        };

    [GeneratedRegex("""\s+|"(?:[^"\\]|\\.)*"|[()]|!=|<=|>=|[:=<>]|-(?=\S)|[^\s()"!=<>:]+""")]
    private static partial Regex Word();
}
