using System.Text.RegularExpressions;
using FlowSecrets.Ports;

namespace FlowSecrets.Providers.Aws.SecretsManager;

/// <summary>AWS's tags, which are our labels.</summary>
internal static partial class AwsTags
{
    private const int Most = 50;

    public static Dictionary<string, string> Of(AwsSecret secret) =>
        (secret.Tags ?? [])
            .Where(static t => t.Key is not null)
            .ToDictionary(static t => t.Key!, static t => t.Value ?? "", StringComparer.Ordinal);

    public static List<AwsTag> From(IEnumerable<KeyValuePair<string, string>> labels) =>
        [.. labels.Select(static l => new AwsTag { Key = l.Key, Value = l.Value })];

    /// <summary>Whether AWS sets the tag itself.</summary>
    public static bool IsOfAws(string key) => key.StartsWith("aws:", StringComparison.OrdinalIgnoreCase);

    public static void Require(string name, IReadOnlyDictionary<string, string> labels) =>
        StoreErrors.RequireLabels(
            name,
            labels,
            Most,
            static (key, value) =>
                key.Length is > 0 and <= 128 && value.Length <= 256 && !IsOfAws(key) && Text().IsMatch(key) && Text().IsMatch(value),
            "tags with keys of 1 to 128 and values of at most 256 letters, digits, spaces and _.:/=+-@, none beginning with aws:"
        );

    [GeneratedRegex(@"\A[\p{L}\p{Z}\p{N}_.:/=+\-@]*\z")]
    private static partial Regex Text();
}
