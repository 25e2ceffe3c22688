using System.Text.Json;

namespace FlowSecrets.Providers.Aws.Access;

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
            return principal.Account == target.Account
                ? null
                : AccessAnswer.Denied(
                    target.Name,
                    AccessCauses.KmsKeyNotUsable,
                    $"'{target.Name}' is encrypted by AWS's default key (aws/secretsmanager), which {principal} of another account can "
                        + $"never use",
                    $"Let the secret's owner encrypt it by a key of the account's own: aws secretsmanager update-secret --secret-id "
                        + $"'{target.Id}' --region {target.Region} --kms-key-id KEY_ARN"
                );
        }

        (AwsKey? found, FlowSecretException? refusal) = await caller.TryAsync(
            new AwsCall("kms:DescribeKey"),
            ct => _cloud.DescribeKeyAsync(key, target.Region, ct),
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
        Dictionary<string, string> context = Context(target, principal);
        context["kms:ViaService"] = $"secretsmanager.{target.Region}.amazonaws.com";
        context["kms:CallerAccount"] = principal.Account;
        context["kms:EncryptionContext:SecretARN"] = target.Arn;
        (string? json, FlowSecretException? refusal) = await caller.TryAsync(
            new AwsCall("kms:GetKeyPolicy"),
            ct => _cloud.GetKeyPolicyAsync(key, target.Region, ct),
            cancellationToken
        );
        IReadOnlyList<AwsStatement>? statements = null;
        try
        {
            statements = json is null ? null : AwsPolicy.Read(json);
        }
        catch (JsonException)
        {
            // As if it could not be read.
        }

        AwsResourceSays says = Evaluate(statements, principal, action, key, context);
        if (says.Denial is not null)
        {
            // No grant helps against a deny.
            return KeyAnswer(
                target,
                principal,
                writes,
                key,
                $"the key's policy forbids it '{action}' (statement '{says.Denial.Sid ?? "without a Sid"}')"
            ) with
            {
                Remedy = AwsRemedies.ShowKeyPolicy(key, target.Region),
            };
        }

        // A key's policy that names the account leaves it to the account's own policies.
        AwsOwnSays? own =
            statements is null || says.IsByAccount ? await OwnAsync(principal, action, key, context, survey, cancellationToken) : null;
        bool? permits = says switch
        {
            { OpenDenial: not null } => null,
            { Grant: not null, IsByAccount: false } => true,
            { Grant: not null } => own!.Allows,
            { Open: not null } => null,
            _ => statements is null ? null : false,
        };
        if (permits == true)
        {
            return null;
        }

        if (own?.Cause is AccessCauses.ExplicitDeny or AccessCauses.OrganizationPolicy)
        {
            return KeyAnswer(target, principal, writes, key, own.Words) with
            {
                Remedy = Refused(target, principal, action, own.Cause, own.Words).Remedy,
            };
        }

        (IReadOnlyList<AwsKeyGrant>? grants, _) = await caller.TryAsync(
            new AwsCall("kms:ListGrants"),
            ct => _cloud.ListKeyGrantsAsync(key, target.Region, ct),
            cancellationToken
        );
        if (
            says.OpenDenial is null
            && grants?.Any(g =>
                IsFor(g, target, principal) && g.Operations?.Contains(action["kms:".Length..], StringComparer.Ordinal) == true
            ) == true
        )
        {
            return null;
        }

        string missing = statements is null
            ? $"its policy may not be read here (kms:GetKeyPolicy{(refusal?.AccessCause is null ? $", {refusal?.Id}" : "")})"
            : says.OpenDenial ?? says.Open ?? own?.Words ?? "";
        return permits == false && grants is not null
            ? KeyAnswer(target, principal, writes, key, $"neither the key's policy nor a grant allows it '{action}'")
            : AccessAnswer.Unknown(
                target.Name,
                says.Open is not null || says.OpenDenial is not null || own?.Cause == AccessCauses.ConditionUnresolved
                    ? AccessCauses.ConditionUnresolved
                    : AccessCauses.PolicyUnreadable,
                $"Whether {principal} may use the KMS key {key} that encrypts '{target.Name}' cannot be known: "
                    + $"{(permits == false ? "its grants may not be read here (kms:ListGrants)" : missing)}",
                says.OpenDenial is not null ? AwsRemedies.ShowKeyPolicy(key, target.Region)
                    : statements is not null && permits is null ? AwsRemedies.GrantKey(key, target.Region, principal, writes, target.Arn)
                    : AwsRemedies.AllowSomebody(permits == false ? "kms:ListGrants" : "kms:GetKeyPolicy", key) + LiveHint(target, principal)
            );
    }

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
                $"Let the key's owner allow kms:Decrypt. Which key: aws secretsmanager describe-secret --secret-id '{target.Id}' "
                    + $"--region {target.Region} --query KmsKeyId --output text"
            );
}
