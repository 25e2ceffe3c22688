using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Providers.Gcp.Connection;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Providers.Gcp.Iam;

/// <summary>Says in words what a verdict means for one permission of one principal, and who can change it.</summary>
internal sealed class GcpVerdictAnswers(GcpPlace at, string name, string principal, string permission)
{
    private Remedy Grant => GcpRemedies.Grant(at, name, principal, GcpRoles.RoleFor(permission));

    public AccessAnswer Of(GcpVerdict verdict, GcpParents parents)
    {
        if (verdict.Denial is ({ } source, { } policy))
        {
            return Forbidden(source, policy);
        }

        if (verdict is { Grant: { } given, Doubt: ({ } from, { } open) })
        {
            return Doubtful(given, from, open);
        }

        if (verdict.Grant is { } seen)
        {
            return AccessAnswer.Allowed(name, $"{principal} has {seen.Binding.Role} on {seen.Source}{Unread("not seen here", parents)}.");
        }

        if (verdict.Open is [({ } cause, { } words), ..])
        {
            return Undecided(cause, words);
        }

        return verdict.Unmet is { } unmet ? ConditionNotMet(unmet) : NoGrant();
    }

    /// <summary>Something that cannot be read here must forbid it, since Google refuses it in spite of the grant.</summary>
    public AccessAnswer RefusedInSpiteOf(GcpGrantSeen grant, GcpParents parents) =>
        AccessAnswer.Denied(
            name,
            AccessCauses.OrganizationPolicy,
            $"{principal} has {grant.Binding.Role} on {grant.Source}, and Google refuses it all the same: a deny policy, a "
                + $"perimeter or an access boundary forbids it{Unread("not to be read here", parents)}",
            $"Ask the organisation's administrators what applies: "
                + $"{Shell($"gcloud policy-intelligence troubleshoot-policy iam //secretmanager.googleapis.com/"
                + $"{parents.FullName(at, name):bare} --principal-email={GcpMember.EmailOf(principal)} --permission="
                + $"{permission:bare}")}"
        );

    private AccessAnswer Forbidden(string source, GcpDenyPolicy policy) =>
        AccessAnswer.Denied(
            name,
            source.StartsWith("project ", StringComparison.Ordinal) ? AccessCauses.ExplicitDeny : AccessCauses.OrganizationPolicy,
            $"The deny policy '{GcpName.Last(policy.Name)}' of {source} forbids {principal} '{permission}'",
            GcpRemedies.Except(policy.Name)
        );

    private AccessAnswer Doubtful(GcpGrantSeen given, string source, GcpDenyPolicy policy)
    {
        Remedy exception = GcpRemedies.Except(policy.Name);
        return AccessAnswer.Unknown(
            name,
            AccessCauses.ConditionUnresolved,
            $"{principal} has {given.Binding.Role} on {given.Source}, but whether the deny policy '{GcpName.Last(policy.Name)}' of "
                + $"{source} applies cannot be decided here",
            $"To be sure, {exception:clause}"
        );
    }

    private AccessAnswer Undecided(string cause, string words) =>
        AccessAnswer.Unknown(
            name,
            cause,
            $"Nothing that can be read grants {principal} '{permission}', but {words}",
            GcpRemedies.Resolve(cause, words, principal) is { } look
                ? Remedy.Of($"{look}; to be sure, {Grant:clause}")
                : $"To be sure, {Grant:clause}"
        );

    private AccessAnswer ConditionNotMet(GcpGrantSeen unmet)
    {
        string? condition = unmet.Binding.Condition;
        string why = GcpPolicy.EndOf(condition) is { } end ? $": it ended at {end:yyyy-MM-dd HH:mm} UTC" : $" ({condition})";
        return AccessAnswer.Denied(
            name,
            AccessCauses.ConditionNotMet,
            $"{principal} has {unmet.Binding.Role} on {unmet.Source} under a condition that is not met{why}",
            Grant
        );
    }

    private AccessAnswer NoGrant() =>
        AccessAnswer.Denied(
            name,
            AccessCauses.NoGrant,
            $"No role grants {principal} '{permission}' on '{name}' or above it in project {at.Project}",
            Grant
        );

    private static string Unread(string what, GcpParents parents) =>
        parents.Unread.Count == 0 ? "" : $" ({what}: {string.Join("; ", parents.Unread)})";
}
