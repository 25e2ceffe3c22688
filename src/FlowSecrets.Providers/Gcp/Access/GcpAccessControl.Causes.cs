using System.Text.Json.Nodes;

namespace FlowSecrets.Providers.Gcp.Access;

/// <content>Why a principal may not.</content>
internal sealed partial class GcpAccessControl
{
    private const string GetPolicy = "secretmanager.secrets.getIamPolicy";

    private async Task<AccessAnswer> TestOtherAsync(
        string name,
        string principal,
        SecretPermission permission,
        GcpSurvey survey,
        CancellationToken cancellationToken
    )
    {
        JsonObject policy;
        try
        {
            policy = await _caller.CallAsync(new GcpCall(GetPolicy, name), ct => _client.Value.GetPolicyAsync(name, ct), cancellationToken);
        }
        catch (FlowSecretException e) when (e.AccessCause is AccessCauses.NoGrant or AccessCauses.SecretNotFoundOrForbidden)
        {
            return await WithoutPolicyAsync(name, principal, permission, survey, cancellationToken);
        }

        AccessAnswer? allowed = null;
        foreach (string wanted in GcpRoles.PermissionsOf(permission))
        {
            GcpVerdict verdict = await JudgeAsync(name, principal, wanted, policy, survey, cancellationToken);
            AccessAnswer answer = Answer(name, principal, wanted, verdict, await survey.ParentsAsync());
            if (
                answer.Result == AccessResult.Unknown
                || (answer.Result == AccessResult.Allowed && (await survey.ParentsAsync()).Unread.Count > 0)
            )
            {
                answer = await TroubleshootAsync(name, principal, wanted, survey, cancellationToken) ?? answer;
            }

            if (answer.Result != AccessResult.Allowed)
            {
                return answer;
            }

            allowed ??= answer;
        }

        if (MadeLately(name, principal, permission) is { } made)
        {
            return Young(name, principal, made, AccessResult.Unknown);
        }

        return permission == SecretPermission.Read
            ? await ReadableAsync(name, new AccessQuestion(principal, permission), allowed!.Evidence.TrimEnd('.'), cancellationToken)
            : allowed!;
    }

    /// <summary>The caller lacks a permission: what is there, and what the policies say of it.</summary>
    private async Task<AccessAnswer> WhyNotAsync(string name, string permission, GcpSurvey survey, CancellationToken cancellationToken)
    {
        (GcpSecret? secret, FlowSecretException? refusal) = await _caller.TryAsync(
            new GcpCall("secretmanager.secrets.get", name),
            ct => _client.Value.GetSecretAsync(name, ct),
            cancellationToken
        );
        if (refusal is { AccessCause: not (AccessCauses.NoGrant or AccessCauses.SecretNotFoundOrForbidden) })
        {
            return AccessAnswer.Of(name, refusal);
        }

        string? member = await MemberAsync(cancellationToken);
        string who = member ?? _store.Place.Identity;
        (JsonObject? policy, _) = await _caller.TryAsync(
            new GcpCall(GetPolicy, name),
            ct => _client.Value.GetPolicyAsync(name, ct),
            cancellationToken
        );
        if (policy is null || member is null)
        {
            string role = GcpRoles.RoleFor(permission);
            return secret is null && policy is null
                ? AccessAnswer.Unknown(
                    name,
                    AccessCauses.SecretNotFoundOrForbidden,
                    $"There is no secret '{name}' in project {_at.Project}, or {who} may not use it: Google does not tell which "
                        + $"('{permission}')",
                    GcpRemedies.GrantIfThere(_at, name, member ?? _credential.Member, role)
                )
                : AccessAnswer.Denied(
                    name,
                    AccessCauses.NoGrant,
                    $"{who} has no '{permission}' on '{name}' in project "
                        + $"{_at.Project}{(policy is null ? "; its policy may not be read here" : "")}",
                    GcpRemedies.Grant(_at, name, member ?? _credential.Member, role)
                );
        }

        GcpVerdict verdict = await JudgeAsync(name, member, permission, policy, survey, cancellationToken);
        GcpParents parents = await survey.ParentsAsync();
        if (verdict is { Grant: { } grant, Denial: null })
        {
            DateTimeOffset? made = grant.IsDirect
                ? GrantMarks.TimeOf(secret?.Annotations, member, grant.Binding)
                    ?? await ChangedLatelyAsync(name, parents, cancellationToken)
                : null;
            return made is { } time && _options.Clock.GetUtcNow() - time < Propagation ? Young(name, member, time, AccessResult.Denied)
                : await TroubleshootAsync(name, member, permission, survey, cancellationToken) is { Result: AccessResult.Denied } told
                    ? told
                : AccessAnswer.Denied(
                    name,
                    AccessCauses.OrganizationPolicy,
                    $"{member} has {grant.Binding.Role} on {grant.Source}, and Google refuses it all the same: a deny policy, a "
                        + $"perimeter or an access boundary forbids "
                        + $"it{(parents.Unread.Count == 0 ? "" : $" (not to be read here: {string.Join("; ", parents.Unread)})")}",
                    $"Ask the organisation's administrators what applies: gcloud policy-intelligence troubleshoot-policy iam "
                        + $"//secretmanager.googleapis.com/{FullName(name, parents)} --principal-email='{EmailOf(member)}' "
                        + $"--permission={permission}"
                );
        }

        // Google has decided what cannot be decided here.
        AccessAnswer answer = Answer(
            name,
            member,
            permission,
            verdict with
            {
                Open = [],
                Unmet = verdict.Unmet ?? verdict.Conditional,
            },
            parents
        );
        return
            answer.Cause == AccessCauses.NoGrant
            && await OtherIdentityAsync(name, permission, policy, survey, member, cancellationToken) is { } other
            ? other
            : answer;
    }

