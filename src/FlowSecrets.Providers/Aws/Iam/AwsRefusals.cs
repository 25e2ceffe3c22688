using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Providers.Aws.Connection;
using FlowSecrets.Providers.Aws.SecretsManager;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Providers.Aws.Iam;

/// <summary>The words of a refusal, the same for a test and for a command that was denied.</summary>
internal sealed class AwsRefusals(AwsStore store, AwsIdentity identity)
{
    /// <param name="why">Null: the cause says enough.</param>
    /// <param name="remedy">Null: the cause's usual one.</param>
    public AccessAnswer Refused(
        AwsTarget target,
        AwsPrincipal principal,
        string action,
        string cause,
        string? why,
        Remedy? remedy = null
    ) =>
        AccessAnswer.Denied(
            target.Name,
            cause,
            $"{principal} may not '{action}' on the secret '{target.Name}' in the {store.PlaceOf(target.Name)}: {why ?? WhyOf(cause)}",
            remedy ?? RemedyOf(target, principal, action, cause, why)
        );

    /// <summary>AWS does not tell whether the secret is absent or forbidden.</summary>
    public AccessAnswer Undecided(AwsTarget target, AwsPrincipal principal, string action)
    {
        Remedy allow =
            principal.Account == target.Account || !target.IsAccountKnown
                ? AwsRemedies.Allow(principal, action, target.Arn, target.Name)
                : $"Let it in on the secret: {AwsRemedies.Grant(principal, action, target.Name)}; and "
                    + $"{AwsRemedies.AllowInItsAccount(principal, action, target.Arn, target.Name):clause}";
        return AccessAnswer.Unknown(
            target.Name,
            AccessCauses.SecretNotFoundOrForbidden,
            $"There is no secret '{target.Name}' in the {store.PlaceOf(target.Name)}, or {principal} may not use it: AWS does not tell "
                + $"which ('{action}')",
            $"Is it the account and region you meant? See Get-FlowSecretStore. If it is, {allow:clause}"
        );
    }

    /// <summary>Whoever asks about himself can just try.</summary>
    public Remedy LiveHint(AwsTarget target, AwsPrincipal principal) =>
        principal.ToString() == identity.Caller?.Arn
            ? Remedy.Of($"; or try it: {Shell($"Test-FlowSecretAccess {Stored(target.Name)} -Live")}")
            : Remedy.None;

    /// <summary>What of the organisation's policies is not seen, in words.</summary>
    public static string OrganizationUnread(AwsFindings found) =>
        found.Principal.IsRoot
            ? "policies of the organisation bind an account's root, and the simulation does not tell what they say of it"
            : "by the simulation the organisation's service control policies do not allow it, and it does not see their conditions as the "
                + "call will";

    public static Remedy AskOrganization(AwsFindings found) => AskOrganization(found.Principal.Account, found.Ask.Action);

    private static Remedy AskOrganization(string account, string action) =>
        $"Ask the organisation's administrators which policy forbids '{action}': "
        + $"{Shell($"aws organizations list-policies-for-target --target-id {account:bare} --filter "
        + $"SERVICE_CONTROL_POLICY")}";

    private static string WhyOf(string cause) =>
        cause switch
        {
            AccessCauses.NoGrant => "no policy of its own or of the secret allows it",
            AccessCauses.ExplicitDeny => "a policy forbids it",
            AccessCauses.OrganizationPolicy => "a policy of the organisation or of the network's endpoint forbids it",
            AccessCauses.PermissionsBoundary => "its permissions boundary does not hold it",
            _ => "a condition is not met",
        };

    private static Remedy RemedyOf(AwsTarget target, AwsPrincipal principal, string action, string cause, string? why) =>
        cause switch
        {
            AccessCauses.ExplicitDeny when why?.StartsWith("the secret's", StringComparison.Ordinal) == true =>
                $"Look at the policy, and let its owner take the statement out: {AwsRemedies.ShowPolicy(target.Id, target.Region)}",
            AccessCauses.ExplicitDeny => TakeDenyOut(target, principal),
            AccessCauses.OrganizationPolicy => AskOrganization(principal.Account, action),
            AccessCauses.PermissionsBoundary => WidenBoundary(target, principal, action),
            _ => AwsRemedies.Allow(principal, action, target.Arn, target.Name),
        };

    private static Remedy TakeDenyOut(AwsTarget target, AwsPrincipal principal)
    {
        string kind = KindOf(principal);
        return $"Let an administrator take the deny out of the {kind}'s policies: "
            + $"{Shell($"aws iam list-{kind:bare}-policies --{kind:bare}-name {principal.Name:bare}")}; "
            + $"{Shell($"aws iam list-attached-{kind:bare}-policies --{kind:bare}-name {principal.Name:bare}")}; or "
            + $"out of the secret's: "
            + $"{Shell($"aws secretsmanager get-resource-policy --secret-id {target.Id} --region {target.Region:bare}")}";
    }

    /// <summary>The boundary alone allows nothing; what the secret grants to a user by name the boundary does not limit.</summary>
    private static Remedy WidenBoundary(AwsTarget target, AwsPrincipal principal, string action)
    {
        Remedy widened =
            $"{WidenBoundary(principal, action, target.Arn)}; then, if no policy of its own allows it: "
            + $"{AwsRemedies.Attach(principal, action, target.Arn, target.Name)}";
        return principal.IsUser && principal.Account == target.Account
            ? $"Let an administrator allow it on the secret, which the boundary of a user does not limit: "
                + $"{AwsRemedies.Grant(principal, action, target.Name)}; or {widened:clause}"
            : widened;
    }

    /// <summary>How to put an action into a boundary.</summary>
    public static Remedy WidenBoundary(AwsPrincipal principal, string action, string resource)
    {
        string kind = KindOf(principal);
        return $"Let an administrator put it into the boundary: "
            + $"{AwsRemedies.Statement([action], [resource], null).ToJsonString(AwsRemedies.Plain)}; which it is: "
            + $"{Shell($"aws iam get-{kind:bare} --{kind:bare}-name {principal.Name:bare} --query "
            + $"{(principal.IsRole ? "Role" : "User"):bare}.PermissionsBoundary.PermissionsBoundaryArn")}";
    }

    private static string KindOf(AwsPrincipal principal) => principal.IsRole ? "role" : "user";
}
