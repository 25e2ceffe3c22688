using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace FlowSecrets.CloudFakes.Gcp.Iam;

/// <summary>An allow policy: readers see the last one at once, authorization sees it when it has spread.</summary>
internal sealed record GcpPolicyState
{
    private ImmutableList<(DateTimeOffset From, JsonObject Policy)> States { get; init; } = [];

    public JsonObject? Shown => States.IsEmpty ? null : States[^1].Policy;

    public JsonObject? InForce(DateTimeOffset now) => States.LastOrDefault(s => s.From <= now).Policy;

    public GcpPolicyState With(JsonObject policy, DateTimeOffset from, DateTimeOffset now)
    {
        int first = Math.Max(0, States.FindLastIndex(s => s.From <= now));
        return new GcpPolicyState { States = States.RemoveRange(0, first).Add((from, policy)) };
    }
}
