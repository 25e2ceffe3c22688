using FlowSecrets.Model;
using FlowSecrets.Ports;

namespace FlowSecrets.Providers.Aws.SecretsManager;

/// <summary>AWS's tags, which are our labels.</summary>
internal static class AwsTags
{
    public static Dictionary<string, string> Of(AwsSecret secret) =>
        (secret.Tags ?? [])
            .Where(static t => t.Key is not null)
            .ToDictionary(static t => t.Key!, static t => t.Value ?? "", StringComparer.Ordinal);

    public static List<AwsTag> From(IEnumerable<KeyValuePair<string, string>> labels) =>
        [.. labels.Select(static l => new AwsTag { Key = l.Key, Value = l.Value })];

    public static void Require(string name, IReadOnlyDictionary<string, string> labels) =>
        StoreErrors.RequireLabels(name, labels, LabelRules.Of(StoreKind.Aws));
}
