using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FlowSecrets.Model;
using FlowSecrets.Providers.Gcp.Connection;
using FlowSecrets.Providers.Gcp.Iam.Conditions;
using FlowSecrets.Text;

namespace FlowSecrets.Providers.Gcp.Iam;

/// <summary>One binding of an allow policy.</summary>
/// <param name="Condition">An expression of CEL; null: none.</param>
/// <param name="Strange">What of it is not understood here, so that whom it grants what is not known; null: all is.</param>
internal sealed record GcpBinding(string Role, IReadOnlyList<string> Members, string? Condition, string? Title, string? Strange = null);

/// <summary>
/// An allow policy, read and changed as the JSON that it is: what is not changed goes back byte for byte.
/// </summary>
internal static partial class GcpPolicy
{
    /// <summary>What IAM knows of a policy and of a binding today; anything else may change what they mean.</summary>
    private static readonly HashSet<string> Known = new(StringComparer.Ordinal) { "version", "etag", "bindings", "auditConfigs" };

    private static readonly HashSet<string> KnownInBinding = new(StringComparer.Ordinal) { "role", "members", "condition", "bindingId" };

    public static IEnumerable<GcpBinding> Bindings(JsonObject policy) =>
        Nodes(policy)
            .Select(static b => new GcpBinding(RoleOf(b), [.. MembersOf(b)], ConditionOf(b), b.Text("condition", "title"), StrangeIn(b)));

    /// <summary>What a policy has that is not understood here: something in it may grant more than is seen.</summary>
    /// <returns>Null: nothing.</returns>
    public static string? Strange(JsonObject policy) =>
        policy.FirstOrDefault(static p => !Known.Contains(p.Key)).Key is { } unknown ? $"'{unknown}'"
        : policy.Number("version") is < 0 or > 3 ? $"version {policy.Number("version")}"
        : policy["bindings"] is { } list && (list is not JsonArray bindings || bindings.Any(static b => b is not JsonObject))
            ? "bindings that are no list of objects"
        : policy.Objects("bindings").Any(static b => b["members"] is { } members and not JsonArray) ? "members that are no list"
        : null;

    private static string? StrangeIn(JsonObject binding) =>
        binding.FirstOrDefault(static p => !KnownInBinding.Contains(p.Key)).Key is { } unknown ? $"'{unknown}'"
        : binding.Text("role") is null ? "no role"
        : ((JsonArray)binding["members"]!).Any(static m => m.Text() is null) ? "a member that is no text"
        : binding["condition"] is { } condition && condition.Text("expression") is null ? "a condition without an expression"
        : null;

    /// <summary>The time that a condition ends at, when that is all it says.</summary>
    public static DateTimeOffset? EndOf(string? condition) =>
        condition is not null && Ending().Match(condition) is { Success: true } end ? CelTime.Moment(end.Groups["time"].Value) : null;

    public static string ConditionUntil(DateTimeOffset end) => $"request.time < timestamp(\"{end.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}\")";

    /// <summary>Makes the edits in the policy itself.</summary>
    /// <returns>What changed, in lines, with the members that were added and those that were taken off.</returns>
    public static GcpPolicyDiff Apply(JsonObject policy, IReadOnlyList<AccessEdit> edits)
    {
        GcpPolicyDiff diff = new();
        foreach (AccessEdit edit in edits)
        {
            if (edit.Grant)
            {
                Add(policy, edit, diff);
            }
            else
            {
                RemoveWhere(policy, edit.Principal, b => Concerns(edit, b), diff);
            }
        }

        return diff;
    }

    private static bool Concerns(AccessEdit edit, JsonObject binding) =>
        edit switch
        {
            { Only: { } only } => RoleOf(binding) == only.Role && ConditionOf(binding) == only.Condition,
            { Permission: { } permission } => RoleOf(binding) == GcpRoles.RoleOf(permission),
            _ => true,
        };