    private async Task<GcpVerdict> JudgeAsync(
        string name,
        string principal,
        string permission,
        JsonObject policy,
        GcpSurvey survey,
        CancellationToken cancellationToken
    )
    {
        GcpParents parents = await survey.ParentsAsync();
        IReadOnlyList<GcpLevel> levels = [GcpLevel.Of($"the secret '{name}'", policy, GetPolicy), .. parents.Levels];
        return await GcpVerdict.ReachAsync(
            principal,
            permission,
            FullName(name, parents),
            levels,
            parents.Denials,
            survey.Roles,
            _options.Clock.GetUtcNow(),
            cancellationToken
        );
    }

    private AccessAnswer Answer(string name, string principal, string permission, GcpVerdict verdict, GcpParents parents)
    {
        string grant = GcpRemedies.Grant(_at, name, principal, GcpRoles.RoleFor(permission));
        if (verdict.Denial is ({ } source, { } policy))
        {
            return AccessAnswer.Denied(
                name,
                source.StartsWith("project ", StringComparison.Ordinal) ? AccessCauses.ExplicitDeny : AccessCauses.OrganizationPolicy,
                $"The deny policy '{GcpName.Last(policy.Name)}' of {source} forbids {principal} '{permission}'",
                GcpRemedies.Except(policy)
            );
        }

        if (verdict is { Grant: { } given, Doubt: ({ } from, { } open) })
        {
            string exception = GcpRemedies.Except(open);
            return AccessAnswer.Unknown(
                name,
                AccessCauses.ConditionUnresolved,
                $"{principal} has {given.Binding.Role} on {given.Source}, but whether the deny policy '{GcpName.Last(open.Name)}' of "
                    + $"{from} applies cannot be decided here",
                $"To be sure, l{exception[1..]}"
            );
        }

        if (verdict.Grant is { } seen)
        {
            return AccessAnswer.Allowed(
                name,
                $"{principal} has {seen.Binding.Role} on "
                    + $"{seen.Source}{(parents.Unread.Count == 0 ? "" : $" (not seen here: {string.Join("; ", parents.Unread)})")}."
            );
        }

        if (verdict.Open is [({ } cause, { } words), ..])
        {
            return AccessAnswer.Unknown(
                name,
                cause,
                $"Nothing that can be read grants {principal} '{permission}', but {words}",
                GcpRemedies.Resolve(cause, words, principal) is { } look
                    ? $"{look}; to be sure, l{grant[1..]}"
                    : $"To be sure, l{grant[1..]}"
            );
        }

        return verdict.Unmet is { } unmet
            ? AccessAnswer.Denied(
                name,
                AccessCauses.ConditionNotMet,
                $"{principal} has {unmet.Binding.Role} on {unmet.Source} under a condition that is not met"
                    + (
                        GcpPolicy.EndOf(unmet.Binding.Condition) is { } end
                            ? $": it ended at {end:yyyy-MM-dd HH:mm} UTC"
                            : $" ({unmet.Binding.Condition})"
                    ),
                grant
            )
            : AccessAnswer.Denied(
                name,
                AccessCauses.NoGrant,
                $"No role grants {principal} '{permission}' on '{name}' or above it in project {_at.Project}",
                grant
            );
    }

