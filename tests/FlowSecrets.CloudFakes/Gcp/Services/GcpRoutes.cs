using FlowSecrets.CloudFakes.Gcp.CloudRun;
using FlowSecrets.CloudFakes.Gcp.Iam;
using FlowSecrets.CloudFakes.Hosting;

namespace FlowSecrets.CloudFakes.Gcp.Services;

/// <summary>All operations that are not Secret Manager's.</summary>
internal sealed class GcpRoutes(GcpWorld world)
{
    private readonly IReadOnlyList<GcpRoute> _routes =
    [
        .. new GcpPolicyOperations(world).Routes(),
        .. new GcpResourceOperations(world).Routes(),
        .. new GcpIdentityOperations(world).Routes(),
        .. new GcpDenyOperations(world).Routes(),
        .. new GcpTroubleshootOperations(world).Routes(),
        .. new GcpUsageOperations(world).Routes(),
        .. new GcpKeyOperations(world).Routes(),
        .. new GcpRunOperations(world).Routes(),
        .. new GcpTokenOperations(world).Routes(),
        .. new GcpLogOperations(world).Routes(),
    ];

    /// <returns>Null: no other service has this path.</returns>
    public GcpCall? Find(ApiRequest request) =>
        _routes
            .Select(r => r.Match(request.Method, request.Path) is { } ids ? GcpCall.Of(request, r, ids) : null)
            .FirstOrDefault(static c => c is not null);
}
