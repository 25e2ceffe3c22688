using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Providers.Gcp.Connection;
using FlowSecrets.Text;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Providers.Gcp.Iam;

/// <summary>Says in words what a verdict means for one permission of one principal, and who can change it.</summary>
/// <param name="now">From when a grant that ended is renewed.</param>
internal sealed class GcpVerdictAnswers(GcpPlace at, string name, string principal, string permission, DateTimeOffset now)
{
    /// <summary>No call shows which of them apply to somebody.</summary>
    public const string Boundaries = "principal access boundary policies";

    private const int MostShown = 200;

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
            return AccessAnswer.Allowed(
                name,
                $"{principal} has {seen.Binding.Role} on {seen.Source}{Unread("not seen here", [.. parents.Unread, Boundaries])}."
            );
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
                + $"perimeter or an access boundary forbids it{Unread("not to be read here", parents.Unread)}",
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
            GcpRemedies.Except(policy.Name, GcpMember.ForDeny(principal))
        );

    private AccessAnswer Doubtful(GcpGrantSeen given, string source, GcpDenyPolicy policy)
    {
        Remedy exception = GcpRemedies.Except(policy.Name, GcpMember.ForDeny(principal));
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
        DateTimeOffset? ended = GcpPolicy.EndOf(condition);
        string why = ended is { } end ? $": it ended at {end:yyyy-MM-dd HH:mm} UTC" : $" ({Shown(condition)})";
        return AccessAnswer.Denied(
            name,
            AccessCauses.ConditionNotMet,
            $"{principal} has {unmet.Binding.Role} on {unmet.Source} under a condition that is not met{why}",
            ended is null ? Grant : GcpRemedies.Renew(at, name, principal, GcpRoles.RoleFor(permission), NextEnd())
        );
    }

    private AccessAnswer NoGrant() =>
        AccessAnswer.Denied(
            name,
            AccessCauses.NoGrant,
            $"No role grants {principal} '{permission}' on '{name}' or above it in project {at.Project}",
            Grant
        );

    /// <summary>What was lent is lent again, not given away: until the end of the same day of next month.</summary>
    private string NextEnd() => GcpPolicy.ConditionUntil(new DateTimeOffset(now.UtcDateTime.Date.AddMonths(1).AddDays(1), TimeSpan.Zero));

    /// <summary>A condition in a sentence, cut where it is long.</summary>
    public static string Shown(string? condition) =>
        PlainText.Line(condition is { Length: > MostShown } ? condition[..MostShown] + "…" : condition ?? "");

    /// <summary>Google's own test was about the secret, and the condition is about the version.</summary>
    public AccessAnswer OnlyOnVersion(GcpGrantSeen grant) =>
        AccessAnswer.Unknown(
            name,
            AccessCauses.ConditionUnresolved,
            $"{principal} has {grant.Binding.Role} on {grant.Source} under a condition that may hold for the version "
                + $"({Shown(grant.Binding.Condition)}), and Google's own test, which is about the secret alone, says no",
            $"Read it to be sure: {Shell($"Test-FlowSecretAccess {Stored(name)} -Live")}"
        );

    private static string Unread(string what, IReadOnlyList<string> unread) =>
        unread.Count == 0 ? "" : $" ({what}: {string.Join("; ", unread)})";
}