    /// <returns>Null: it may not be asked, or does not know either.</returns>
    private async Task<AccessAnswer?> TroubleshootAsync(
        string name,
        string principal,
        string permission,
        GcpSurvey survey,
        CancellationToken cancellationToken
    )
    {
        if (survey.NoTroubleshooter || EmailOf(principal) is not { } email)
        {
            return null;
        }

        GcpAccessTuple access = new()
        {
            Principal = email,
            Permission = permission,
            FullResourceName = $"//secretmanager.googleapis.com/{FullName(name, await survey.ParentsAsync())}",
        };
        (GcpTroubleshootReply? reply, _) = await _caller.TryAsync(
            new GcpCall("policytroubleshooter.troubleshoot"),
            ct => _cloud.TroubleshootAsync(access, ct),
            cancellationToken
        );
        survey.NoTroubleshooter = reply is null;
        if (reply?.DenyPolicyExplanation is { DenyAccessState: "DENY_ACCESS_STATE_DENIED" } denied)
        {
            GcpDenyPolicy? policy = denied
                .ExplainedResources?.SelectMany(static r => r.ExplainedPolicies ?? [])
                .FirstOrDefault(static p => p.DenyAccessState == "DENY_ACCESS_STATE_DENIED")
                ?.Policy;
            bool isAbove = policy?.Name is { } attached && !attached.Contains("%2Fprojects%2F", StringComparison.Ordinal);
            return AccessAnswer.Denied(
                name,
                isAbove ? AccessCauses.OrganizationPolicy : AccessCauses.ExplicitDeny,
                $"Policy Troubleshooter says that "
                    + $"{(policy is null ? "a deny policy" : $"the deny policy '{GcpName.Last(policy.Name)}'")} forbids {principal} "
                    + $"'{permission}'",
                GcpRemedies.Except(policy)
            );
        }

        return reply?.OverallAccessState switch
        {
            "CAN_ACCESS" => AccessAnswer.Allowed(name, $"Policy Troubleshooter says that {principal} has '{permission}'."),
            "CANNOT_ACCESS" => AccessAnswer.Denied(
                name,
                AccessCauses.NoGrant,
                $"Policy Troubleshooter says that nothing grants {principal} '{permission}' on '{name}'",
                GcpRemedies.Grant(_at, name, principal, GcpRoles.RoleFor(permission))
            ),
            _ => null,
        };
    }

