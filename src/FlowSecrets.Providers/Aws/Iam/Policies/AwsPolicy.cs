using System.Text.Json;
using System.Text.Json.Nodes;
using FlowSecrets.Model;
using FlowSecrets.Providers.Aws.Connection;
using FlowSecrets.Providers.Aws.Iam.Conditions;
using FlowSecrets.Text;

namespace FlowSecrets.Providers.Aws.Iam.Policies;

/// <summary>One statement of a policy, as far as it is evaluated here.</summary>
internal sealed record AwsStatement(string? Sid, bool Allows, AwsWho Who, Func<string, bool> HasAction, JsonObject? Condition)
{
    public required JsonObject Node { get; init; }

    public IReadOnlyList<string> Actions { get; init; } = [];

    /// <summary>What of it is not understood, so that nobody can say what it is about; null: nothing.</summary>
    public string? Unread { get; init; }

    /// <summary>Whether variables stand for values, as they do since the version of 2012; else they are left alone.</summary>
    public bool HasVariables { get; init; } = true;

    /// <summary>Whether it may grant: AWS takes two effects, and another one is not understood.</summary>
    public bool MightAllow => Node["Effect"]?.ToString() != "Deny";

    /// <summary>How a message names it.</summary>
    public string Title => Sid is null ? "without a Sid" : $"'{Sid}'";

    /// <returns>Null: it cannot be known here.</returns>
    public bool? HasResource(string resource, AwsKeys keys)
    {
        bool isExcept = Node["NotResource"] is not null;
        IReadOnlyList<string> resources = AwsPolicy.Texts(Node["Resource"] ?? Node["NotResource"]);

        // A policy of a resource may leave the resource out.
        return resources.Count == 0 ? true
            : Known.Any(resources.Select(r => AwsPattern.Read(r, keys, HasVariables).IsLikeResource(resource))) is { } has ? has != isExcept
            : null;
    }

    /// <summary>What the answer of a statement that cannot be decided hangs on.</summary>
    public string OpenOn(AwsAsk ask)
    {
        string[] keys = [.. AwsCondition.OpenKeys(Condition, ask.Keys, HasVariables).Distinct(StringComparer.Ordinal)];
        return (Unread ?? AwsCondition.UnreadOf(Condition)) is { } unread ? $"{unread}, which is not understood here"
            : keys.Length > 0 ? $"{string.Join(", ", keys)}, whose value is not known here"
            : HasResource(ask.Resource, ask.Keys) is null ? "its resource, which is not known here"
            : "whom it is about, which is not known here";
    }
}

/// <summary>Policies of AWS: JSON in, statements out.</summary>
internal static class AwsPolicy
{
    private static readonly HashSet<string> OfPolicies = new(StringComparer.Ordinal) { "Version", "Id", "Statement" };

    private static readonly HashSet<string> OfStatements = new(StringComparer.Ordinal)
    {
        "Sid",
        "Effect",
        "Principal",
        "NotPrincipal",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Condition",
    };

    private static readonly HashSet<string> KindsOfPrincipals = new(StringComparer.Ordinal)
    {
        "AWS",
        "Service",
        "Federated",
        "CanonicalUser",
    };

    /// <summary>A name that stands twice has two values, and AWS does not say which one counts.</summary>
    private static readonly JsonDocumentOptions Once = new() { AllowDuplicateProperties = false };

    /// <param name="json">Null: there is none.</param>
    /// <param name="isOfIdentity">Whether it is a user's, a role's or a group's, which names no principals.</param>
    /// <exception cref="JsonException">It is no policy.</exception>
    public static IReadOnlyList<AwsStatement> Read(string? json, bool isOfIdentity = false)
    {
        if (json is null)
        {
            return [];
        }

        try
        {
            JsonObject policy = Parse(json);
            string? version = policy["Version"]?.ToString();
            string? unread =
                version is not (null or "2008-10-17" or "2012-10-17") ? $"the version '{version}'"
                : policy.Select(static m => m.Key).FirstOrDefault(static k => !OfPolicies.Contains(k)) is { } member
                    ? $"the member '{member}'"
                : null;
            return [.. Complete(policy["Statement"]).Select(s => Read(s, unread, version == "2012-10-17", isOfIdentity))];
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException or ArgumentException)
        {
            throw new JsonException("The policy has a member of a wrong kind.", e);
        }
    }

    /// <exception cref="JsonException">It is no JSON object.</exception>
    public static JsonObject Parse(string? json)
    {
        if (json is null)
        {
            return new JsonObject { ["Version"] = "2012-10-17", ["Statement"] = new JsonArray() };
        }

        try
        {
            JsonObject policy = JsonNode.Parse(json, documentOptions: Once) as JsonObject ?? throw new JsonException("Not a policy.");

            // Half of a surrogate pair is found only when a text is read.
            _ = policy.ToJsonString();
            return policy;
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            throw new JsonException("The policy has a text that is none.", e);
        }
    }

