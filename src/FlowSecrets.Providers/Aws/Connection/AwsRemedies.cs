using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace FlowSecrets.Providers.Aws.Connection;

/// <summary>The commands that mend a denial, the same wherever one is met.</summary>
internal static partial class AwsRemedies
{
    /// <summary>What a permission of ours is there, the telling action first.</summary>
    public static IReadOnlyList<string> ActionsOf(SecretPermission permission) =>
        permission switch
        {
            SecretPermission.Read => ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"],
            SecretPermission.Write =>
            [
                "secretsmanager:PutSecretValue",
                "secretsmanager:UpdateSecretVersionStage",
                "secretsmanager:DescribeSecret",
            ],
            _ =>
            [
                "secretsmanager:UpdateSecret",
                "secretsmanager:DeleteSecret",
                "secretsmanager:RestoreSecret",
                "secretsmanager:PutResourcePolicy",
                "secretsmanager:DeleteResourcePolicy",
                "secretsmanager:GetResourcePolicy",
                "secretsmanager:DescribeSecret",
                "secretsmanager:ListSecretVersionIds",
                "secretsmanager:UpdateSecretVersionStage",
                "secretsmanager:TagResource",
                "secretsmanager:UntagResource",
            ],
        };

    /// <summary>Those that are tested.</summary>
    public static IReadOnlyList<string> TestedOf(SecretPermission permission) =>
        permission switch
        {
            SecretPermission.Manage => ["secretsmanager:UpdateSecret", "secretsmanager:DeleteSecret", "secretsmanager:PutResourcePolicy"],
            _ => [ActionsOf(permission)[0]],
        };

    public static JsonObject Statement(IReadOnlyList<string> actions, IReadOnlyList<string> resources, DateTimeOffset? expires)
    {
        JsonObject statement = new()
        {
            ["Effect"] = "Allow",
            ["Action"] = actions.Count == 1 ? actions[0] : new JsonArray([.. actions.Select(static a => (JsonNode)a)]),
            ["Resource"] = resources.Count == 1 ? resources[0] : new JsonArray([.. resources.Select(static r => (JsonNode)r)]),
        };
        if (expires is { } end)
        {
            statement["Condition"] = Until(end);
        }

        return statement;
    }

    public static JsonObject Until(DateTimeOffset end) =>
        new()
        {
            ["DateLessThan"] = new JsonObject
            {
                ["aws:CurrentTime"] = end.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture),
            },
        };

    public static JsonObject Document(params JsonObject[] statements) =>
        new() { ["Version"] = "2012-10-17", ["Statement"] = new JsonArray([.. statements]) };

    /// <summary>By the principal's own policies, where they can be changed; else on the secret.</summary>
    public static string Allow(AwsPrincipal principal, string action, string secretArn, string name)
    {
        string onSecret = Grant(principal, action, name);
        return principal.IsManaged || principal.IsRoot || !CanAttach(principal)
            ? $"Let an administrator allow it on the secret: {onSecret}"
            : $"Let an administrator allow it: {Attach(principal, action, secretArn, name)}; or on the secret: {onSecret}";
    }

    /// <summary>What the administrators of the principal's own account must do, where the secret is in another.</summary>
    public static string AllowInItsAccount(AwsPrincipal principal, string action, string secretArn, string name) =>
        principal.IsRoot
            ? $"Let an administrator of account {principal.Account} allow it to whom it shall be, in an identity policy: "
                + $"{Statement([action], [secretArn], null).ToJsonString(Plain)}"
            : $"Let an administrator of account {principal.Account} allow it: {Attach(principal, action, secretArn, name)}";

    public static string Grant(AwsPrincipal principal, string action, string name) =>
        $"Grant-FlowSecretAccess -StoreName '{name}' -Principal '{principal.Arn}'{PermissionOf(action)}";

    public static string ShowPolicy(string secretId, string region) =>
        $"aws secretsmanager get-resource-policy --secret-id '{secretId}' --region {region} --query ResourcePolicy --output text";

    /// <summary>A statement, where it is not known whom to attach it to.</summary>
    public static string AllowSomebody(string action, string resource) =>
        $"Let an administrator allow it in an identity policy: {Statement([action], [resource], null).ToJsonString(Plain)}";

    public static string Attach(AwsPrincipal principal, string action, string secretArn, string name)
    {
        string kind = principal.IsRole ? "role" : "user";
        return $"aws iam put-{kind}-policy --{kind}-name {principal.Name} --policy-name {PolicyName(action, name)} --policy-document "
            + $"'{Quoted(Document(Statement([action], [secretArn], null)))}'";
    }

    public static string EnableKey(string key, string region, string? state) =>
        state == "PendingDeletion"
            ? $"Let the key's owner take its deletion back, then enable it: aws kms cancel-key-deletion --key-id '{key}' --region "
                + $"{region}; aws kms enable-key --key-id '{key}' --region {region}"
            : $"Let the key's owner enable it: aws kms enable-key --key-id '{key}' --region {region}";

    public static string ShowKeyPolicy(string key, string region) =>
        $"Look at the key's policy, and let its owner change the statement: aws kms get-key-policy --key-id '{key}' --region {region} "
        + $"--policy-name default --query Policy --output text";

    /// <summary>Just for this secret.</summary>
    public static string GrantKey(string key, string region, AwsPrincipal principal, bool writes, string secretArn) =>
        $"Let the key's owner allow it: aws kms create-grant --key-id '{key}' --region {region} --grantee-principal '{principal.Arn}' "
        + $"--operations Decrypt{(writes ? " GenerateDataKey" : "")} --constraints "
        + $"'{Quoted(new JsonObject { ["EncryptionContextSubset"] = new JsonObject { ["SecretARN"] = secretArn } })}'";

    /// <summary>How quotation marks of a policy stay readable.</summary>
    public static System.Text.Json.JsonSerializerOptions Plain { get; } =
        new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>With a small first letter, as inside a sentence.</summary>
    public static string Lower(string sentence) => char.ToLowerInvariant(sentence[0]) + sentence[1..];

    /// <summary>A document for between single quotation marks: none is in it, nor what PowerShell takes for one.</summary>
    public static string Quoted(JsonNode document) =>
        QuotationMarks().Replace(document.ToJsonString(Plain), static m => $"\\u{(int)m.Value[0]:x4}");

    private static bool CanAttach(AwsPrincipal principal) => principal.IsRole || principal.Arn.Contains(":user/", StringComparison.Ordinal);

    private static string PermissionOf(string action) =>
        action switch
        {
            "secretsmanager:GetSecretValue" or "secretsmanager:DescribeSecret" or "secretsmanager:BatchGetSecretValue" => "",
            "secretsmanager:PutSecretValue" or "secretsmanager:UpdateSecretVersionStage" => " -Permission Write",
            _ => " -Permission Manage",
        };

    private static string PolicyName(string action, string name)
    {
        string whole = $"flowsecrets-{action[(action.IndexOf(':') + 1)..]}-{NotInNames().Replace(name, "-")}";
        return whole.Length <= 128 ? whole : whole[..128];
    }

    [GeneratedRegex("['\u2018-\u201F]")]
    private static partial Regex QuotationMarks();

    [GeneratedRegex("[^A-Za-z0-9+=,.@_-]+")]
    private static partial Regex NotInNames();
}