    private async Task<AccessAnswer> WithoutPolicyAsync(
        string name,
        string principal,
        SecretPermission permission,
        GcpSurvey survey,
        CancellationToken cancellationToken
    )
    {
        AccessAnswer? told = null;
        foreach (string wanted in GcpRoles.PermissionsOf(permission))
        {
            told = await TroubleshootAsync(name, principal, wanted, survey, cancellationToken);
            if (told?.Result != AccessResult.Allowed)
            {
                break;
            }
        }

        if (told is not null)
        {
            return told.Result == AccessResult.Allowed && permission == SecretPermission.Read
                ? await ReadableAsync(name, new AccessQuestion(principal, permission), told.Evidence.TrimEnd('.'), cancellationToken)
                : told;
        }

        (GcpSecret? secret, FlowSecretException? refusal) = await _caller.TryAsync(
            new GcpCall("secretmanager.secrets.get", name),
            ct => _client.Value.GetSecretAsync(name, ct),
            cancellationToken
        );
        string me = await MemberAsync(cancellationToken) ?? _credential.Member;
        return refusal is { Id: ErrorIds.SecretNotFound }
            ? AccessAnswer.Of(name, refusal)
            : AccessAnswer.Unknown(
                name,
                AccessCauses.PolicyUnreadable,
                $"The policy of '{name}' in project {_at.Project} may not be read by {me} "
                    + $"({GetPolicy}){(secret is null ? ", if there is such a secret" : "")}",
                "To look, "
                    + char.ToLowerInvariant(GcpRemedies.Grant(_at, null, me, "roles/iam.securityReviewer")[0])
                    + GcpRemedies.Grant(_at, null, me, "roles/iam.securityReviewer")[1..]
            );
    }

    /// <summary>
    /// Whether another login of this machine is the one that was meant: application default credentials and gcloud's own are often two
    /// people.
    /// </summary>
    private async Task<AccessAnswer?> OtherIdentityAsync(
        string name,
        string permission,
        JsonObject policy,
        GcpSurvey survey,
        string member,
        CancellationToken cancellationToken
    )
    {
        if (_credential.OtherMember is not { } other || GcpMember.IsSame(other, member))
        {
            return null;
        }

        GcpVerdict verdict = await JudgeAsync(name, other, permission, policy, survey, cancellationToken);
        return verdict is { Grant: { } grant, Denial: null }
            ? AccessAnswer.Denied(
                name,
                AccessCauses.OtherIdentity,
                $"It was asked as {member} ({_store.Place.Identity}), who has no '{permission}'; gcloud is logged in as {other}, who "
                    + $"has {grant.Binding.Role} on {grant.Source}",
                $"Ask as that one: Connect-FlowSecretStore -Store Gcp -Project "
                    + $"{_at.Project}{(_at.Location is null ? "" : " -Region " + _at.Location)} -AccessToken (gcloud auth "
                    + $"print-access-token | ConvertTo-SecureString -AsPlainText)"
            )
            : null;
    }

    /// <summary>When the audit log says that the secret's policy was changed last; null: not lately, or the log may not be read.</summary>
    private async Task<DateTimeOffset?> ChangedLatelyAsync(string name, GcpParents parents, CancellationToken cancellationToken)
    {
        GcpEntriesRequest request = new()
        {
            ResourceNames = ["projects/" + _at.Project],
            Filter =
                $"protoPayload.methodName=\"google.cloud.secretmanager.v1.SecretManagerService.SetIamPolicy\" AND "
                + $"protoPayload.resourceName=\"{FullName(name, parents)}\" AND "
                + $"timestamp>=\"{(_options.Clock.GetUtcNow() - Propagation).UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}\"",
        };
        (GcpEntries? found, _) = await _caller.TryAsync(
            new GcpCall("logging.logEntries.list"),
            ct => _cloud.ListEntriesAsync(request, ct),
            cancellationToken
        );
        return found?.Entries is [{ Timestamp: { } time }, ..] ? time : null;
    }

    private AccessAnswer Young(string name, string principal, DateTimeOffset made, AccessResult result)
    {
        DateTimeOffset end = made + Propagation;
        return new AccessAnswer(
            name,
            result,
            AccessCauses.GrantTooYoung,
            $"{principal} was granted it at {made:HH:mm:ss} UTC, and a grant may take {Propagation.TotalMinutes:0} minutes until it "
                + $"works everywhere",
            $"Wait until {end:HH:mm:ss} UTC, then try again: Test-FlowSecretAccess -StoreName '{name}'"
        );
    }

    private string FullName(string name, GcpParents parents) =>
        $"projects/{parents.Number ?? _at.Project}{(_at.Location is null ? "" : "/locations/" + _at.Location)}/secrets/{name}";

    private static string? EmailOf(string principal) => principal.Split(':') is ["user" or "serviceAccount", { } email] ? email : null;
}
