using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace FlowSecrets.CloudFakes.Aws.SecretsManager;

/// <summary>What AWS refuses to store.</summary>
internal static partial class AwsRules
{
    public const int MostLabels = 20;
    private const int MostBytes = 65_536;
    private const int MostTags = 50;

    public static string Name(JsonObject body)
    {
        string name = body.RequiredText("Name", 1, 512);
        return AllowedName().IsMatch(name)
            ? name
            : throw AwsError.Invalid(
                "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!"
            );
    }

    /// <returns>The new value; both null: none was given.</returns>
    public static (string? Text, string? Binary) Value(JsonObject body)
    {
        string? text = Measured(body, "SecretString", static t => Encoding.UTF8.GetByteCount(t));
        string? binary = Measured(body, "SecretBinary", static b => Bytes(b).Length);
        return text is not null && binary is not null
            ? throw AwsError.Parameter("You can't specify both a binary secret value and a string secret value in the same secret.")
            : (text, binary is null ? null : Convert.ToBase64String(Bytes(binary)));
    }

    public static string VersionToken(JsonObject body) =>
        body.Token() ?? throw AwsError.Request("You must provide a ClientRequestToken value. We recommend a UUID-type value.");

    public static void SetTags(AwsSecret secret, IReadOnlyList<JsonObject> tags)
    {
        Dictionary<string, string> added = new(StringComparer.Ordinal);
        foreach (JsonObject tag in tags)
        {
            string key = tag.RequiredText("Key", 1, 128);
            string value = tag.Text("Value", 0, 256) ?? "";
            if (key.StartsWith("aws:", StringComparison.OrdinalIgnoreCase))
            {
                throw ReservedTag();
            }

            if (!AllowedTag().IsMatch(key) || !AllowedTag().IsMatch(value))
            {
                throw AwsError.Parameter($"The tag key or value isn't valid: '{key}'.");
            }

            if (!added.TryAdd(key, value))
            {
                throw AwsError.Parameter($"The tag key '{key}' is given more than once.");
            }
        }

        if (secret.Tags.Keys.Union(added.Keys, StringComparer.Ordinal).Count() > MostTags)
        {
            throw AwsError.Parameter($"A secret can have {MostTags} tags at the most.");
        }

        foreach ((string key, string value) in added)
        {
            secret.Tags[key] = value;
        }
    }

    public static AwsError ReservedTag() => AwsError.Parameter("Tag keys that start with the prefix 'aws:' are reserved for AWS use.");

    private static string? Measured(JsonObject body, string member, Func<string, int> measure)
    {
        string? value = body.Text(member);
        return value is null
            ? null
            : measure(value) switch
            {
                0 => throw AwsError.Constraint(AwsInput.Camel(member), null, "Member must have length greater than or equal to 1"),
                > MostBytes => throw AwsError.Constraint(
                    AwsInput.Camel(member),
                    null,
                    $"Member must have length less than or equal to {MostBytes}"
                ),
                _ => value,
            };
    }

    private static byte[] Bytes(string base64)
    {
        try
        {
            return Convert.FromBase64String(base64);
        }
        catch (FormatException)
        {
            throw AwsError.Unreadable();
        }
    }

    [GeneratedRegex(@"^[A-Za-z0-9/_+=.@!-]+\z")]
    private static partial Regex AllowedName();

    [GeneratedRegex(@"^[\p{L}\p{Z}\p{N}_.:/=+\-@]*\z")]
    private static partial Regex AllowedTag();
}
