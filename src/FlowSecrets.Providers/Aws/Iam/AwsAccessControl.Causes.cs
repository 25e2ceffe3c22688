using System.Diagnostics;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Providers.Aws.Connection;
using FlowSecrets.Providers.Aws.Iam.Conditions;
using FlowSecrets.Providers.Aws.Iam.Policies;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Providers.Aws.Iam;

/// <content>What the policies say of one action.</content>
internal sealed partial class AwsAccessControl
{
    private async Task<AccessAnswer> DecideAsync(
        AwsTarget target,
        AwsPrincipal principal,
        string action,
        AwsPolicySeen policy,
        AwsSurvey survey,
        CancellationToken cancellationToken
    )
    {
        AwsAsk ask = new(principal, action, target.Arn, KeysOf(target, principal, action));
        AwsOwnSays own = await _own.AskAsync(ask, survey, cancellationToken);
        AwsResourceSays says = AwsResourceSays.Of(policy.Statements, ask, own.HasBoundary);
        AwsFindings found = new(ask, target.Account, AwsResourceRule.Adds, says, policy.Missing, own);
        return AwsDecision.Of(found) switch
        {
            AwsVerdict.NoSuchPrincipal => NoSuchPrincipal(target, principal, action),
            AwsVerdict.DeniedByResource => _refusals.Refused(
                target,
                principal,
                action,
                AccessCauses.ExplicitDeny,
                $"the secret's own policy forbids it (statement {says.Denial!.Title})"
            ),
            AwsVerdict.DeniedByPrincipal => _refusals.Refused(target, principal, action, AccessCauses.ExplicitDeny, own.Words),
            AwsVerdict.OutsideBoundary => _refusals.Refused(
                target,
                principal,
                action,
                AccessCauses.PermissionsBoundary,
                "its permissions boundary does not hold it"
            ),
            AwsVerdict.NotGranted => NotGranted(target, found),
            AwsVerdict.Open => Open(target, found),
            AwsVerdict.OrganizationOpen => OrganizationOpen(target, found),
            AwsVerdict.Allowed => Allowed(target, found),
            AwsVerdict other => throw new UnreachableException(other.ToString()),
        };
    }

    private AccessAnswer NoSuchPrincipal(AwsTarget target, AwsPrincipal principal, string action)
    {
        string kind = principal.IsRole ? "role" : "user";
        string list = principal.IsRole ? "Roles[].Arn" : "Users[].Arn";
        return _refusals.Refused(
            target,
            principal,
            action,
            AccessCauses.NoGrant,
            AwsOwnSays.NoSuchPrincipal.Words,
            $"Correct the ARN. There are: {Shell($"aws iam list-{kind:bare}s --query {list}")}"
        );
    }

    private static AccessAnswer Allowed(AwsTarget target, AwsFindings found)
    {
        string through =
            found.Own.Allows != true && found.Says.Grant is { } grant
                ? $"the secret's own policy (statement {grant.Title})"
                : found.Own.Words;
        return AccessAnswer.Allowed(
            target.Name,
            $"{found.Principal} may '{found.Ask.Action}' by {through}{(found.IsSameAccount ? "" : " and the secret's own policy")}."
                + (found.Own.IsInOrganization ? " Service control policies with conditions are not all seen here." : "")
        );
    }

    /// <summary>The simulation leaves out conditions of the organisation's policies, so that its no is none.</summary>
    private AccessAnswer OrganizationOpen(AwsTarget target, AwsFindings found) =>
        AccessAnswer.Unknown(
            target.Name,
            AccessCauses.OrganizationPolicy,
            $"Whether {found.Principal} may '{found.Ask.Action}' on '{target.Name}' cannot be known: "
                + AwsRefusals.OrganizationUnread(found),
            $"{AwsRefusals.AskOrganization(found)}{_refusals.LiveHint(target, found.Principal)}"
        );

