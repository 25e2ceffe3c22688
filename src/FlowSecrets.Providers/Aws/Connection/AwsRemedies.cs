using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FlowSecrets.Errors;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Providers.Aws.Connection;

/// <summary>The commands that mend a denial, the same wherever one is met.</summary>
internal static partial class AwsRemedies
{
    private const int MostInNames = 128;

    /// <summary>Of what ends a secret's ARN: a hyphen and six characters.</summary>
    private const int SuffixLength = 7;

    private static readonly HashSet<string> ShowsMetadata = new(StringComparer.Ordinal)
    {
        "secretsmanager:ListSecretVersionIds",
        "secretsmanager:GetResourcePolicy",
    };

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

    public static JsonObject Until(DateTimeOffset end) => new() { ["DateLessThan"] = new JsonObject { ["aws:CurrentTime"] = TextOf(end) } };

    public static JsonObject Document(params JsonObject[] statements) =>
        new() { ["Version"] = "2012-10-17", ["Statement"] = new JsonArray([.. statements]) };

    /// <summary>By the principal's own policies, where they can be changed; else on the secret.</summary>
    public static Remedy Allow(AwsPrincipal principal, string action, string secretArn, string name)
    {
        bool canAttach = !principal.IsManaged && !principal.IsRoot && CanAttach(principal);
        if (ShowsMetadata.Contains(action))
        {
            // No permission of ours is as small as that.
            return canAttach
                ? $"Let an administrator allow it: {Attach(principal, action, secretArn, name)}"
                : AllowSomebody(action, secretArn);
        }

        ShellCommand onSecret = Grant(principal, action, name);
        return canAttach
            ? $"Let an administrator allow it: {Attach(principal, action, secretArn, name)}; or on the secret: {onSecret}"
            : Remedy.Of($"Let an administrator allow it on the secret: {onSecret}");
    }

    /// <summary>What the administrators of the principal's own account must do, where the secret is in another.</summary>
    public static Remedy AllowInItsAccount(AwsPrincipal principal, string action, string secretArn, string name) =>
        principal.IsRoot
            ? $"Let an administrator of account {principal.Account} allow it to whom it shall be, in an identity policy: "
                + $"{Statement([action], [secretArn], null).ToJsonString(Plain)}"
            : (Remedy)$"Let an administrator of account {principal.Account} allow it: {Attach(principal, action, secretArn, name)}";

    /// <summary>What ended is granted again with an end.</summary>
    public static Remedy Renew(AwsPrincipal principal, string action, string name, DateTimeOffset now) =>
        $"Let an administrator allow it again on the secret, with the end that you need: {Grant(principal, action, name, NextEnd(now))}";

    /// <summary>A month from today.</summary>
    public static DateTimeOffset NextEnd(DateTimeOffset now) => new(now.UtcDateTime.Date.AddMonths(1).AddDays(1), TimeSpan.Zero);

    /// <param name="end">Null: it does not end.</param>
    public static ShellCommand Grant(AwsPrincipal principal, string action, string name, DateTimeOffset? end = null) =>
        // Of a role whose path is not known the session alone has an ARN that is there.
        Shell(
            $"Grant-FlowSecretAccess {Stored(name)} -Principal {(principal.IsPathKnown ? principal.Arn : principal.ToString())}"
                + $"{PermissionOf(action)} {(end is { } time ? Shell($"-Expires {TextOf(time)}") : None)}"
        );

    public static ShellCommand ShowPolicy(string secretId, string region) =>
        Shell(
            $"aws secretsmanager get-resource-policy --secret-id {secretId} --region {region:bare} --query "
                + $"ResourcePolicy --output text"
        );

    /// <summary>A statement, where it is not known whom to attach it to.</summary>
    public static Remedy AllowSomebody(string action, string resource) =>
        $"Let an administrator allow it in an identity policy: {Statement([action], [resource], null).ToJsonString(Plain)}";

    public static ShellCommand Attach(AwsPrincipal principal, string action, string secretArn, string name)
    {
        string kind = principal.IsRole ? "role" : "user";
        return Shell(
            $"aws iam put-{kind:bare}-policy --{kind:bare}-name {principal.Name:bare} --policy-name "
                + $"{PolicyName(action, secretArn, name)} --policy-document "
                + $"{Quoted(Document(Statement([action], [secretArn], null)))}"
        );
    }

