using System.Globalization;
using System.Text.Json.Nodes;

namespace FlowSecrets.Providers.Aws.Iam;

/// <summary>
/// Conditions of AWS policies over the keys whose values are known here. Whatever hangs on another key (an address, MFA, an organisation)
/// is not known (null).
/// </summary>
internal static class AwsCondition
{
    private const string IfExists = "IfExists";

    /// <returns>Null: it cannot be known here.</returns>
    public static bool? IsMet(JsonObject? condition, IReadOnlyDictionary<string, string> values)
    {
        bool? met = true;
        foreach ((string name, JsonNode? keys) in condition ?? [])
        {
            foreach ((string key, JsonNode? wanted) in keys as JsonObject ?? [])
            {
                bool? one = IsMet(name, key, AwsPolicy.Texts(wanted), values);
                if (one == false)
                {
                    return false;
                }

                met = one is null ? null : met;
            }
        }

        return met;
    }

    /// <summary>The time that a condition ends at, when that is all it says.</summary>
    public static DateTimeOffset? EndOf(JsonObject? condition) =>
        condition is { Count: 1 }
        && condition["DateLessThan"] is JsonObject { Count: 1 } dates
        && AwsPolicy.Texts(dates["aws:CurrentTime"]) is [{ } text]
        && Time(text) is { } end
            ? end
            : null;

    private static bool? IsMet(string name, string key, IReadOnlyList<string> wanted, IReadOnlyDictionary<string, string> values)
    {
        bool optional = name.EndsWith(IfExists, StringComparison.Ordinal);
        string test = optional ? name[..^IfExists.Length] : name;
        string? value = values
            .Where(v => string.Equals(v.Key, key, StringComparison.OrdinalIgnoreCase))
            .Select(static v => v.Value)
            .FirstOrDefault();
        if (value is null || wanted.Any(static w => w.Contains("${", StringComparison.Ordinal)))
        {
            return null;
        }

        if (value.Length == 0)
        {
            // Known not to be there.
            return test == "Null" ? wanted is ["true"] : optional || test.Contains("Not", StringComparison.Ordinal);
        }

        return test switch
        {
            "StringEquals" => wanted.Contains(value, StringComparer.Ordinal),
            "StringNotEquals" => !wanted.Contains(value, StringComparer.Ordinal),
            "StringEqualsIgnoreCase" => wanted.Contains(value, StringComparer.OrdinalIgnoreCase),
            "StringNotEqualsIgnoreCase" => !wanted.Contains(value, StringComparer.OrdinalIgnoreCase),
            "StringLike" or "ArnLike" or "ArnEquals" => wanted.Any(w => AwsPolicy.IsLike(w, value)),
            "StringNotLike" or "ArnNotLike" or "ArnNotEquals" => !wanted.Any(w => AwsPolicy.IsLike(w, value)),
            "Bool" => wanted.Contains(value, StringComparer.OrdinalIgnoreCase),
            "Null" => wanted is ["false"],
            "DateLessThan" => Compare(value, wanted, static (now, then) => now < then),
            "DateLessThanEquals" => Compare(value, wanted, static (now, then) => now <= then),
            "DateGreaterThan" => Compare(value, wanted, static (now, then) => now > then),
            "DateGreaterThanEquals" => Compare(value, wanted, static (now, then) => now >= then),
            _ => null,
        };
    }

    private static bool? Compare(string value, IReadOnlyList<string> wanted, Func<DateTimeOffset, DateTimeOffset, bool> holds) =>
        Time(value) is { } now && wanted is [{ } text] && Time(text) is { } then ? holds(now, then) : null;

    private static DateTimeOffset? Time(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds) ? DateTimeOffset.FromUnixTimeSeconds(seconds)
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) ? time
        : null;
}
