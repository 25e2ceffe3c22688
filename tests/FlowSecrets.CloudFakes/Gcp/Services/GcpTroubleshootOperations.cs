using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Gcp.Iam;

namespace FlowSecrets.CloudFakes.Gcp.Services;

/// <summary>Policy Troubleshooter v3. What the asker may not read it does not explain: unknown for lack of information.</summary>
internal sealed class GcpTroubleshootOperations(GcpWorld world)
{
    public IEnumerable<GcpRoute> Routes() => [new("Troubleshoot", GcpService.Troubleshooter, "POST", "v3/iam:troubleshoot", null, Run)];

    private GcpResult Run(GcpCall call)
    {
        GcpAccessTuple tuple = GcpAccessTuple.Of(call, world.Names);
        IReadOnlyList<string> chain = world.Hierarchy.Chain(tuple.Resource);
        (GcpExplained allow, JsonArray policies) = GcpAllowExplanation.Explain(world, tuple, chain);
        (GcpExplained deny, JsonArray resources) = GcpDenyExplanation.Explain(world, tuple, chain);
        return new GcpResult(
            new JsonObject
            {
                ["overallAccessState"] = world.Bounded.Contains(tuple.Member) ? "CANNOT_ACCESS" : Overall(allow, deny),
                ["accessTuple"] = tuple.Shown,
                ["allowPolicyExplanation"] = new JsonObject
                {
                    ["allowAccessState"] = allow.AllowState(),
                    ["explainedPolicies"] = policies,
                    ["relevance"] = GcpExplanation.High,
                },
                ["denyPolicyExplanation"] = new JsonObject
                {
                    ["denyAccessState"] = deny.DenyState(),
                    ["explainedResources"] = resources,
                    ["permissionDeniable"] = true,
                    ["relevance"] = GcpExplanation.High,
                },
            }
        );
    }

    private static string Overall(GcpExplained allow, GcpExplained deny) =>
        deny == GcpExplained.Yes || allow == GcpExplained.No ? "CANNOT_ACCESS"
        : allow == GcpExplained.Yes && deny == GcpExplained.No ? "CAN_ACCESS"
        : allow == GcpExplained.UnknownInfo || deny == GcpExplained.UnknownInfo ? "UNKNOWN_INFO"
        : "UNKNOWN_CONDITIONAL";
}