    public static Remedy EnableKey(string key, string region, string? state) =>
        state == "PendingDeletion"
            ? Remedy.Of(
                $"Let the key's owner take its deletion back, then enable it: "
                    + $"{Shell($"aws kms cancel-key-deletion --key-id {key} --region {region:bare}")}; "
                    + $"{Shell($"aws kms enable-key --key-id {key} --region {region:bare}")}"
            )
            : $"Let the key's owner enable it: {Shell($"aws kms enable-key --key-id {key} --region {region:bare}")}";

    public static Remedy ShowKeyPolicy(string key, string region) =>
        $"Look at the key's policy, and let its owner change the statement: "
        + $"{Shell($"aws kms get-key-policy --key-id {key} --region {region:bare} --policy-name default --query Policy "
        + $"--output text")}";

    /// <summary>Just for this secret.</summary>
    public static Remedy GrantKey(string key, string region, AwsPrincipal principal, bool writes, string secretArn) =>
        $"Let the key's owner allow it: "
        + $"{Shell($"aws kms create-grant --key-id {key} --region {region:bare} --grantee-principal {principal.Arn} "
        + $"--operations Decrypt {(writes ? Shell($"GenerateDataKey") : None)} --constraints "
        + $"{Quoted(new JsonObject { ["EncryptionContextSubset"] = new JsonObject { ["SecretARN"] = secretArn } })}")}";

    /// <summary>Another account must be let in by the key's policy, and allow it to its own.</summary>
    public static Remedy LetKeyBeUsedAbroad(string key, string region, AwsPrincipal principal, bool writes, bool lacksOwn)
    {
        string[] actions = writes ? ["kms:Decrypt", "kms:GenerateDataKey"] : ["kms:Decrypt"];
        Remedy own =
            $"Let an administrator of account {principal.Account} allow it in an identity policy: "
            + $"{Statement(actions, [key], null).ToJsonString(Plain)}";
        return lacksOwn
            ? own
            : $"Let the key's owner put the account into the key's policy: "
                + $"{Shell($"aws kms get-key-policy --key-id {key} --region {region:bare} --policy-name default --query Policy "
                + $"--output text")}; then {own:clause}";
    }

    /// <summary>How quotation marks of a policy stay readable.</summary>
    public static System.Text.Json.JsonSerializerOptions Plain { get; } =
        new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A document for between single quotation marks: none is in it, nor what PowerShell takes for one.</summary>
    public static string Quoted(JsonNode document) =>
        QuotationMarks().Replace(document.ToJsonString(Plain), static m => $"\\u{(int)m.Value[0]:x4}");

    private static string TextOf(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    private static bool CanAttach(AwsPrincipal principal) => principal.IsRole || principal.IsUser;

    private static ShellCommand PermissionOf(string action) =>
        action switch
        {
            "secretsmanager:GetSecretValue" or "secretsmanager:DescribeSecret" or "secretsmanager:BatchGetSecretValue" => None,
            "secretsmanager:PutSecretValue" or "secretsmanager:UpdateSecretVersionStage" => Shell($"-Permission Write"),
            _ => Shell($"-Permission Manage"),
        };

    /// <summary>
    /// With account, region and the secret's whole name, so that the policy for one secret never takes the place of another's. A comma
    /// stands for a slash, since no secret's name has one.
    /// </summary>
    private static string PolicyName(string action, string secretArn, string name)
    {
        string secret = secretArn.Split(':', 7) is [_, _, _, { } region, { } account, "secret", not "*" and { } full]
            ? $"{account}-{region}-{(full.Length > SuffixLength && full[^SuffixLength] == '-' ? full[..^SuffixLength] : full.TrimEnd('*'))}"
            : name;
        string whole = $"flowsecrets-{action[(action.IndexOf(':') + 1)..]}-{NotInNames().Replace(secret.Replace('/', ','), "-")}";
        return whole.Length <= MostInNames
            ? whole
            : $"{whole[..(MostInNames - 17)]}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(whole)))[..16]}";
    }

    [GeneratedRegex("['\u2018-\u201F]")]
    private static partial Regex QuotationMarks();

    [GeneratedRegex("[^A-Za-z0-9+=,.@_-]+")]
    private static partial Regex NotInNames();
}