    private static void Add(JsonObject policy, AccessEdit edit, GcpPolicyDiff diff)
    {
        string role = GcpRoles.RoleOf(edit.Permission!.Value);
        string? condition = edit.Expires is { } end ? ConditionUntil(end) : null;

        // A grant of ours with another end is prolonged or shortened.
        RemoveWhere(
            policy,
            edit.Principal,
            b => RoleOf(b) == role && b.Text("condition", "title") == GcpRemedies.ConditionTitle && ConditionOf(b) != condition,
            diff
        );
        if (Nodes(policy).FirstOrDefault(b => RoleOf(b) == role && ConditionOf(b) == condition) is { } same)
        {
            if (!MembersOf(same).Any(m => GcpMember.IsSame(m, edit.Principal)))
            {
                ((JsonArray)same["members"]!).Add(edit.Principal);
                diff.Add(edit.Principal, role, condition);
            }

            return;
        }

        JsonObject binding = new() { ["role"] = role, ["members"] = new JsonArray(edit.Principal) };
        if (condition is not null)
        {
            binding["condition"] = new JsonObject { ["title"] = GcpRemedies.ConditionTitle, ["expression"] = condition };

            // Without it the service takes no conditions.
            policy["version"] = 3;
        }

        if (policy["bindings"] is not JsonArray bindings)
        {
            policy["bindings"] = bindings = [];
        }

        bindings.Add(binding);
        diff.Add(edit.Principal, role, condition);
    }

    private static void RemoveWhere(JsonObject policy, string member, Func<JsonObject, bool> isMeant, GcpPolicyDiff diff)
    {
        foreach (JsonObject binding in Nodes(policy).Where(isMeant).ToArray())
        {
            JsonArray members = (JsonArray)binding["members"]!;
            if (members.FirstOrDefault(m => GcpMember.IsSame(m.Text() ?? "", member)) is not { } found)
            {
                continue;
            }

            diff.Remove((string)found!, RoleOf(binding), ConditionOf(binding));
            members.Remove(found);
            if (members.Count == 0)
            {
                ((JsonArray)policy["bindings"]!).Remove(binding);
            }
        }
    }

    private static IEnumerable<JsonObject> Nodes(JsonObject policy) =>
        policy.Objects("bindings").Where(static b => b["members"] is JsonArray);

    private static string RoleOf(JsonObject binding) => binding.Text("role") ?? "";

    private static IEnumerable<string> MembersOf(JsonObject binding) => ((JsonArray)binding["members"]!).Select(static m => m.Text() ?? "");

    /// <summary>A condition whose expression is not to be read is one all the same.</summary>
    private static string? ConditionOf(JsonObject binding) =>
        binding["condition"] is { } condition ? condition.Text("expression") ?? "" : null;

    [GeneratedRegex("""\A\s*request\.time\s*<=?\s*timestamp\(\s*["'](?<time>[^"']+)["']\s*\)\s*\z""", RegexOptions.ExplicitCapture)]
    private static partial Regex Ending();
}

/// <summary>What an edit changed in a policy.</summary>
internal sealed class GcpPolicyDiff
{
    public List<(string Member, string Role, string? Condition)> Added { get; } = [];

    public List<(string Member, string Role, string? Condition)> Removed { get; } = [];

    public IReadOnlyList<string> Lines => [.. Removed.Select(static r => "- " + Line(r)), .. Added.Select(static a => "+ " + Line(a))];

    public void Add(string member, string role, string? condition)
    {
        if (!Removed.Remove((member, role, condition)))
        {
            Added.Add((member, role, condition));
        }
    }

    public void Remove(string member, string role, string? condition)
    {
        if (!Added.Remove((member, role, condition)))
        {
            Removed.Add((member, role, condition));
        }
    }

    private static string Line((string Member, string Role, string? Condition) grant) =>
        $"{grant.Member}  {grant.Role}{(grant.Condition is null ? "" : $"  if {grant.Condition}")}";
}