    private AccessAnswer Open(AwsTarget target, AwsFindings found)
    {
        bool isOwnOpen = found.Own.Allows is null || found.Own.Denies is null;
        string? ofPrincipal = isOwnOpen ? found.Own.Words : null;
        string? ofSecret = found.Hidden ?? (found.Granting is null ? found.Says.Open : null);
        string[] open = [.. new[] { ofPrincipal, ofSecret }.OfType<string>()];
        return AccessAnswer.Unknown(
            target.Name,
            isOwnOpen ? found.Own.Cause ?? AccessCauses.PolicyUnreadable
                : found.Unread is not null ? AccessCauses.PolicyUnreadable
                : AccessCauses.ConditionUnresolved,
            $"Whether {found.Principal} may '{found.Ask.Action}' on '{target.Name}' cannot be known: "
                + (open.Length > 0 ? string.Join("; ", open) : "AWS does not say whether a permissions boundary limits it"),
            FindOut(target, found)
        );
    }

    /// <summary>How to see what could not be seen; where there is nothing to see, how to allow it.</summary>
    private Remedy FindOut(AwsTarget target, AwsFindings found)
    {
        AwsPrincipal principal = found.Principal;
        string action = found.Ask.Action;
        if (found.Own.Missing is { } missing)
        {
            return $"{AwsRemedies.AllowSomebody(missing, "*")}{_refusals.LiveHint(target, principal)}";
        }

        if (found.Unread is not null)
        {
            return $"{AwsRemedies.AllowSomebody("secretsmanager:GetResourcePolicy", target.Arn)}{_refusals.LiveHint(target, principal)}";
        }

        if (found.Says.OpenDenial is not null)
        {
            return $"See whether its condition is met: {AwsRemedies.ShowPolicy(target.Id, target.Region)}"
                + $"{_refusals.LiveHint(target, principal)}";
        }

        return found.IsSameAccount
            ? AwsRemedies.Allow(principal, action, target.Arn, target.Name)
            : AwsRemedies.AllowInItsAccount(principal, action, target.Arn, target.Name);
    }

    /// <summary>Nothing forbids it, and nothing grants it.</summary>
    private AccessAnswer NotGranted(AwsTarget target, AwsFindings found)
    {
        AwsPrincipal principal = found.Principal;
        string action = found.Ask.Action;
        DateTimeOffset? ended = EndOf(found);
        return target.Secret is null ? _refusals.Undecided(target, principal, action)
            : !found.IsSameAccount ? NotGrantedAcrossAccounts(target, found)
            : found.Says.Unmet is { } unmet
                ? _refusals.Refused(
                    target,
                    principal,
                    action,
                    AccessCauses.ConditionNotMet,
                    $"the secret's own policy allows it under a condition that is not met (statement {unmet.Title}"
                        + $"{(ended is null ? "" : $", which ended at {ended:yyyy-MM-dd HH:mm} UTC")})",
                    ended is null ? null : AwsRemedies.Renew(principal, action, target.Name, options.Clock.GetUtcNow())
                )
            : _refusals.Refused(target, principal, action, AccessCauses.NoGrant, null);
    }

    /// <summary>When a grant on the secret ended, if that is all that is wrong with it.</summary>
    private static DateTimeOffset? EndOf(AwsFindings found) => AwsCondition.EndOf(found.Says.Unmet?.Condition);

    private AccessAnswer NotGrantedAcrossAccounts(AwsTarget target, AwsFindings found)
    {
        AwsPrincipal principal = found.Principal;
        string action = found.Ask.Action;
        DateTimeOffset? end = EndOf(found) is null ? null : AwsRemedies.NextEnd(options.Clock.GetUtcNow());
        Remedy inItsAccount = AwsRemedies.AllowInItsAccount(principal, action, target.Arn, target.Name);
        return found.ByResource == false
            ? _refusals.Refused(
                target,
                principal,
                action,
                AccessCauses.NoGrant,
                $"it is of another account ({principal.Account}), and the secret's own policy does not let it in",
                $"Let it in on the secret: {AwsRemedies.Grant(principal, action, target.Name, end)}"
                    + $"{(found.Own.Allows == true ? Remedy.None : Remedy.Of($"; then {inItsAccount:clause}"))}"
            )
            : _refusals.Refused(
                target,
                principal,
                action,
                AccessCauses.NoGrant,
                $"it is of another account ({principal.Account}), whose own policies do not allow it",
                inItsAccount
            );
    }

    private AwsKeys KeysOf(AwsTarget target, AwsPrincipal principal, string action) =>
        AwsRequestKeys.OfSecret(target, principal, action, principal.ToString() == identity.Caller?.Arn, options.Clock.GetUtcNow());
}