    /// <summary>A lone statement need not stand in a list.</summary>
    public static IEnumerable<JsonObject> Statements(JsonObject policy) =>
        policy["Statement"] switch
        {
            JsonArray several => several.OfType<JsonObject>(),
            JsonObject one => [one],
            _ => [],
        };

    /// <summary>With * and ?, as policies have them.</summary>
    public static bool IsLike(string pattern, string text, bool ignoreCase = false) => AwsPattern.OfWildcards(pattern).Is(text, ignoreCase);

    public static IReadOnlyList<string> Texts(JsonNode? node) =>
        node switch
        {
            JsonArray several => [.. several.Select(static n => n?.ToString() ?? "")],
            JsonValue one => [one.ToString()],
            _ => [],
        };

    private static AwsStatement Read(JsonObject node, string? unread, bool hasVariables, bool isOfIdentity)
    {
        IReadOnlyList<string> actions = Texts(node["Action"] ?? node["NotAction"]);
        AwsPattern[] patterns = [.. actions.Select(AwsPattern.OfWildcards)];
        bool exceptActions = node["NotAction"] is not null;
        JsonNode? principals = node["Principal"] ?? node["NotPrincipal"];
        return new AwsStatement(
            (string?)node["Sid"],
            (string?)node["Effect"] == "Allow",
            new AwsWho([.. Principals(principals)], node["NotPrincipal"] is not null)
            {
                // A service or a provider that is named '*' is not everybody.
                Aws = principals is JsonObject kinds ? Texts(kinds["AWS"]) : Texts(principals),
            },
            action => Array.Exists(patterns, p => p.Is(action, ignoreCase: true)) != exceptActions,
            node.Object("Condition")
        )
        {
            Node = node,
            Actions = actions,
            Unread = unread ?? UnreadOf(node) ?? (isOfIdentity ? UnreadOfIdentity(node) : UnreadOfResource(node)),
            HasVariables = hasVariables,
        };
    }

    /// <summary>What of a statement is not as AWS documents it; null: nothing.</summary>
    private static string? UnreadOf(JsonObject node) =>
        node.Select(static m => m.Key).FirstOrDefault(static k => !OfStatements.Contains(k)) is { } member ? $"the element '{member}'"
        : node["Effect"]?.ToString() is not ("Allow" or "Deny") ? "its effect"
        : node["Action"] is null == node["NotAction"] is null || !IsTexts(node["Action"] ?? node["NotAction"]) ? "its actions"
        : node["Resource"] is not null && node["NotResource"] is not null ? "its resources"
        : (node["Resource"] ?? node["NotResource"]) is { } resources && !IsTexts(resources) ? "its resources"
        : node["Condition"] is not (null or JsonObject) ? "its condition"
        : null;

    private static string? UnreadOfIdentity(JsonObject node) =>
        (node["Principal"] ?? node["NotPrincipal"]) is not null ? "its principals"
        : node["Resource"] is null && node["NotResource"] is null ? "its resources"
        : null;

    private static string? UnreadOfResource(JsonObject node) =>
        node["Principal"] is null == node["NotPrincipal"] is null ? "its principals"
        : (node["Principal"] ?? node["NotPrincipal"]) is JsonObject kinds
        && kinds.Select(static k => k.Key).FirstOrDefault(static k => !KindsOfPrincipals.Contains(k)) is { } kind
            ? $"the kind of principal '{kind}'"
        : (node["Principal"] ?? node["NotPrincipal"]) is JsonObject named
            ? named.All(static k => IsTexts(k.Value)) ? null
                : "its principals"
        : IsTexts(node["Principal"] ?? node["NotPrincipal"]) ? null
        : "its principals";

    /// <summary>One text, or a list of them that is not empty.</summary>
    private static bool IsTexts(JsonNode? node) =>
        node is JsonArray { Count: > 0 } several
            ? several.All(static n => n?.GetValueKind() == JsonValueKind.String)
            : node?.GetValueKind() == JsonValueKind.String;

    /// <summary>All of them, or none: a statement that is left out might forbid.</summary>
    private static IEnumerable<JsonObject> Complete(JsonNode? node) =>
        node switch
        {
            JsonArray several => several.Select(static s => s as JsonObject ?? throw new JsonException("A statement is an object.")),
            JsonObject one => [one],
            _ => throw new JsonException("A policy has statements."),
        };

    private static IEnumerable<string> Principals(JsonNode? node) =>
        node switch
        {
            JsonObject kinds => kinds.SelectMany(static k => Texts(k.Value)),
            _ => Texts(node),
        };
}
