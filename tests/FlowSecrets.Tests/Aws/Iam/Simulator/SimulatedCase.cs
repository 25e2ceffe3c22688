using System.Text.Json.Nodes;

namespace FlowSecrets.Tests.Aws.Iam.Simulator;

/// <summary>A secret, its key, somebody, and all policies that have a say.</summary>
internal sealed record SimulatedCase
{
    public const string Home = "123456789012";
    public const string Abroad = "999988887777";
    public const string Secret = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:app/db-AbCdEf";
    public const string Name = "app/db";
    public const string Key = "arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d-0000-1111-2222-333344445555";
    public const string Now = "2026-06-15T12:00:00Z";
    public const string EpochNow = "1781524800";

    /// <summary>ARN of a user, a role or a session.</summary>
    public required string Principal { get; init; }

    public required FlowSecrets.SecretPermission Permission { get; init; }

    public List<JsonObject> Identity { get; init; } = [];

    public JsonObject? Boundary { get; init; }

    /// <summary>Null: the account is in no organisation.</summary>
    public List<JsonObject>? Organization { get; init; }

    public JsonObject? SecretPolicy { get; init; }

    /// <summary>Null: the account's default key.</summary>
    public JsonObject? KeyPolicy { get; init; }

    public Dictionary<string, string> Tags { get; init; } = [];

    public Dictionary<string, string> KeyTags { get; init; } = [];

    /// <summary>Whether a grant of the key names the principal. The witness knows no grants, so that nothing else limits those.</summary>
    public bool HasKeyGrant { get; init; }

    public string Account => Principal.Split(':')[4];

    public bool IsUser => Principal.Contains(":user/", StringComparison.Ordinal);

    public bool IsSession => Principal.Contains(":assumed-role/", StringComparison.Ordinal);

    /// <summary>Of the role that the principal is, or is a session of.</summary>
    public string RoleName => IsSession ? Principal.Split('/')[1] : Principal[(Principal.LastIndexOf('/') + 1)..];

    public string RoleArn => $"arn:aws:iam::{Account}:role/{RoleName}";

    public JsonObject Policies =>
        new()
        {
            ["identity"] = new JsonArray([.. Identity.Select(static p => p.DeepClone())]),
            ["boundary"] = Boundary?.DeepClone(),
            ["organization"] = Organization is null ? null : new JsonArray([.. Organization.Select(static p => p.DeepClone())]),
            ["secret"] = SecretPolicy?.DeepClone(),
            ["key"] = KeyPolicy?.DeepClone(),
        };

    public override string ToString() =>
        $"{Permission} by {Principal} (tags {string.Join(',', Tags)}; of the key {string.Join(',', KeyTags)}; granted {HasKeyGrant}): "
        + Policies.ToJsonString(
            new System.Text.Json.JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }
        );

    public bool Mentions(string text) => Policies.ToJsonString().Contains(text, StringComparison.OrdinalIgnoreCase);
}
