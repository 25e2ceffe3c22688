using FlowSecrets.CloudFakes.Gcp.SecretManager;

namespace FlowSecrets.CloudFakes.Gcp.Iam;

/// <summary>Whether who asks may have the operation done.</summary>
internal static class GcpGate
{
    public static void Check(GcpCall call, GcpAuthority authority)
    {
        if (!call.Caller.MayAll && PermissionOf(call) is { } permission && !authority.Allows(call.Caller, permission, TargetOf(call)))
        {
            throw Refusal(call, null);
        }
    }

    public static GcpError Refusal(GcpCall call, string? message) =>
        call.Route is { } route
            ? GcpError.Denied(route.Service, route.Permission ?? route.Operation, route.Target(call), message ?? OfUsage(call))
            : GcpError.Denied(GcpOperations.PermissionOf(call.Operation), TargetOf(call), message);

    private static string? PermissionOf(GcpCall call) =>
        call.Route is { } route ? route.Permission
        : call.Operation is GcpOperations.TestIamPermissions or GcpOperations.Unknown ? null
        : GcpOperations.PermissionOf(call.Operation);

    /// <summary>Of a collection it is the parent that is asked for.</summary>
    private static string TargetOf(GcpCall call) =>
        call.Route?.Target(call)
        ?? (call.Path.IsMember ? call.Path.Resource : call.Path.Resource[..Math.Max(0, call.Path.Resource.LastIndexOf('/'))]);

    /// <summary>Service Usage names the service rather than the permission.</summary>
    private static string? OfUsage(GcpCall call) =>
        call.Route is { Permission: { } permission }
        && call.Ids.TryGetValue("service", out string? service)
        && permission.StartsWith("serviceusage.", StringComparison.Ordinal)
            ? $"Permission denied to {permission[(permission.LastIndexOf('.') + 1)..]} service [{service}]"
            : null;
}
