using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FlowSecrets.Model;
using FlowSecrets.Providers.Aws.Connection;
using FlowSecrets.Text;

namespace FlowSecrets.Providers.Aws.Iam;

/// <summary>One statement of a policy, as far as it is evaluated here.</summary>
internal sealed record AwsStatement(
    string? Sid,
    bool Allows,
    AwsWho Who,
    Func<string, bool> HasAction,
    Func<string, bool> HasResource,
    JsonObject? Condition
)
{
    public required JsonObject Node { get; init; }

    public IReadOnlyList<string> Actions { get; init; } = [];
}

/// <summary>Policies of AWS: JSON in, statements out.</summary>
internal static class AwsPolicy
{
    /// <exception cref="JsonException">It is no policy.</exception>
    public static IReadOnlyList<AwsStatement> Read(string? json) => json is null ? [] : [.. Statements(Parse(json)).Select(Read)];

    /// <exception cref="JsonException">It is no JSON object.</exception>
    public static JsonObject Parse(string? json) =>
        json is null
            ? new JsonObject { ["Version"] = "2012-10-17", ["Statement"] = new JsonArray() }
            : JsonNode.Parse(json) as JsonObject ?? throw new JsonException("Not a policy.");

    /// <summary>A lone statement need not stand in a list.</summary>
    public static IEnumerable<JsonObject> Statements(JsonObject policy) =>
        policy["Statement"] switch
        {
            JsonArray several => several.OfType<JsonObject>(),
            JsonObject one => [one],
            _ => [],
        };

    /// <summary>With * and ?, as policies have them.</summary>
    public static bool IsLike(string pattern, string text, bool ignoreCase = false) =>
        Regex.IsMatch(
            text,
            @"\A"
                + Regex.Escape(pattern).Replace(@"\*", ".*", StringComparison.Ordinal).Replace(@"\?", ".", StringComparison.Ordinal)
                + @"\z",
            (ignoreCase ? RegexOptions.IgnoreCase : RegexOptions.None)
                | RegexOptions.CultureInvariant
                | RegexOptions.NonBacktracking
                | RegexOptions.Singleline
        );

    public static IReadOnlyList<string> Texts(JsonNode? node) =>
        node switch
        {
            JsonArray several => [.. several.Select(static n => n?.ToString() ?? "")],
            JsonValue one => [one.ToString()],
            _ => [],
        };

    private static AwsStatement Read(JsonObject node)
    {
        IReadOnlyList<string> actions = Texts(node["Action"] ?? node["NotAction"]);
        IReadOnlyList<string> resources = Texts(node["Resource"] ?? node["NotResource"]);
        bool exceptActions = node["NotAction"] is not null;
        bool exceptResources = node["NotResource"] is not null;
        return new AwsStatement(
            (string?)node["Sid"],
            (string?)node["Effect"] == "Allow",
            new AwsWho([.. Principals(node["Principal"] ?? node["NotPrincipal"])], node["NotPrincipal"] is not null),
            action => actions.Any(a => IsLike(a, action, ignoreCase: true)) != exceptActions,
            // A policy of a resource may leave the resource out.
            resource => resources.Count == 0 || resources.Any(r => IsLike(r, resource)) != exceptResources,
            node.Object("Condition")
        )
        {
            Node = node,
            Actions = actions,
        };
    }

    private static IEnumerable<string> Principals(JsonNode? node) =>
        node switch
        {
            JsonObject kinds => kinds.SelectMany(static k => Texts(k.Value)),
            _ => Texts(node),
        };
}
