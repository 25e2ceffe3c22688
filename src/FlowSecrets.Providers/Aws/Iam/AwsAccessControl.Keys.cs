using System.Diagnostics;
using System.Text.Json;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Providers.Aws.Connection;
using FlowSecrets.Providers.Aws.Iam.Conditions;
using FlowSecrets.Providers.Aws.Iam.Policies;
using FlowSecrets.Providers.Aws.SecretsManager;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Providers.Aws.Iam;

/// <content>Whether the key that encrypts a secret may be used.</content>
internal sealed partial class AwsAccessControl
{
    private const string DefaultKey = "alias/aws/secretsmanager";

    /// <returns>Null: nothing speaks against it.</returns>
    private async Task<AccessAnswer?> KeyAsync(
        AwsTarget target,
        AwsPrincipal principal,
        bool writes,
        AwsSurvey survey,
        CancellationToken cancellationToken
    )
    {
        if (target.Secret is not { } secret)
        {
            return null;
        }

        if (secret.KmsKeyId is not { Length: > 0 } key || key.EndsWith(DefaultKey, StringComparison.Ordinal))
        {
            return principal.Account == target.Account ? null : DefaultKeyAbroad(target, principal);
        }

        (AwsKey? found, _) = await caller.TryAsync(
            new AwsCall("kms:DescribeKey"),
            ct => cloud.DescribeKeyAsync(key, target.Region, ct),
            cancellationToken
        );
        string arn = found?.Arn ?? key;
        if (found is { KeyState: { } state and not "Enabled" })
        {
            return AccessAnswer.Denied(
                target.Name,
                AccessCauses.KmsKeyNotUsable,
                $"The KMS key {arn} that encrypts '{target.Name}' is in the state {state}",
                AwsRemedies.EnableKey(arn, target.Region, state)
            );
        }

        if (found?.KeyManager == "AWS")
        {
            return principal.Account == target.Account ? null : DefaultKeyAbroad(target, principal);
        }

        // What the question is about it does not change, so it is asked once.
        IReadOnlyList<AwsTag>? tags = await KeyTagsAsync(arn, target.Region, cancellationToken);

        // Writing reads as well: the service decrypts the data key that it got.
        AccessAnswer? open = null;
        foreach (string action in writes ? new[] { "kms:GenerateDataKey", "kms:Decrypt" } : ["kms:Decrypt"])
        {
            if (await PermitsAsync(target, principal, writes, action, arn, tags, survey, cancellationToken) is { } refused)
            {
                if (refused.Result == AccessResult.Denied)
                {
                    return refused;
                }

                open ??= refused;
            }
        }

        return open;
    }

