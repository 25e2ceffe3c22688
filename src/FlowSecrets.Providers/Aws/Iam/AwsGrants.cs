using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FlowSecrets.Model;
using FlowSecrets.Providers.Aws.Connection;
using FlowSecrets.Providers.Aws.Iam.Conditions;
using FlowSecrets.Providers.Aws.Iam.Policies;

namespace FlowSecrets.Providers.Aws.Iam;

/// <summary>Grants in a secret's policy: one statement each, whose Sid says that this module made it, for what, and when.</summary>
internal static partial class AwsGrants
{
    /// <summary>Makes the edits in the policy's text.</summary>
    /// <param name="policy">Of the secret.</param>
    /// <param name="edits">What is granted and revoked.</param>
    /// <param name="now">When.</param>
    /// <param name="secret">Its ARN, with question marks where it is not known; null: every statement counts as its own.</param>
    /// <returns>What changed, in lines.</returns>
    public static List<string> Apply(AwsPolicyText policy, IReadOnlyList<AccessEdit> edits, DateTimeOffset now, string? secret = null)
    {
        List<string> removed = [];
        List<string> added = [];
        foreach (AccessEdit edit in edits)
        {
            if (edit.Grant)
            {
                Add(policy, edit, now, secret, added, removed);
            }
            else
            {
                Remove(policy, edit, removed);
            }
        }

        return
        [
            .. removed.Except(added, StringComparer.Ordinal).Select(static r => "- " + r),
            .. added.Except(removed, StringComparer.Ordinal).Select(static a => "+ " + a),
        ];
    }

    public static IEnumerable<SecretGrant> List(IReadOnlyList<AwsStatement> statements) =>
        from statement in statements
        from principal in statement.Who.Names
        let sid = Ours().Match(statement.Sid ?? "")
        select new SecretGrant(
            statement.Who.IsExcept ? $"all but {principal}" : principal,
            string.Join(", ", statement.Actions),
            statement.Allows ? Held(statement) : [],
            "the secret's own policy"
        )
        {
            Direct = true,
            Denies = !statement.Allows,
            Exactly = ExactlyOf(statement),
            Condition = statement.Condition?.ToJsonString(AwsRemedies.Plain),
            Expires = AwsCondition.EndOf(statement.Condition),
            Ours = sid.Success,
            Granted = TimeOf(statement.Sid),
            Id = statement.Sid,
        };

    /// <returns>Null: this module did not make it.</returns>
    public static DateTimeOffset? TimeOf(string? sid) =>
        Ours().Match(sid ?? "") is { Success: true } ours
        && DateTimeOffset.TryParseExact(
            ours.Groups["time"].Value,
            "yyyyMMdd'T'HHmmss'Z'",
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out DateTimeOffset time
        )
            ? time
            : null;

    private static void Add(
        AwsPolicyText policy,
        AccessEdit edit,
        DateTimeOffset now,
        string? secret,
        List<string> added,
        List<string> removed
    )
    {
        SecretPermission permission = edit.Permission!.Value;
        DateTimeOffset? end = edit.Expires is { } e ? DateTimeOffset.FromUnixTimeSeconds(e.ToUnixTimeSeconds()) : null;
        List<(string Text, AwsStatement Statement)> held = HeldBy(policy, edit.Principal);
        if (held.Exists(h => Grants(h.Statement, permission, end) && IsAbout(h.Statement, secret)))
        {
            return;
        }

        // A grant of ours with another end is prolonged or shortened.
        foreach ((string text, AwsStatement old) in held.Where(h => IsOursUntil(h.Statement, permission)))
        {
            Withdraw(policy, text, old, edit.Principal);
            removed.Add(Line(edit.Principal, old));
        }

        string made = Made(edit.Principal, permission, end, now).ToJsonString(AwsRemedies.Plain);
        policy.Statements.Add(made);
        added.Add(Line(edit.Principal, AwsPolicyText.Read(made)));
    }

    /// <summary>The statements that allow the principal something by name.</summary>
    private static List<(string Text, AwsStatement Statement)> HeldBy(AwsPolicyText policy, string principal) =>
        [.. policy.Statements.Select(static s => (Text: s, Statement: AwsPolicyText.Read(s))).Where(s => Allows(s.Statement, principal))];

    private static bool Allows(AwsStatement statement, string principal) =>
        statement.Allows && !statement.Who.IsExcept && statement.Who.Names.Contains(principal, StringComparer.Ordinal);

    /// <summary>
    /// Whether a statement is about the secret. One with variables may not be; one that names the secret's ARN may be, if only the
    /// name of the secret is known.
    /// </summary>
    private static bool IsAbout(AwsStatement statement, string? secret) =>
        secret is null
        || (
            statement.HasResource(secret, new AwsKeys())
            ?? !AwsPolicy
                .Texts(statement.Node["Resource"] ?? statement.Node["NotResource"])
                .Any(static r => r.Contains("${", StringComparison.Ordinal))
        );

