using System.Globalization;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Providers.Aws.Connection;
using FlowSecrets.Providers.Aws.SecretsManager;
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
        Dictionary<string, string> context = Context(target, principal);
        AwsResourceSays says = AwsResourceSays.Of(policy.Statements, principal, action, target.Arn, context);
        if (says.Denial is { } denial)
        {
            return _refusals.Refused(
                target,
                principal,
                action,
                AccessCauses.ExplicitDeny,
                $"the secret's own policy forbids it (statement '{denial.Sid ?? "without a Sid"}')"
            );
        }

        AwsOwnSays own = await _own.AskAsync(principal, action, target.Arn, context, survey, cancellationToken);
        if (own == AwsOwnSays.NoSuchPrincipal)
        {
            return NoSuchPrincipal(target, principal, action);
        }

        if (own.Cause is AccessCauses.ExplicitDeny or AccessCauses.OrganizationPolicy or AccessCauses.PermissionsBoundary)
        {
            return _refusals.Refused(target, principal, action, own.Cause, own.Words);
        }

        AwsFindings found = new(target, principal, action, policy, says, own);
        return found.Allows switch
        {
            true => Allowed(found),
            null => Open(found),
            false => NotGranted(found),
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

    private static AccessAnswer Allowed(AwsFindings found)
    {
        string through =
            found.BySecret == true && found.Own.Allows != true
                ? $"the secret's own policy (statement '{found.Says.Grant!.Sid ?? "without a Sid"}')"
                : found.Own.Words;
        return AccessAnswer.Allowed(
            found.Target.Name,
            $"{found.Principal} may '{found.Action}' by {through}{(found.IsSameAccount ? "" : " and the secret's own policy")}."
        );
    }

    private AccessAnswer Open(AwsFindings found)
    {
        string? ofPrincipal = found.Own.Allows is null ? found.Own.Words : null;
        string? ofSecret = found.Hidden ?? (found.BySecret is null ? found.Says.Open : null);
        string[] open = [.. new[] { ofPrincipal, ofSecret }.OfType<string>()];
        return AccessAnswer.Unknown(
            found.Target.Name,
            found.Own.Allows is null ? found.Own.Cause ?? AccessCauses.PolicyUnreadable
                : found.Policy.Missing is not null ? AccessCauses.PolicyUnreadable
                : AccessCauses.ConditionUnresolved,
            $"Whether {found.Principal} may '{found.Action}' on '{found.Target.Name}' cannot be known: {string.Join("; ", open)}",
            FindOut(found)
        );
    }

    /// <summary>How to see what could not be seen; where there is nothing to see, how to allow it.</summary>
    private Remedy FindOut(AwsFindings found)
    {
        AwsTarget target = found.Target;
        AwsPrincipal principal = found.Principal;
        string action = found.Action;
        if (found.Own.Missing is { } missing)
        {
            return $"{AwsRemedies.AllowSomebody(missing, "*")}{_refusals.LiveHint(target, principal)}";
        }

        if (found.Policy.Missing is not null)
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
    private AccessAnswer NotGranted(AwsFindings found)
    {
        if (found.Target.Secret is null)
        {
            return _refusals.Undecided(found.Target, found.Principal, found.Action);
        }

        if (!found.IsSameAccount)
        {
            return NotGrantedAcrossAccounts(found);
        }

        return found.Says.Unmet is { } unmet
            ? _refusals.Refused(
                found.Target,
                found.Principal,
                found.Action,
                AccessCauses.ConditionNotMet,
                $"the secret's own policy allows it under a condition that is not met (statement "
                    + $"'{unmet.Sid ?? "without a Sid"}'"
                    + $"{(AwsCondition.EndOf(unmet.Condition) is { } end ? $", which ended at {end:yyyy-MM-dd HH:mm} UTC" : "")})"
            )
            : _refusals.Refused(found.Target, found.Principal, found.Action, AccessCauses.NoGrant, null);
    }

    private AccessAnswer NotGrantedAcrossAccounts(AwsFindings found)
    {
        AwsTarget target = found.Target;
        AwsPrincipal principal = found.Principal;
        string action = found.Action;
        Remedy inItsAccount = AwsRemedies.AllowInItsAccount(principal, action, target.Arn, target.Name);
        return found.BySecret == false
            ? _refusals.Refused(
                target,
                principal,
                action,
                AccessCauses.NoGrant,
                $"it is of another account ({principal.Account}), and the secret's own policy does not let it in",
                $"Let it in on the secret: {AwsRemedies.Grant(principal, action, target.Name)}"
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

    /// <summary>The values of condition keys that are known here.</summary>
    private Dictionary<string, string> Context(AwsTarget target, AwsPrincipal principal)
    {
        DateTime now = options.Clock.GetUtcNow().UtcDateTime;
        Dictionary<string, string> values = new(StringComparer.OrdinalIgnoreCase)
        {
            ["aws:PrincipalArn"] = principal.Arn,
            ["aws:PrincipalAccount"] = principal.Account,
            ["aws:CurrentTime"] = now.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            ["aws:RequestedRegion"] = target.Region,
            ["aws:SecureTransport"] = "true",
            ["secretsmanager:SecretId"] = target.Arn,
            ["secretsmanager:VersionStage"] = AwsStagingLabels.Current,
        };
        foreach (AwsTag tag in (target.Secret?.Tags ?? []).Where(static t => t.Key is not null))
        {
            string value = tag.Value ?? "";
            values["secretsmanager:ResourceTag/" + tag.Key] = value;
            values["aws:ResourceTag/" + tag.Key] = value;
        }

        return values;
    }
}
