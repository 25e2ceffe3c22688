using System.Text.Json.Nodes;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Providers.Gcp.Connection;
using FlowSecrets.Providers.Gcp.SecretManager;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Providers.Gcp.Iam;

/// <content>Why a principal may not.</content>
internal sealed partial class GcpAccessControl
{
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
            policy = await _caller.CallAsync(
                new GcpCall(GcpRoles.GetPolicy, name),
                ct => _client.Value.GetPolicyAsync(name, ct),
                cancellationToken
            );
        }
        catch (FlowSecretException e) when (e.AccessCause is AccessCauses.NoGrant or AccessCauses.SecretNotFoundOrForbidden)
        {
            return await WithoutPolicyAsync(name, principal, permission, survey, cancellationToken);
        }

        GcpParents parents = await survey.ParentsAsync();
        AccessAnswer? allowed = null;
        foreach (string wanted in GcpRoles.PermissionsOf(permission))
        {
            GcpVerdict verdict = await JudgeAsync(name, principal, wanted, policy, survey, cancellationToken);
            AccessAnswer answer = Answers(name, principal, wanted).Of(verdict, parents);
            if (answer.Result == AccessResult.Unknown || (answer.Result == AccessResult.Allowed && parents.Unread.Count > 0))
            {
                answer = await survey.Troubleshooter.AskAsync(name, principal, wanted, cancellationToken) ?? answer;
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
    /// <param name="isTest">Whether Google's test of permissions said so, of the secret, and not the call itself.</param>
    private async Task<AccessAnswer> WhyNotAsync(
        string name,
        string permission,
        bool isTest,
        GcpSurvey survey,
        CancellationToken cancellationToken
    )
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
        (JsonObject? policy, _) = await _caller.TryAsync(
            new GcpCall(GcpRoles.GetPolicy, name),
            ct => _client.Value.GetPolicyAsync(name, ct),
            cancellationToken
        );
        if (policy is null || member is null)
        {
            return WithoutLooking(name, member, permission, isSeen: secret is not null, isPolicySeen: policy is not null);
        }

        GcpVerdict verdict = await JudgeAsync(name, member, permission, policy, survey, cancellationToken);
        if (verdict is { Grant: { } grant, Denial: null })
        {
            return isTest && grant.IsOfVersion
                ? Answers(name, member, permission).OnlyOnVersion(grant)
                : await InSpiteOfAsync(grant, secret, name, member, permission, survey, cancellationToken);
        }

        if (isTest && verdict is { Denial: null, Conditional: { IsOfVersion: true } conditional })
        {
            return Answers(name, member, permission).OnlyOnVersion(conditional);
        }

        // Google has decided what cannot be decided here.
        GcpVerdict decided = verdict with
        {
            Open = [],
            Unmet = verdict.Unmet ?? verdict.Conditional,
        };
        AccessAnswer answer = Answers(name, member, permission).Of(decided, await survey.ParentsAsync());
        return
            answer.Cause == AccessCauses.NoGrant
            && await OtherIdentityAsync(name, permission, policy, survey, member, cancellationToken) is { } other
            ? other
            : answer;
    }

    /// <summary>What can be said where the policy may not be read, or where it is not known who asks.</summary>
    /// <param name="isSeen">Whether the secret itself could be read.</param>
    private AccessAnswer WithoutLooking(string name, string? member, string permission, bool isSeen, bool isPolicySeen)
    {
        string who = member ?? _store.Place.Identity;
        string grantee = member ?? _credential.Member;
        string role = GcpRoles.RoleFor(permission);
        if (!isSeen && !isPolicySeen)
        {
            return AccessAnswer.Unknown(
                name,
                AccessCauses.SecretNotFoundOrForbidden,
                $"There is no secret '{name}' in project {_at.Project}, or {who} may not use it: Google does not tell which "
                    + $"('{permission}')",
                GcpRemedies.GrantIfThere(_at, name, grantee, role)
            );
        }

        return AccessAnswer.Denied(
            name,
            AccessCauses.NoGrant,
            $"{who} has no '{permission}' on '{name}' in project {_at.Project}" + (isPolicySeen ? "" : "; its policy may not be read here"),
            GcpRemedies.Grant(_at, name, grantee, role)
        );
    }

    /// <summary>Why Google refuses what is granted: the grant is young, or something else forbids it.</summary>
    private async Task<AccessAnswer> InSpiteOfAsync(
        GcpGrantSeen grant,
        GcpSecret? secret,
        string name,
        string member,
        string permission,
        GcpSurvey survey,
        CancellationToken cancellationToken
    )
    {
        GcpParents parents = await survey.ParentsAsync();
        DateTimeOffset? made = grant.IsDirect
            ? GrantMarks.TimeOf(secret?.Annotations, member, grant.Binding) ?? await ChangedLatelyAsync(name, parents, cancellationToken)
            : null;
        if (made is { } time && _options.Clock.GetUtcNow() - time < Propagation)
        {
            return Young(name, member, time, AccessResult.Denied);
        }

        AccessAnswer? told = await survey.Troubleshooter.AskAsync(name, member, permission, cancellationToken);
        return told is { Result: AccessResult.Denied } ? told : Answers(name, member, permission).RefusedInSpiteOf(grant, parents);
    }

    private GcpVerdictAnswers Answers(string name, string principal, string permission) =>
        new(_at, name, principal, permission, _options.Clock.GetUtcNow());

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
        IReadOnlyList<GcpLevel> levels = [GcpLevel.Of($"the secret '{name}'", policy, GcpRoles.GetPolicy), .. parents.Levels];
        GcpJudge judge = new(principal, permission, parents.FullName(_at, name), levels, survey.Roles, _options.Clock.GetUtcNow());
        return await judge.JudgeAsync(parents.Denials, cancellationToken);
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
            told = await survey.Troubleshooter.AskAsync(name, principal, wanted, cancellationToken);
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
                    + $"({GcpRoles.GetPolicy}){(secret is null ? ", if there is such a secret" : "")}",
                $"To look, {GcpRemedies.Grant(_at, null, me, "roles/iam.securityReviewer"):clause}"
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

        ShellCommand region = _at.Location is null ? None : Shell($"-Region {_at.Location:bare}");
        GcpVerdict verdict = await JudgeAsync(name, other, permission, policy, survey, cancellationToken);
        return verdict is { Grant: { } grant, Denial: null }
            ? AccessAnswer.Denied(
                name,
                AccessCauses.OtherIdentity,
                $"It was asked as {member} ({_store.Place.Identity}), who has no '{permission}'; "
                    + $"gcloud is logged in as {other}, who has {grant.Binding.Role} on {grant.Source}",
                $"Ask as that one: "
                    + $"{Shell($"Connect-FlowSecretStore -Store Gcp -Project {_at.Project:bare} {region} -AccessToken")} "
                    + $"(gcloud auth print-access-token | ConvertTo-SecureString -AsPlainText)"
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
                + $"protoPayload.resourceName=\"{parents.FullName(_at, name)}\" AND "
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
            $"Wait until {end:HH:mm:ss} UTC, then try again: {Shell($"Test-FlowSecretAccess {Stored(name)}")}"
        );
    }
}
