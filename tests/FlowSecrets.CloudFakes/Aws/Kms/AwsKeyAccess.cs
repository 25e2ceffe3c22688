using FlowSecrets.CloudFakes.Aws.Policies;
using FlowSecrets.CloudFakes.Aws.SecretsManager;
using FlowSecrets.CloudFakes.Aws.Services;
using FlowSecrets.CloudFakes.Hosting;

namespace FlowSecrets.CloudFakes.Aws.Kms;

/// <summary>Who may use a key: its policy, or by it the account's identities' policies, or a grant.</summary>
internal static class AwsKeyAccess
{
    private const string Decrypt = "Decrypt";
    private const string GenerateDataKey = "GenerateDataKey";

    public static AwsVerdict Decide(AwsVisit visit, AwsKey key, string action, AwsContext context)
    {
        AwsAsk ask = new(
            visit.Caller,
            action,
            key.Arn,
            key.Account,
            key.Tags.Aggregate(
                context.With("kms:CallerAccount", visit.Caller.Account).With("aws:ResourceAccount", key.Account),
                static (all, tag) => all.With("aws:ResourceTag/" + tag.Key, tag.Value)
            )
        );
        AwsVerdict verdict = visit.Decide(ask, AwsPolicy.Parse(key.Policy), AwsResourceRule.MustDelegate);
        return !verdict.IsAllowed && !verdict.IsExplicit && key.Grants.Exists(g => g.Allows(ask)) ? AwsVerdict.Allowed : verdict;
    }

    /// <summary>What KMS says to Secrets Manager, which asks in the caller's name.</summary>
    public static AwsError? Refusal(AwsVisit visit, AwsKms kms, AwsRegion region, string? keyId, string secretArn, bool writes)
    {
        if (string.IsNullOrEmpty(keyId) || keyId.EndsWith("alias/aws/secretsmanager", StringComparison.Ordinal))
        {
            return visit.Caller.Account == region.Account
                ? null
                : AwsError.Request(
                    "You can't access a secret from a different AWS account if you encrypt the secret with the default KMS service key."
                );
        }

        if (kms.Find(region.Account, region.Name, keyId) is not { } key)
        {
            return null;
        }

        AwsContext context = visit
            .Context.With("kms:ViaService", $"secretsmanager.{region.Name}.amazonaws.com")
            .With("aws:ViaAWSService", "true")
            .With("kms:EncryptionContext:SecretARN", secretArn)
            .With("kms:EncryptionContext:SecretVersionId", Guid.NewGuid().ToString())
            .With("kms:EncryptionContextKeys", "SecretARN", "SecretVersionId");
        string[] needed = writes ? [GenerateDataKey, Decrypt] : [Decrypt];
        return needed.Any(n => !Decide(visit, key, "kms:" + n, context).IsAllowed)
                ? AwsError.Denied(visit.Call, "Access to KMS is not allowed")
            : key.Trouble(visit.Now) is not { } trouble ? null
            : new AwsError(
                writes ? "EncryptionFailure" : "DecryptionFailure",
                $"Secrets Manager can't {(writes ? "en" : "de")}crypt the secret value: {trouble.Text} (Service: AWSKMS; Status Code: "
                    + $"400; Error Code: {trouble.Code}; Request ID: {Guid.NewGuid()}; Proxy: null)"
            );
    }
}
