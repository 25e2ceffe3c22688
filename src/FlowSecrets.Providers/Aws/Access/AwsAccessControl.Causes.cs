namespace FlowSecrets.Providers.Aws.Access;

/// <content>What the policies say of one action.</content>
internal sealed partial class AwsAccessControl
{
    private const string NoSuch = "AWS knows no such user or role";

    private async Task<AccessAnswer> DecideAsync(
        AwsTarget target,
        AwsPrincipal principal,
        string action,
        AwsPolicySeen policy,
        AwsSurvey survey,
        CancellationToken cancellationToken
    )
    {
        bool isSame = principal.Account == target.Account;
        AwsResourceSays says = Evaluate(policy.Statements, principal, action, target.Arn, Context(target, principal));
        if (says.Denial is { } denial)
        {
            return Refused(
                target,
                principal,
                action,
                AccessCauses.ExplicitDeny,
                $"the secret's own policy forbids it (statement '{denial.Sid ?? "without a Sid"}')"
            );
        }

        AwsOwnSays own = await OwnAsync(principal, action, target.Arn, Context(target, principal), survey, cancellationToken);
        if (own.Words == NoSuch)
        {
            return Refused(
                target,
                principal,
                action,
                AccessCauses.NoGrant,
                NoSuch,
                $"Correct the ARN. There are: aws iam list-{(principal.IsRole ? "roles" : "users")} --query "
                    + $"'{(principal.IsRole ? "Roles" : "Users")}[].Arn'"
            );
        }

        if (own.Cause is AccessCauses.ExplicitDeny or AccessCauses.OrganizationPolicy or AccessCauses.PermissionsBoundary)
        {
            return Refused(target, principal, action, own.Cause, own.Words);
        }

        bool? bySecret =
            says.Grant is not null ? true
            : says.Open is not null || policy.Missing is not null ? null
            : false;
        bool? all = isSame
            ? Either(own.Allows, says.IsByAccount ? (says.Open is null ? false : null) : bySecret)
            : Both(own.Allows, bySecret);

        // A deny wins over all that allows, so that what might be one leaves it open.
        string? hidden = policy.Missing ?? says.OpenDenial;
        all = all == true && hidden is not null ? null : all;
        if (all == true)
        {
            string through =
                bySecret == true && own.Allows != true
                    ? $"the secret's own policy (statement '{says.Grant!.Sid ?? "without a Sid"}')"
                    : own.Words;
            return AccessAnswer.Allowed(
                target.Name,
                $"{principal} may '{action}' by {through}{(isSame ? "" : " and the secret's own policy")}."
            );
        }

        if (all is null)
        {
            string[] open =
            [
                .. new[] { own.Allows is null ? own.Words : null, bySecret is null ? hidden ?? says.Open : hidden }.OfType<string>(),
            ];
            return AccessAnswer.Unknown(
                target.Name,
                own.Allows is null ? own.Cause ?? AccessCauses.PolicyUnreadable
                    : policy.Missing is not null ? AccessCauses.PolicyUnreadable
                    : AccessCauses.ConditionUnresolved,
                $"Whether {principal} may '{action}' on '{target.Name}' cannot be known: {string.Join("; ", open)}",
                (own.Missing, policy.Missing, says.OpenDenial) switch
                {
                    ({ } missing, _, _) => AwsRemedies.AllowSomebody(missing, "*") + LiveHint(target, principal),
                    (_, not null, _) => AwsRemedies.AllowSomebody("secretsmanager:GetResourcePolicy", target.Arn)
                        + LiveHint(target, principal),
                    (_, _, not null) => $"See whether its condition is met: "
                        + $"{AwsRemedies.ShowPolicy(target.Id, target.Region)}{LiveHint(target, principal)}",
                    _ when !isSame => InOther(target, principal, action),
                    _ => AwsRemedies.Allow(principal, action, target.Arn, target.Name),
                }
            );
        }

        if (target.Secret is null)
        {
            return Undecided(target, principal, action);
        }

        if (!isSame)
        {
            return bySecret == false
                ? Refused(
                    target,
                    principal,
                    action,
                    AccessCauses.NoGrant,
                    $"it is of another account ({principal.Account}), and the secret's own policy does not let it in",
                    $"Let it in on the secret: "
                        + $"{AwsRemedies.Grant(principal, action, target.Name)}"
                        + $"{(own.Allows == true ? "" : $"; then {Lower(InOther(target, principal, action))}")}"
                )
                : Refused(
                    target,
                    principal,
                    action,
                    AccessCauses.NoGrant,
                    $"it is of another account ({principal.Account}), whose own policies do not allow it",
                    InOther(target, principal, action)
                );
        }

        return says.Unmet is { } unmet
            ? Refused(
                target,
                principal,
                action,
                AccessCauses.ConditionNotMet,
                $"the secret's own policy allows it under a condition that is not met (statement "
                    + $"'{unmet.Sid ?? "without a Sid"}'"
                    + $"{(AwsCondition.EndOf(unmet.Condition) is { } end ? $", which ended at {end:yyyy-MM-dd HH:mm} UTC" : "")})"
            )
            : Refused(target, principal, action, AccessCauses.NoGrant, null);
    }

