using System.Text.Json.Nodes;

namespace FlowSecrets.CloudFakes.Aws;

/// <summary>Members of a request, with the constraints that the service's model gives them.</summary>
internal static class AwsInput
{
    public static string? Text(this JsonObject body, string member, int least = 0, int most = int.MaxValue)
    {
        if (body[member] is not { } node)
        {
            return null;
        }

        string text = node is JsonValue value && value.TryGetValue(out string? found) ? found : throw AwsError.Unreadable();
        string camel = Camel(member);
        return text.Length < least ? throw AwsError.Constraint(camel, text, $"Member must have length greater than or equal to {least}")
            : text.Length > most ? throw AwsError.Constraint(camel, text, $"Member must have length less than or equal to {most}")
            : text;
    }

    public static string RequiredText(this JsonObject body, string member, int least = 1, int most = 2048) =>
        body.Text(member, least, most) ?? throw AwsError.Constraint(Camel(member), "null", "Member must not be null").AsNull();

    public static string SecretId(this JsonObject body) => body.RequiredText("SecretId");

    /// <returns>The version id that the client chose.</returns>
    public static string? Token(this JsonObject body, string member = "ClientRequestToken") => body.Text(member, 32, 64);

    public static bool Flag(this JsonObject body, string member) =>
        body[member] is JsonValue value && value.TryGetValue(out bool flag) && flag;

    public static int? Number(this JsonObject body, string member, int least, int most)
    {
        if (body[member] is not JsonValue value || !value.TryGetValue(out int number))
        {
            return null;
        }

        return number < least
                ? throw AwsError.Constraint(Camel(member), number.ToString(), $"Member must have value greater than or equal to {least}")
            : number > most
                ? throw AwsError.Constraint(Camel(member), number.ToString(), $"Member must have value less than or equal to {most}")
            : number;
    }

    public static IReadOnlyList<string>? Texts(this JsonObject body, string member, int most)
    {
        if (body[member] is not { } node)
        {
            return null;
        }

        JsonArray array = node as JsonArray ?? throw AwsError.Unreadable();
        return array.Count is 0 || array.Count > most
            ? throw AwsError.Constraint(
                Camel(member),
                "[" + string.Join(", ", array) + "]",
                array.Count == 0
                    ? "Member must have length greater than or equal to 1"
                    : $"Member must have length less than or equal to {most}"
            )
            : [.. array.Select(static n => n?.GetValue<string>() ?? throw AwsError.Unreadable())];
    }

    public static IReadOnlyList<JsonObject> Objects(this JsonObject body, string member) =>
        body[member] is not { } node
            ? []
            : [.. (node as JsonArray ?? throw AwsError.Unreadable()).Select(static n => n as JsonObject ?? throw AwsError.Unreadable())];

    public static string Camel(string member) => char.ToLowerInvariant(member[0]) + member[1..];

    /// <summary>AWS quotes a value but not the absence of one.</summary>
    private static AwsError AsNull(this AwsError error) =>
        AwsError.Invalid(error.Message.Replace("'null'", "null", StringComparison.Ordinal));
}
