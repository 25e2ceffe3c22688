using System.Text.Json.Nodes;

namespace FlowSecrets.CloudFakes.Aws.SecretsManager;

/// <summary>Filters of a list: all of them must match, one of each filter's values is enough, "!" negates a value.</summary>
internal static class AwsFilters
{
    private static readonly char[] Breaks = [' ', ':', '/', '_', '+', '=', '.', '@', '-', '!'];

    public static IEnumerable<AwsSecret> Apply(IEnumerable<AwsSecret> secrets, IReadOnlyList<JsonObject> filters)
    {
        if (filters.Count > 10)
        {
            throw AwsError.Constraint("filters", "[…]", "Member must have length less than or equal to 10");
        }

        foreach (JsonObject filter in filters)
        {
            string key = filter.RequiredText("Key");
            IReadOnlyList<string> values = filter.Texts("Values", 10) ?? throw AwsError.Parameter("Invalid filter values.");
            Func<AwsSecret, string, bool> matches = Matcher(key);
            secrets = secrets.Where(s => values.Any(v => v.StartsWith('!') ? !matches(s, v[1..]) : matches(s, v)));
        }

        return secrets;
    }

    private static Func<AwsSecret, string, bool> Matcher(string key) =>
        key switch
        {
            "name" => static (s, v) => s.Name.StartsWith(v, StringComparison.Ordinal),
            "description" => static (s, v) => (s.Description ?? "").StartsWith(v, StringComparison.OrdinalIgnoreCase),
            "tag-key" => static (s, v) => s.Tags.Keys.Any(k => k.StartsWith(v, StringComparison.Ordinal)),
            "tag-value" => static (s, v) => s.Tags.Values.Any(t => t.StartsWith(v, StringComparison.Ordinal)),
            "primary-region" => static (s, v) => (s.PrimaryRegion ?? "").StartsWith(v, StringComparison.Ordinal),
            "owning-service" => static (s, v) => (s.OwningService ?? "").StartsWith(v, StringComparison.Ordinal),
            "all" => All,
            _ => throw AwsError.Constraint(
                "filters.1.member.key",
                key,
                "Member must satisfy enum value set: [all, name, tag-key, description, tag-value, owning-service, primary-region]"
            ),
        };

    /// <summary>Every word of the value must begin a word of something that the secret shows, whatever its case.</summary>
    private static bool All(AwsSecret secret, string value)
    {
        string[] words =
        [
            .. Words(secret.Name),
            .. Words(secret.Description),
            .. secret.Tags.SelectMany(static t => Words(t.Key).Concat(Words(t.Value))),
        ];
        return Words(value).All(v => words.Any(w => w.StartsWith(v, StringComparison.OrdinalIgnoreCase)));
    }

    private static string[] Words(string? text) => (text ?? "").Split(Breaks, StringSplitOptions.RemoveEmptyEntries);
}
