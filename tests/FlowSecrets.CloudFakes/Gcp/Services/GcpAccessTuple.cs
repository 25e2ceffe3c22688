using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Gcp.Iam;

namespace FlowSecrets.CloudFakes.Gcp.Services;

/// <summary>
/// What Policy Troubleshooter is asked. Name and Time: what conditions may be told, null where the question does not say.
/// </summary>
internal sealed record GcpAccessTuple(
    GcpCaller Asker,
    string Member,
    string Resource,
    string Permission,
    string? Name,
    DateTimeOffset? Time,
    JsonObject Shown
)
{
    public static GcpAccessTuple Of(GcpCall call, GcpNames names)
    {
        JsonObject tuple = call.Body().Object("accessTuple") ?? throw GcpError.Required("access_tuple");
        string principal = tuple.Text("principal") is { Length: > 0 } given ? given : throw GcpError.Required("access_tuple.principal");
        string resource =
            tuple.Text("fullResourceName") is { } full && full.StartsWith("//", StringComparison.Ordinal)
                ? full
                : throw GcpError.Field("access_tuple.full_resource_name", "The full resource name is invalid.");
        string permission = tuple.Text("permission") is { Length: > 0 } asked ? asked : throw GcpError.Required("access_tuple.permission");
        if (!principal.Contains('@', StringComparison.Ordinal) || principal.Contains(':', StringComparison.Ordinal))
        {
            throw GcpError.Field(
                "access_tuple.principal",
                "The principal must be the email address of a Google Account or a service account."
            );
        }

        JsonObject shown = (JsonObject)tuple.DeepClone();
        shown["permissionFqdn"] = GcpDenies.FullPermission(permission);
        JsonObject? context = tuple.Object("conditionContext");
        return new GcpAccessTuple(
            call.Caller,
            (principal.EndsWith("gserviceaccount.com", StringComparison.Ordinal) ? GcpMembers.ServiceAccount : GcpMembers.User) + principal,
            names.Canonical(resource),
            permission,
            context?.Object("resource")?.Text("name") is { Length: > 0 } name ? names.Canonical(name) : null,
            context?.Object("request")?.Time("receiveTime"),
            shown
        );
    }
}