    /// <summary>One refusal's words, the same for a test and for a command that was denied.</summary>
    private AccessAnswer Refused(AwsTarget target, AwsPrincipal principal, string action, string cause, string? why, string? remedy = null)
    {
        string place = $"the secret '{target.Name}' in the {store.PlaceOf(target.Name)}";
        string evidence =
            $"{principal} may not '{action}' on {place}: {why ?? (cause switch
        {
            AccessCauses.NoGrant => "no policy of its own or of the secret allows it",
            AccessCauses.ExplicitDeny => "a policy forbids it",
            AccessCauses.OrganizationPolicy => "a policy of the organisation or of the network's endpoint forbids it",
            AccessCauses.PermissionsBoundary => "its permissions boundary does not hold it",
            _ => "a condition is not met",
        })}";
        string kind = principal.IsRole ? "role" : "user";
        return AccessAnswer.Denied(
            target.Name,
            cause,
            evidence,
            remedy
                ?? cause switch
                {
                    AccessCauses.ExplicitDeny when why?.StartsWith("the secret's", StringComparison.Ordinal) == true =>
                        $"Look at the policy, and let its owner take the statement out: {AwsRemedies.ShowPolicy(target.Id, target.Region)}",
                    AccessCauses.ExplicitDeny =>
                        $"Let an administrator take the deny out of the {kind}'s policies: aws iam list-{kind}-policies --{kind}-name "
                            + $"{principal.Name}; aws iam list-attached-{kind}-policies --{kind}-name {principal.Name}; or out of the "
                            + $"secret's: aws secretsmanager get-resource-policy --secret-id '{target.Id}' --region {target.Region}",
                    AccessCauses.OrganizationPolicy =>
                        $"Ask the organisation's administrators which policy forbids '{action}': aws organizations "
                            + $"list-policies-for-target --target-id {target.Account} --filter SERVICE_CONTROL_POLICY",
                    AccessCauses.PermissionsBoundary => $"Let an administrator put it into the boundary: "
                        + $"{AwsRemedies.Statement([action], [target.Arn], null).ToJsonString(AwsRemedies.Plain)}; which it is: aws "
                        + $"iam get-{kind} --{kind}-name {principal.Name} --query "
                        + $"{(principal.IsRole ? "Role" : "User")}.PermissionsBoundary.PermissionsBoundaryArn",
                    _ => AwsRemedies.Allow(principal, action, target.Arn, target.Name),
                }
        );
    }

    private AccessAnswer Undecided(AwsTarget target, AwsPrincipal principal, string action) =>
        AccessAnswer.Unknown(
            target.Name,
            AccessCauses.SecretNotFoundOrForbidden,
            $"There is no secret '{target.Name}' in the {store.PlaceOf(target.Name)}, or {principal} may not use it: AWS does not tell "
                + $"which ('{action}')",
            $"Is it the account and region you meant? See Get-FlowSecretStore. If it is, "
                + $"{(principal.Account == target.Account || !target.IsAccountKnown
            ? Lower(AwsRemedies.Allow(principal, action, target.Arn, target.Name))
            : $"let it in on the secret: {AwsRemedies.Grant(principal, action, target.Name)}; and " +
                $"{Lower(InOther(target, principal, action))}")}"
        );

    private static string Lower(string sentence) => char.ToLowerInvariant(sentence[0]) + sentence[1..];

    /// <summary>What the principal's own policies say, by IAM's simulation.</summary>
    private async Task<AwsOwnSays> OwnAsync(
        AwsPrincipal principal,
        string action,
        string resource,
        Dictionary<string, string> context,
        AwsSurvey survey,
        CancellationToken cancellationToken
    )
    {
        if (principal.IsRoot)
        {
            return new AwsOwnSays(
                principal.Account == identity.Caller?.Account ? true : null,
                null,
                principal.Account == identity.Caller?.Account
                    ? "being the account's root"
                    : $"what account {principal.Account} allows its own can be seen there alone",
                null
            );
        }

        if (principal.Account != identity.Caller?.Account)
        {
            return new AwsOwnSays(
                null,
                AccessCauses.PolicyUnreadable,
                $"its own policies can be seen in account {principal.Account} alone",
                null
            );
        }

        if (survey.Unresolved(principal) is { } unresolved)
        {
            return new AwsOwnSays(null, AccessCauses.PolicyUnreadable, unresolved, "iam:GetRole");
        }

        (AwsSimulation? simulation, FlowSecretException? refusal) = survey.NoSimulation is { } known
            ? (null, known)
            : await caller.TryAsync(
                new AwsCall("iam:SimulatePrincipalPolicy"),
                ct => _cloud.SimulateAsync(principal.Arn, action, resource, context, ct),
                cancellationToken
            );
        if (simulation is null)
        {
            if (refusal is { Id: ErrorIds.BadPrincipal } && principal.ToString() != identity.Caller?.Arn)
            {
                return new AwsOwnSays(false, null, NoSuch, null);
            }

            // Refused or out of reach once, so for all.
            survey.NoSimulation = refusal!.AccessCause is null && refusal.Id != ErrorIds.StoreUnavailable ? survey.NoSimulation : refusal;
            return new AwsOwnSays(
                null,
                AccessCauses.PolicyUnreadable,
                $"its own policies may not be simulated here "
                    + $"(iam:SimulatePrincipalPolicy{(refusal.AccessCause is null ? $", {refusal.Id}" : "")})",
                "iam:SimulatePrincipalPolicy"
            );
        }

        return simulation switch
        {
            { ByOrganization: not false, ByBoundary: not false, MissingKeys.Count: > 0 } => new AwsOwnSays(
                null,
                AccessCauses.ConditionUnresolved,
                $"its own policies hang on {string.Join(", ", simulation.MissingKeys)}, whose value is not known here",
                null
            ),
            { Decision: "allowed" } => new AwsOwnSays(
                true,
                null,
                simulation.Policy is { } policy ? $"its policy '{policy}'" : "its own policies",
                null
            ),
            { ByOrganization: false } => new AwsOwnSays(
                false,
                AccessCauses.OrganizationPolicy,
                "a service control policy of the organisation does not allow it",
                null
            ),
            { ByBoundary: false } => new AwsOwnSays(
                false,
                AccessCauses.PermissionsBoundary,
                "its permissions boundary does not hold it",
                null
            ),
            { Decision: "explicitDeny" } => new AwsOwnSays(
                false,
                AccessCauses.ExplicitDeny,
                $"its policy '{simulation.Policy}' forbids it",
                null
            ),
            _ => new AwsOwnSays(false, AccessCauses.NoGrant, "no policy of its own allows it", null),
        };
    }

    /// <summary>What a resource's policy says.</summary>
    private static AwsResourceSays Evaluate(
        IReadOnlyList<AwsStatement>? statements,
        AwsPrincipal principal,
        string action,
        string resource,
        Dictionary<string, string> context
    )
    {
        AwsResourceSays says = new(null, null, null, null, null, false);
        foreach (AwsStatement statement in (statements ?? []).Where(s => s.HasAction(action) && s.HasResource(resource)))
        {
            bool? isIn = principal.IsIn(statement.Who, out bool byAccount);
            bool? met = AwsCondition.IsMet(statement.Condition, context);
            if (isIn == false || (met == false && !statement.Allows))
            {
                continue;
            }

            says = (statement.Allows, isIn, met) switch
            {
                (false, true, true) => says with { Denial = says.Denial ?? statement },
                (true, true, true) when says.Grant is null || (says.IsByAccount && !byAccount) => says with
                {
                    Grant = statement,
                    IsByAccount = byAccount,
                },
                (true, true, true) => says,
                (true, true, false) => says with { Unmet = says.Unmet ?? statement },
                (false, _, _) => says with { OpenDenial = says.OpenDenial ?? Open(statement) },
                _ => says with { Open = says.Open ?? Open(statement) },
            };
        }

        return says;
    }

    private static string Open(AwsStatement statement) =>
        $"the statement '{statement.Sid ?? "without a Sid"}' of the resource's policy hangs on what is not known here";

    private Dictionary<string, string> Context(AwsTarget target, AwsPrincipal principal)
    {
        Dictionary<string, string> values = new(StringComparer.OrdinalIgnoreCase)
        {
            ["aws:PrincipalArn"] = principal.Arn,
            ["aws:PrincipalAccount"] = principal.Account,
            ["aws:CurrentTime"] = options
                .Clock.GetUtcNow()
                .UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture),
            ["aws:RequestedRegion"] = target.Region,
            ["aws:SecureTransport"] = "true",
            ["secretsmanager:SecretId"] = target.Arn,
            ["secretsmanager:VersionStage"] = "AWSCURRENT",
        };
        foreach (AwsTag tag in (target.Secret?.Tags ?? []).Where(static t => t.Key is not null))
        {
            values["secretsmanager:ResourceTag/" + tag.Key] = values["aws:ResourceTag/" + tag.Key] = tag.Value ?? "";
        }

        return values;
    }

    /// <summary>What another account must do.</summary>
    private static string InOther(AwsTarget target, AwsPrincipal principal, string action) =>
        principal.IsRoot
            ? $"Let an administrator of account {principal.Account} allow it to whom it shall be, in an identity policy: "
                + $"{AwsRemedies.Statement([action], [target.Arn], null).ToJsonString(AwsRemedies.Plain)}"
            : $"Let an administrator of account {principal.Account} allow it: "
                + $"{AwsRemedies.Attach(principal, action, target.Arn, target.Name)}";

    /// <summary>Whoever asks about himself can just try.</summary>
    private string LiveHint(AwsTarget target, AwsPrincipal principal) =>
        principal.ToString() == identity.Caller?.Arn ? $"; or try it: Test-FlowSecretAccess -StoreName '{target.Name}' -Live" : "";

    private static bool? Either(bool? a, bool? b) =>
        a == true || b == true ? true
        : a == false && b == false ? false
        : null;

    private static bool? Both(bool? a, bool? b) =>
        a == false || b == false ? false
        : a == true && b == true ? true
        : null;
}

/// <param name="Allows">Null: it cannot be known here.</param>
/// <param name="Missing">The action that finding out needs.</param>
internal sealed record AwsOwnSays(bool? Allows, string? Cause, string Words, string? Missing);

/// <param name="Unmet">It would grant, but for its condition.</param>
/// <param name="Open">What could not be decided.</param>
/// <param name="OpenDenial">What might forbid it.</param>
/// <param name="IsByAccount">Whether the grant names the account, which leaves it to the account's own policies.</param>
internal sealed record AwsResourceSays(
    AwsStatement? Grant,
    AwsStatement? Denial,
    AwsStatement? Unmet,
    string? Open,
    string? OpenDenial,
    bool IsByAccount
);
