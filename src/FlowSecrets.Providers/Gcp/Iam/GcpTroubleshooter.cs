using FlowSecrets.Model;
using FlowSecrets.Providers.Gcp.Connection;

namespace FlowSecrets.Providers.Gcp.Iam;

/// <summary>
/// Asks Google's Policy Troubleshooter, which reads policies that the caller may not read. Once it refuses, it is not asked again.
/// Its version 3 explains allow and deny policies, and no principal access boundary policies.
/// </summary>
internal sealed class GcpTroubleshooter(GcpPlace at, GcpCaller caller, IIamServices cloud, GcpSurvey survey)
{
    private const string Denied = "DENY_ACCESS_STATE_DENIED";

    private const string Granted = "ALLOW_ACCESS_STATE_GRANTED";

    private bool _isRefused;

    /// <returns>Null: it may not be asked, or does not know either.</returns>
    public async Task<AccessAnswer?> AskAsync(string name, string principal, string permission, CancellationToken cancellationToken)
    {
        if (_isRefused || GcpMember.EmailOf(principal) is not { } email)
        {
            return null;
        }

        GcpAccessTuple access = new()
        {
            Principal = email,
            Permission = permission,
            FullResourceName = $"//secretmanager.googleapis.com/{(await survey.ParentsAsync()).FullName(at, name)}",
        };
        (GcpTroubleshootReply? reply, _) = await caller.TryAsync(
            new GcpCall("policytroubleshooter.troubleshoot"),
            ct => cloud.TroubleshootAsync(access, ct),
            cancellationToken
        );
        _isRefused = reply is null;
        if (reply?.DenyPolicyExplanation is { DenyAccessState: Denied } denied)
        {
            return Forbidden(name, principal, permission, denied);
        }

        return reply?.OverallAccessState switch
        {
            "CAN_ACCESS" => AccessAnswer.Allowed(
                name,
                $"Policy Troubleshooter says that {principal} has '{permission}' (not seen here: {GcpVerdictAnswers.Boundaries})."
            ),
            "CANNOT_ACCESS" when reply.AllowPolicyExplanation?.AllowAccessState == Granted => AccessAnswer.Denied(
                name,
                AccessCauses.OrganizationPolicy,
                $"Policy Troubleshooter says that {principal} is granted '{permission}' on '{name}' and may not use it, and no deny policy "
                    + $"forbids it: it must be one of the {GcpVerdictAnswers.Boundaries}, which are not seen here",
                "Ask the organisation's administrators which principal access boundary policy applies."
            ),
            "CANNOT_ACCESS" => AccessAnswer.Denied(
                name,
                AccessCauses.NoGrant,
                $"Policy Troubleshooter says that nothing grants {principal} '{permission}' on '{name}'",
                GcpRemedies.Grant(at, name, principal, GcpRoles.RoleFor(permission))
            ),
            _ => null,
        };
    }

    private static AccessAnswer Forbidden(string name, string principal, string permission, GcpDenyExplanation denied)
    {
        GcpDenyPolicy? policy = denied
            .ExplainedResources?.SelectMany(static r => r.ExplainedPolicies ?? [])
            .FirstOrDefault(static p => p.DenyAccessState == Denied)
            ?.Policy;
        bool isAbove = policy?.Name is { } attached && !attached.Contains("%2Fprojects%2F", StringComparison.Ordinal);
        return AccessAnswer.Denied(
            name,
            isAbove ? AccessCauses.OrganizationPolicy : AccessCauses.ExplicitDeny,
            $"Policy Troubleshooter says that "
                + $"{(policy is null ? "a deny policy" : $"the deny policy '{GcpName.Last(policy.Name)}'")} forbids {principal} "
                + $"'{permission}'",
            GcpRemedies.Except(policy?.Name, GcpMember.ForDeny(principal))
        );
    }
}