    /// <summary>Whether a statement grants the permission until that very end.</summary>
    private static bool Grants(AwsStatement statement, SecretPermission permission, DateTimeOffset? end) =>
        AwsRemedies.ActionsOf(permission).All(statement.HasAction)
        && (statement.Condition is null ? end is null : end is not null && AwsCondition.EndOf(statement.Condition) == end);

    /// <summary>Whether a statement is a grant of ours with an end.</summary>
    private static bool IsOursUntil(AwsStatement statement, SecretPermission permission) =>
        Ours().Match(statement.Sid ?? "") is { Success: true } ours
        && ours.Groups["permission"].Value == permission.ToString()
        && statement.Condition is not null;

    /// <summary>Takes the principal out of a statement. The others that somebody let in by it stay.</summary>
    private static void Withdraw(AwsPolicyText policy, string text, AwsStatement statement, string principal)
    {
        int at = policy.Statements.IndexOf(text);
        policy.Statements.RemoveAt(at);
        if (statement.Who.Names.Count > 1)
        {
            policy.Statements.Insert(at, Without(statement, principal));
        }
    }

    private static JsonObject Made(string principal, SecretPermission permission, DateTimeOffset? end, DateTimeOffset now)
    {
        string time = now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        string mark = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(principal)).AsSpan(0, 4));
        JsonObject statement = new()
        {
            ["Sid"] = $"FlowSecrets{permission}{time}{mark}",
            ["Effect"] = "Allow",
            ["Principal"] = principal == "*" ? "*" : new JsonObject { ["AWS"] = principal },
            ["Action"] = new JsonArray([.. AwsRemedies.ActionsOf(permission).Select(static a => (JsonNode)a)]),

            // In a secret's policy it is the secret.
            ["Resource"] = "*",
        };
        if (end is { } until)
        {
            statement["Condition"] = AwsRemedies.Until(until);
        }

        return statement;
    }

    private static void Remove(AwsPolicyText policy, AccessEdit edit, List<string> removed)
    {
        for (int i = policy.Statements.Count - 1; i >= 0; i--)
        {
            AwsStatement statement = AwsPolicyText.Read(policy.Statements[i]);
            bool isMeant =
                Allows(statement, edit.Principal)
                && edit switch
                {
                    { Only: { } only } => statement.Sid == only.Id
                        && string.Join(", ", statement.Actions) == only.Role
                        && statement.Condition?.ToJsonString(AwsRemedies.Plain) == only.Condition,
                    { Permission: { } permission } => ExactlyOf(statement) == permission,
                    _ => true,
                };
            if (!isMeant)
            {
                continue;
            }

            removed.Add(Line(edit.Principal, statement));
            if (statement.Who.Names.Count == 1)
            {
                policy.Statements.RemoveAt(i);
            }
            else
            {
                policy.Statements[i] = Without(statement, edit.Principal);
            }
        }
    }

    /// <summary>The statement for its other principals.</summary>
    private static string Without(AwsStatement statement, string principal)
    {
        JsonObject node = (JsonObject)statement.Node.DeepClone();
        JsonObject kinds = (JsonObject)node["Principal"]!;
        foreach ((string kind, JsonNode? names) in kinds.ToArray())
        {
            string[] left = [.. AwsPolicy.Texts(names).Where(n => n != principal)];
            if (left.Length == 0)
            {
                kinds.Remove(kind);
            }
            else
            {
                kinds[kind] = left.Length == 1 ? left[0] : new JsonArray([.. left.Select(static n => (JsonNode)n)]);
            }
        }

        return node.ToJsonString(AwsRemedies.Plain);
    }

    private static IReadOnlyList<SecretPermission> Held(AwsStatement statement) =>
        [.. Enum.GetValues<SecretPermission>().Where(p => AwsRemedies.TestedOf(p).All(statement.HasAction))];

    private static SecretPermission? ExactlyOf(AwsStatement statement) =>
        Enum.GetValues<SecretPermission>()
            .Where(p =>
                statement
                    .Actions.Order(StringComparer.OrdinalIgnoreCase)
                    .SequenceEqual(AwsRemedies.ActionsOf(p).Order(StringComparer.OrdinalIgnoreCase), StringComparer.OrdinalIgnoreCase)
            )
            .Select(static p => (SecretPermission?)p)
            .FirstOrDefault();

    private static string Line(string principal, AwsStatement statement) =>
        $"{principal}  "
        + $"{(ExactlyOf(statement) is { } permission ? $"{permission} ({statement.Actions[0]}, …)" : string.Join(", ", statement.Actions))}"
        + (
            AwsCondition.EndOf(statement.Condition) is { } end ? $"  until {end:yyyy-MM-dd HH:mm:ss} UTC"
            : statement.Condition is null ? ""
            : "  under a condition"
        );

    [GeneratedRegex(@"\AFlowSecrets(?<permission>Read|Write|Manage)(?<time>[0-9]{8}T[0-9]{6}Z)[0-9A-F]{8}\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Ours();
}
