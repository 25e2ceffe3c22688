using System.Text.Json;
using System.Text.Json.Nodes;

namespace FlowSecrets.CloudFakes.Aws.Policies;

/// <summary>A policy document that can be asked. Its id is how a simulation names it.</summary>
internal sealed class AwsPolicy
{
    private AwsPolicy(string id, IReadOnlyList<AwsStatement> statements) => (Id, Statements) = (id, statements);

    public static AwsPolicy Everything { get; } = Parse("""{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}""", "FullAccess");

    public static AwsPolicy Nothing { get; } = new("", []);

    public string Id { get; }

    public IReadOnlyList<AwsStatement> Statements { get; }

    public bool AllowsAnything => Statements.Any(static s => !s.Denies);

    public bool HasConditions => Statements.Any(static s => !s.Condition.IsEmpty);

    /// <exception cref="JsonException">It is no policy.</exception>
    public static AwsPolicy Parse(string json, string id = "")
    {
        try
        {
            JsonObject document = JsonNode.Parse(json) as JsonObject ?? throw new JsonException("A policy is an object.");
            return new AwsPolicy(id, [.. Objects(document["Statement"]).Select(static s => new AwsStatement(s))]);
        }
        catch (Exception failure) when (failure is InvalidOperationException or FormatException or ArgumentException)
        {
            throw new JsonException("The policy has a member of a wrong kind.", failure);
        }
    }

    public bool Denies(AwsAsk ask) => Statements.Any(s => s.Denies && s.Applies(ask));

    public bool Allows(AwsAsk ask) => Statements.Any(s => !s.Denies && s.Applies(ask));

    /// <summary>How directly a resource's policy names the caller that it allows.</summary>
    public AwsGrantee Grants(AwsAsk ask) =>
        Statements.Where(s => !s.Denies && s.Applies(ask)).Select(s => s.Grantee(ask.Caller)).DefaultIfEmpty(AwsGrantee.None).Max();

    /// <returns>A list's texts, or the one text that may stand for it.</returns>
    internal static IReadOnlyList<string> Texts(JsonNode? node) =>
        node switch
        {
            null => [],
            JsonArray several => [.. several.Select(static n => n?.ToString() ?? throw new JsonException("A list holds texts."))],
            _ => [node.ToString()],
        };

    private static IEnumerable<JsonObject> Objects(JsonNode? node) =>
        node switch
        {
            JsonArray several => several.Select(static n => n as JsonObject ?? throw new JsonException("A statement is an object.")),
            JsonObject one => [one],
            _ => throw new JsonException("A policy has statements."),
        };
}
