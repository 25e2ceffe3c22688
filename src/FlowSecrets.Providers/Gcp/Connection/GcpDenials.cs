using FlowSecrets.Errors;
using FlowSecrets.Model;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Providers.Gcp.Connection;

/// <summary>Says what Google does not let this identity do, why, and who can change that.</summary>
internal sealed class GcpDenials(Place place, GcpPlace at, GcpCredential credential)
{
    public FlowSecretException Of(GcpRequestError reply, GcpCall call)
    {
        switch (reply.Reason)
        {
            case "SERVICE_DISABLED":
                return new FlowSecretException(
                    ErrorIds.ApiNotEnabled,
                    at.Project,
                    $"The Secret Manager API is not enabled in project {at.Project}",
                    GcpRemedies.EnableApi(at)
                )
                {
                    AccessCause = AccessCauses.ApiNotEnabled,
                };
            case "BILLING_DISABLED":
                return new FlowSecretException(
                    ErrorIds.ApiNotEnabled,
                    at.Project,
                    $"Billing is not enabled in project {at.Project}, so Secret Manager cannot be used there",
                    $"Link a billing account: "
                        + $"{Shell($"gcloud billing projects link {at.Project:bare} --billing-account=BILLING_ACCOUNT_ID")}"
                )
                {
                    AccessCause = AccessCauses.ApiNotEnabled,
                };
            case "CONSUMER_INVALID" or "USER_PROJECT_DENIED":
                return NoProject(reply);
            case "ACCESS_TOKEN_SCOPE_INSUFFICIENT":
                return new FlowSecretException(
                    ErrorIds.AccessDenied,
                    call.Target,
                    $"Permission denied: the token of {place.Identity} lacks the scope cloud-platform",
                    "Log in with that scope: gcloud auth application-default login; on a virtual machine set its access scopes to "
                        + "cloud-platform."
                )
                {
                    AccessCause = AccessCauses.NotAuthenticated,
                };
            case "SECURITY_POLICY_VIOLATED":
                return new FlowSecretException(
                    ErrorIds.AccessDenied,
                    call.Target,
                    $"Permission denied: a VPC Service Controls perimeter of the organisation keeps project {at.Project} closed from here",
                    "Ask the organisation's administrators to let this network or identity in."
                )
                {
                    AccessCause = AccessCauses.OrganizationPolicy,
                };
        }

        return call.Secret is null || call.Permission == "secretmanager.secrets.create" ? Forbidden(call) : Undecided(call);
    }

    /// <summary>It is there, and this identity may not.</summary>
    public FlowSecretException Forbidden(GcpCall call) =>
        new(
            ErrorIds.AccessDenied,
            call.Target,
            $"Permission denied: {place.Identity} has no '{call.Permission}' on "
                + (
                    call.Secret is null || call.Permission == "secretmanager.secrets.create"
                        ? "the project"
                        : $"the secret '{call.Secret}' in project"
                )
                + $" {at.Project}",
            GcpRemedies.Grant(
                at,
                call.Permission == "secretmanager.secrets.create" ? null : call.Secret,
                credential.Member,
                GcpRoles.RoleFor(call.Permission)
            )
        )
        {
            AccessCause = AccessCauses.NoGrant,
        };

    public FlowSecretException KeyUnusable(GcpCall call, GcpKey key) =>
        new(
            ErrorIds.AccessDenied,
            call.Target,
            $"Permission denied: the value of '{call.Target}' in the {place} is encrypted by the KMS key {key.Name}, "
                + $"{(key.IsDisabled ? "whose version is not enabled" : "which Secret Manager's service agent may not use")}",
            key.IsDisabled ? GcpRemedies.EnableKey(key) : GcpRemedies.GrantKey(key, null)
        )
        {
            AccessCause = AccessCauses.KmsKeyNotUsable,
        };

    public FlowSecretException NoProject(GcpRequestError reply) =>
        new(
            ErrorIds.NoProject,
            at.Project,
            $"There is no project '{at.Project}', or {place.Identity} may not use it{(reply.Reason is null ? "" : $" ({reply.Reason})")}",
            "Name the right one: 'project' in the catalog's environment, Connect-FlowSecretStore -Project, or: gcloud config set "
                + "project YOUR_PROJECT_ID. See gcloud projects list."
        );

    /// <summary>Google refuses alike what is forbidden and, to who may not ask, what is absent.</summary>
    private FlowSecretException Undecided(GcpCall call) =>
        new(
            ErrorIds.SecretNotFoundOrForbidden,
            call.Target,
            $"Permission denied, or there is no secret '{call.Secret}' in project {at.Project}: Google does not tell {place.Identity} "
                + $"which ('{call.Permission}')",
            GcpRemedies.GrantIfThere(at, call.Secret!, credential.Member, GcpRoles.RoleFor(call.Permission))
        )
        {
            AccessCause = AccessCauses.SecretNotFoundOrForbidden,
        };
}
