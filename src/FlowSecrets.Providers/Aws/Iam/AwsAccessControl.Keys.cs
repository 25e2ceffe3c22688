using System.Text.Json;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Providers.Aws.Connection;
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
            return null;
        }

        // Writing reads as well: the service decrypts the data key that it got.
        foreach (string action in writes ? new[] { "kms:GenerateDataKey", "kms:Decrypt" } : ["kms:Decrypt"])
        {
            if (await PermitsAsync(target, principal, writes, action, arn, survey, cancellationToken) is { } refused)
            {
                return refused;
            }
        }

        return null;
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
        AwsSurvey survey,
        CancellationToken cancellationToken
    )
    {
        Dictionary<string, string> context = KeyContext(target, principal);
        (IReadOnlyList<AwsStatement>? statements, FlowSecretException? refusal) = await KeyPolicyAsync(
            key,
            target.Region,
            cancellationToken
        );
        AwsResourceSays policy = AwsResourceSays.Of(statements, principal, action, key, context);
        if (policy.Denial is { } denial)
        {
            // No grant helps against a deny.
            string why = $"the key's policy forbids it '{action}' (statement '{denial.Sid ?? "without a Sid"}')";
            return KeyAnswer(target, principal, writes, key, why) with { Remedy = AwsRemedies.ShowKeyPolicy(key, target.Region) };
        }

        // A key's policy that names the account leaves it to the account's own policies.
        AwsOwnSays? own =
            statements is null || policy.IsByAccount
                ? await _own.AskAsync(principal, action, key, context, survey, cancellationToken)
                : null;
        AwsKeySays says = new(statements is not null, refusal, policy, own);
        if (says.Permits == true)
        {
            return null;
        }

        if (own?.Cause is AccessCauses.ExplicitDeny or AccessCauses.OrganizationPolicy)
        {
            return KeyAnswer(target, principal, writes, key, own.Words) with
            {
                Remedy = _refusals.Refused(target, principal, action, own.Cause, own.Words).Remedy,
            };
        }

        IReadOnlyList<AwsKeyGrant>? grants = await KeyGrantsAsync(key, target.Region, cancellationToken);
        if (policy.OpenDenial is null && grants?.Any(g => IsFor(g, target, principal) && Allows(g, action)) == true)
        {
            return null;
        }

        return says.Permits == false && grants is not null
            ? KeyAnswer(target, principal, writes, key, $"neither the key's policy nor a grant allows it '{action}'")
            : KeyUndecided(target, principal, writes, key, says);
    }

    private Dictionary<string, string> KeyContext(AwsTarget target, AwsPrincipal principal)
    {
        Dictionary<string, string> context = Context(target, principal);
        context["kms:ViaService"] = $"secretsmanager.{target.Region}.amazonaws.com";
        context["kms:CallerAccount"] = principal.Account;
        context["kms:EncryptionContext:SecretARN"] = target.Arn;
        return context;
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

    private AccessAnswer KeyUndecided(AwsTarget target, AwsPrincipal principal, bool writes, string key, AwsKeySays says)
    {
        bool hidesGrants = says.Permits == false;
        bool isConditional =
            says.Policy.Open is not null || says.Policy.OpenDenial is not null || says.Own?.Cause == AccessCauses.ConditionUnresolved;
        Remedy remedy =
            says.Policy.OpenDenial is not null ? AwsRemedies.ShowKeyPolicy(key, target.Region)
            : says.IsRead && says.Permits is null ? AwsRemedies.GrantKey(key, target.Region, principal, writes, target.Arn)
            : $"{AwsRemedies.AllowSomebody(hidesGrants ? "kms:ListGrants" : "kms:GetKeyPolicy", key)}"
                + $"{_refusals.LiveHint(target, principal)}";
        return AccessAnswer.Unknown(
            target.Name,
            isConditional ? AccessCauses.ConditionUnresolved : AccessCauses.PolicyUnreadable,
            $"Whether {principal} may use the KMS key {key} that encrypts '{target.Name}' cannot be known: "
                + $"{(hidesGrants ? "its grants may not be read here (kms:ListGrants)" : says.Missing)}",
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

/// <summary>What the policies say of the use of a key.</summary>
/// <param name="IsRead">Whether the key's policy could be read.</param>
/// <param name="Refusal">Why it could not be read.</param>
/// <param name="Own">Null: the key's policy decides alone.</param>
internal sealed record AwsKeySays(bool IsRead, FlowSecretException? Refusal, AwsResourceSays Policy, AwsOwnSays? Own)
{
    /// <summary>Null: it cannot be known here.</summary>
    public bool? Permits =>
        Policy switch
        {
            { OpenDenial: not null } => null,
            { Grant: not null, IsByAccount: false } => true,
            { Grant: not null } => Own!.Allows,
            { Open: not null } => null,
            _ => IsRead ? false : null,
        };

    /// <summary>What is not known, in words.</summary>
    public string Missing =>
        IsRead
            ? Policy.OpenDenial ?? Policy.Open ?? Own?.Words ?? ""
            : $"its policy may not be read here (kms:GetKeyPolicy{(Refusal?.AccessCause is null ? $", {Refusal?.Id}" : "")})";
}