    private static AccessAnswer DefaultKeyAbroad(AwsTarget target, AwsPrincipal principal) =>
        AccessAnswer.Denied(
            target.Name,
            AccessCauses.KmsKeyNotUsable,
            $"'{target.Name}' is encrypted by AWS's default key (aws/secretsmanager), which {principal} of another account can "
                + $"never use",
            $"Let the secret's owner encrypt it by a key of the account's own: "
                + $"{Shell($"aws secretsmanager update-secret --secret-id {target.Id} --region {target.Region:bare} --kms-key-id "
                + $"KEY_ARN")}"
        );

    /// <returns>Null: the key's policy, the principal's own or a grant permits the action.</returns>
    private async Task<AccessAnswer?> PermitsAsync(
        AwsTarget target,
        AwsPrincipal principal,
        bool writes,
        string action,
        string key,
        IReadOnlyList<AwsTag>? tags,
        AwsSurvey survey,
        CancellationToken cancellationToken
    )
    {
        AwsKeys keys = AwsRequestKeys.OfKey(target, principal, key, tags, options.Clock.GetUtcNow());
        AwsAsk ask = new(principal, action, key, keys);
        AwsOwnSays own = await _own.AskAsync(ask, survey, cancellationToken);
        (IReadOnlyList<AwsStatement>? statements, FlowSecretException? refusal) = await KeyPolicyAsync(
            key,
            target.Region,
            cancellationToken
        );
        string? unread = statements is null
            ? $"its policy may not be read here (kms:GetKeyPolicy{(refusal is { AccessCause: null } ? $", {refusal.Id}" : "")})"
            : null;
        string account = key.Split(':') is [_, _, _, _, { Length: > 0 } owner, ..] ? owner : target.Account;
        AwsResourceSays says = AwsResourceSays.Of(statements, ask, own.HasBoundary);
        AwsFindings found = new(ask, account, AwsResourceRule.MustDelegate, says, unread, own);
        if (AwsDecision.Of(found) is not (AwsVerdict.Allowed or AwsVerdict.DeniedByResource or AwsVerdict.DeniedByPrincipal))
        {
            IReadOnlyList<AwsKeyGrant>? grants = await KeyGrantsAsync(key, target.Region, cancellationToken);
            found = found with { ByKeyGrant = grants is null ? null : grants.Any(g => IsFor(g, target, principal) && Allows(g, action)) };
        }

        return Answer(target, writes, found);
    }

    private AccessAnswer? Answer(AwsTarget target, bool writes, AwsFindings found)
    {
        (AwsPrincipal principal, string action, string key) = (found.Principal, found.Ask.Action, found.Ask.Resource);
        return AwsDecision.Of(found) switch
        {
            // No grant helps against a deny.
            AwsVerdict.DeniedByResource => KeyAnswer(
                target,
                principal,
                writes,
                key,
                $"the key's policy forbids it '{action}' (statement {found.Says.Denial!.Title})"
            ) with
            {
                Remedy = AwsRemedies.ShowKeyPolicy(key, target.Region),
            },
            AwsVerdict.DeniedByPrincipal => KeyAnswer(target, principal, writes, key, found.Own.Words) with
            {
                Remedy = _refusals.Refused(target, principal, action, AccessCauses.ExplicitDeny, found.Own.Words).Remedy,
            },
            AwsVerdict.OutsideBoundary => KeyAnswer(
                target,
                principal,
                writes,
                key,
                $"its permissions boundary does not hold '{action}'"
            ) with
            {
                Remedy = AwsRefusals.WidenBoundary(principal, action, key),
            },
            AwsVerdict.NoSuchPrincipal or AwsVerdict.NotGranted => NoKey(target, writes, found),
            AwsVerdict.Open or AwsVerdict.OrganizationOpen => KeyUndecided(target, writes, found),
            AwsVerdict.Allowed => null,
            AwsVerdict other => throw new UnreachableException(other.ToString()),
        };
    }

    private static AccessAnswer NoKey(AwsTarget target, bool writes, AwsFindings found)
    {
        (AwsPrincipal principal, string action, string key) = (found.Principal, found.Ask.Action, found.Ask.Resource);
        return found.IsSameAccount
            ? KeyAnswer(target, principal, writes, key, $"neither the key's policy nor a grant allows it '{action}'")
            : KeyAnswer(
                target,
                principal,
                writes,
                key,
                found.ByResource == false
                    ? $"the key's policy does not let account {principal.Account} '{action}'"
                    : $"the policies of its own account do not allow it '{action}'"
            ) with
            {
                Remedy = AwsRemedies.LetKeyBeUsedAbroad(key, target.Region, principal, writes, lacksOwn: found.ByResource != false),
            };
    }

    /// <returns>Null: they may not be read.</returns>
    private async Task<IReadOnlyList<AwsTag>?> KeyTagsAsync(string key, string region, CancellationToken cancellationToken)
    {
        (IReadOnlyList<AwsTag>? tags, _) = await caller.TryAsync(
            new AwsCall("kms:ListResourceTags"),
            ct => cloud.ListKeyTagsAsync(key, region, ct),
            cancellationToken
        );
        return tags;
    }

    /// <returns>No statements where the policy may not be read or is not understood; why it may not be read.</returns>
    private async Task<(IReadOnlyList<AwsStatement>? Statements, FlowSecretException? Refusal)> KeyPolicyAsync(
        string key,
        string region,
        CancellationToken cancellationToken
    )
    {
        (string? json, FlowSecretException? refusal) = await caller.TryAsync(
            new AwsCall("kms:GetKeyPolicy"),
            ct => cloud.GetKeyPolicyAsync(key, region, ct),
            cancellationToken
        );
        try
        {
            return (json is null ? null : AwsPolicy.Read(json), refusal);
        }
        catch (JsonException)
        {
            // As if it could not be read.
            return (null, refusal);
        }
    }

    /// <returns>Null: they may not be read.</returns>
    private async Task<IReadOnlyList<AwsKeyGrant>?> KeyGrantsAsync(string key, string region, CancellationToken cancellationToken)
    {
        (IReadOnlyList<AwsKeyGrant>? grants, _) = await caller.TryAsync(
            new AwsCall("kms:ListGrants"),
            ct => cloud.ListKeyGrantsAsync(key, region, ct),
            cancellationToken
        );
        return grants;
    }

    private AccessAnswer KeyUndecided(AwsTarget target, bool writes, AwsFindings found)
    {
        (AwsPrincipal principal, string key) = (found.Principal, found.Ask.Resource);
        bool hidesGrants = found.Unread is null && found.ByKeyGrant is null && (found with { ByKeyGrant = false }).Granting == false;
        bool isOwnOpen = found.Own.Allows is null || found.Own.Denies is null;
        string why =
            hidesGrants ? "its grants may not be read here (kms:ListGrants)"
            : (found.Hidden ?? (found.Granting is null ? found.Says.Open : null)) is { } ofKey ? ofKey
            : isOwnOpen ? found.Own.Words
            : found.Own.Organization != true ? AwsRefusals.OrganizationUnread(found)
            : "AWS does not say whether a permissions boundary or another account limits it";
        Remedy remedy =
            hidesGrants || found.Unread is not null
                ? $"{AwsRemedies.AllowSomebody(hidesGrants ? "kms:ListGrants" : "kms:GetKeyPolicy", key)}"
                    + $"{_refusals.LiveHint(target, principal)}"
            : found.Says.OpenDenial is not null ? AwsRemedies.ShowKeyPolicy(key, target.Region)
            : isOwnOpen && found.Own.Missing is { } missing
                ? $"{AwsRemedies.AllowSomebody(missing, "*")}{_refusals.LiveHint(target, principal)}"
            : !found.IsSameAccount
                ? AwsRemedies.LetKeyBeUsedAbroad(key, target.Region, principal, writes, lacksOwn: found.ByResource == true)
            : AwsRemedies.GrantKey(key, target.Region, principal, writes, target.Arn);
        return AccessAnswer.Unknown(
            target.Name,
            hidesGrants || found.Unread is not null ? AccessCauses.PolicyUnreadable
                : found.Says.Open is not null || found.Says.OpenDenial is not null ? AccessCauses.ConditionUnresolved
                : isOwnOpen ? found.Own.Cause ?? AccessCauses.PolicyUnreadable
                : found.Own.Organization != true ? AccessCauses.OrganizationPolicy
                : AccessCauses.PolicyUnreadable,
            $"Whether {principal} may use the KMS key {key} that encrypts '{target.Name}' cannot be known: {why}",
            remedy
        );
    }

    private static bool Allows(AwsKeyGrant grant, string action) =>
        grant.Operations?.Contains(action["kms:".Length..], StringComparer.Ordinal) == true;

    /// <summary>
    /// Secrets Manager's context holds the version beside the secret, so that one that must equal the secret's alone never fits.
    /// </summary>
    private static bool IsFor(AwsKeyGrant grant, AwsTarget target, AwsPrincipal principal) =>
        (grant.GranteePrincipal == principal.Arn || grant.GranteePrincipal == principal.Session)
        && grant.Constraints?.EncryptionContextEquals is null
        && (grant.Constraints?.EncryptionContextSubset ?? []).All(c => c.Key == "SecretARN" && c.Value == target.Arn);

    private static AccessAnswer KeyAnswer(AwsTarget target, AwsPrincipal principal, bool writes, string? key = null, string? why = null) =>
        (key ?? target.Secret?.KmsKeyId) is { } known
            ? AccessAnswer.Denied(
                target.Name,
                AccessCauses.KmsKeyNotUsable,
                $"{principal} may not use the KMS key {known} that encrypts '{target.Name}'{(why is null ? "" : $": {why}")}",
                AwsRemedies.GrantKey(known, target.Region, principal, writes, target.Arn)
            )
            : AccessAnswer.Denied(
                target.Name,
                AccessCauses.KmsKeyNotUsable,
                $"{principal} may not use the KMS key that encrypts '{target.Name}'",
                $"Let the key's owner allow kms:Decrypt. Which key: "
                    + $"{Shell($"aws secretsmanager describe-secret --secret-id {target.Id} --region {target.Region:bare} --query "
                    + $"KmsKeyId --output text")}"
            );
}
