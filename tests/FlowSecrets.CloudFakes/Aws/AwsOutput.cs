using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Aws.SecretsManager;

namespace FlowSecrets.CloudFakes.Aws;

/// <summary>Members of a reply. What is null is left out, as AWS leaves it out.</summary>
internal static class AwsOutput
{
    /// <summary>Seconds since 1970 with milliseconds as a fraction.</summary>
    public static JsonNode? Time(DateTimeOffset? time) => time is { } t ? JsonValue.Create(t.ToUnixTimeMilliseconds() / 1000m) : null;

    /// <summary>AWS keeps only the day of an access.</summary>
    public static JsonNode? Day(DateTimeOffset? time) =>
        time is { } t ? JsonValue.Create(new DateTimeOffset(t.UtcDateTime.Date, TimeSpan.Zero).ToUnixTimeMilliseconds() / 1000m) : null;

    public static JsonObject Of(params (string Name, JsonNode? Value)[] members)
    {
        JsonObject result = [];
        foreach ((string name, JsonNode? value) in members)
        {
            if (value is not null)
            {
                result[name] = value;
            }
        }

        return result;
    }

    public static JsonArray? Texts(IReadOnlyCollection<string> texts) =>
        texts.Count == 0 ? null : [.. texts.Select(static t => (JsonNode)t)];

    public static JsonArray? Tags(AwsSecret secret) =>
        secret.Tags.Count == 0 ? null : [.. secret.Tags.Select(static t => new JsonObject { ["Key"] = t.Key, ["Value"] = t.Value })];

    public static JsonArray? Replication(AwsSecret secret) =>
        secret.Replicas.Count == 0
            ? null
            :
            [
                .. secret.Replicas.Select(static r => new JsonObject
                {
                    ["Region"] = r.Region,
                    ["KmsKeyId"] = r.KmsKeyId,
                    ["Status"] = r.Status,
                    ["StatusMessage"] = r.Message,
                }),
            ];

    /// <summary>ARN and name, which most replies consist of.</summary>
    public static AwsResult Named(AwsSecret secret, params (string Name, JsonNode? Value)[] more) =>
        new(Of([("ARN", secret.Arn), ("Name", secret.Name), .. more]));
}
