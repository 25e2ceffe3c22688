using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Gcp.Iam;

namespace FlowSecrets.CloudFakes.Gcp.Services;

/// <summary>Whether something grants, or denies. Of several the greatest counts.</summary>
internal enum GcpExplained
{
    No,
    UnknownConditional,
    UnknownInfo,
    Yes,
}

/// <summary>The words of Policy Troubleshooter.</summary>
internal static class GcpExplanation
{
    public const string High = "HEURISTIC_RELEVANCE_HIGH";
    public const string Normal = "HEURISTIC_RELEVANCE_NORMAL";

    public static string AllowState(this GcpExplained state) => "ALLOW_ACCESS_STATE_" + Word(state, "GRANTED");

    public static string DenyState(this GcpExplained state) => "DENY_ACCESS_STATE_" + Word(state, "DENIED");

    public static string Membership(GcpExplained state) =>
        state switch
        {
            GcpExplained.Yes => "MEMBERSHIP_MATCHED",
            GcpExplained.No => "MEMBERSHIP_NOT_MATCHED",
            _ => "MEMBERSHIP_UNKNOWN_INFO",
        };

    /// <summary>An unreadable group may hold anybody.</summary>
    public static GcpExplained OfMember(GcpWorld world, string member, bool matches) =>
        world.GroupsHidden
        && (
            member.StartsWith("group:", StringComparison.Ordinal)
            || member.StartsWith("principalSet://goog/group/", StringComparison.Ordinal)
        )
            ? GcpExplained.UnknownInfo
        : matches ? GcpExplained.Yes
        : GcpExplained.No;

    public static GcpExplained Of(GcpTruth truth) =>
        truth switch
        {
            GcpTruth.Yes => GcpExplained.Yes,
            GcpTruth.No => GcpExplained.No,
            _ => GcpExplained.UnknownConditional,
        };

    /// <summary>Of several that must all hold.</summary>
    public static GcpExplained All(params GcpExplained[] states) => states.Min();

    public static GcpExplained Greatest(IEnumerable<GcpExplained> states) => states.DefaultIfEmpty(GcpExplained.No).Max();

    public static JsonObject Annotated(string field, string value) =>
        new() { [field] = value, ["relevance"] = value.EndsWith("NOT_MATCHED", StringComparison.Ordinal) ? Normal : High };

    public static void AddCondition(JsonObject explanation, JsonObject? condition, GcpTruth truth)
    {
        if (condition is null)
        {
            return;
        }

        explanation["condition"] = condition.DeepClone();
        explanation["conditionExplanation"] =
            truth == GcpTruth.Unknown
                ? new JsonObject
                {
                    ["errors"] = new JsonArray(
                        new JsonObject
                        {
                            ["code"] = 3,
                            ["message"] = "The condition context does not say enough to evaluate the expression.",
                        }
                    ),
                }
                : new JsonObject { ["value"] = truth == GcpTruth.Yes };
    }

    private static string Word(GcpExplained state, string yes) =>
        state switch
        {
            GcpExplained.Yes => yes,
            GcpExplained.No => "NOT_" + yes,
            GcpExplained.UnknownInfo => "UNKNOWN_INFO",
            _ => "UNKNOWN_CONDITIONAL",
        };
}
