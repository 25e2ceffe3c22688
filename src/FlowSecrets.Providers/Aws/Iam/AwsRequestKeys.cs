using System.Globalization;
using FlowSecrets.Providers.Aws.Connection;
using FlowSecrets.Providers.Aws.Iam.Conditions;
using FlowSecrets.Providers.Aws.SecretsManager;

namespace FlowSecrets.Providers.Aws.Iam;

/// <summary>
/// The condition keys that are known of a request before it is made: those of Secrets Manager, and those of the call to KMS that Secrets
/// Manager makes in the caller's name. All others are not known.
/// </summary>
internal static class AwsRequestKeys
{
    public const string EpochTime = "aws:EpochTime";
    private const string Read = "secretsmanager:GetSecretValue";
    private const string Staging = "secretsmanager:UpdateSecretVersionStage";
    private const string VersionStage = "secretsmanager:VersionStage";

    /// <param name="target">The secret.</param>
    /// <param name="principal">Who asks.</param>
    /// <param name="action">What for.</param>
    /// <param name="isCaller">Whether it is this session's identity, of which is known how it names the secret.</param>
    /// <param name="now">The time of the call.</param>
    public static AwsKeys OfSecret(AwsTarget target, AwsPrincipal principal, string action, bool isCaller, DateTimeOffset now)
    {
        AwsKeys keys = Common(principal, target.Region, now)
            .With("aws:ViaAWSService", "false")
            .Complete("kms:")
            .Without("aws:CalledVia", "aws:CalledViaFirst", "aws:CalledViaLast");
        if (target.IsAccountKnown)
        {
            keys.With("aws:ResourceAccount", target.Account);
        }

        // Others may ask by name or by ARN.
        keys = isCaller ? keys.With("secretsmanager:SecretId", target.Id) : keys.Present("secretsmanager:SecretId");
        keys =
            action == Read ? keys.With(VersionStage, AwsStagingLabels.Current)
            : action == Staging ? keys
            : keys.Without(VersionStage);
        IEnumerable<KeyValuePair<string, string>>? tags = target.Secret is { } secret ? Tags(secret.Tags) : null;
        return keys.WithTags("aws:ResourceTag/", tags).WithTags("secretsmanager:ResourceTag/", tags);
    }

    /// <param name="target">The secret that the key encrypts.</param>
    /// <param name="principal">Who asks.</param>
    /// <param name="key">ARN of the key.</param>
    /// <param name="tags">The key's; null: they may not be read.</param>
    /// <param name="now">The time of the call.</param>
    public static AwsKeys OfKey(AwsTarget target, AwsPrincipal principal, string key, IReadOnlyList<AwsTag>? tags, DateTimeOffset now)
    {
        AwsKeys keys = Common(principal, target.Region, now)
            .With("kms:ViaService", $"secretsmanager.{target.Region}.amazonaws.com")
            .With("kms:CallerAccount", principal.Account)
            .With("kms:EncryptionContext:SecretARN", target.Arn)
            .Present("kms:EncryptionContext:SecretVersionId")
            .Complete("kms:EncryptionContext:")
            .Complete("secretsmanager:")
            .With("kms:EncryptionContextKeys", "SecretARN", "SecretVersionId")
            .WithTags("aws:ResourceTag/", tags is null ? null : Tags(tags));
        return key.Split(':') is [_, _, _, _, { Length: > 0 } account, ..] ? keys.With("aws:ResourceAccount", account) : keys;
    }

    private static AwsKeys Common(AwsPrincipal principal, string region, DateTimeOffset now)
    {
        AwsKeys keys = new AwsKeys()
            .With("aws:PrincipalAccount", principal.Account)
            .With("aws:CurrentTime", now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture))
            .With(EpochTime, now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture))
            .With("aws:RequestedRegion", region)
            .With("aws:SecureTransport", "true")
            .With("aws:PrincipalIsAWSService", "false")
            .Without("aws:PrincipalServiceName", "aws:PrincipalServiceNamesList")
            .Present("aws:userid");
        keys = principal.IsPathKnown ? keys.With("aws:PrincipalArn", principal.Arn) : keys.Present("aws:PrincipalArn");
        return principal.IsRole ? keys.With("aws:PrincipalType", "AssumedRole").Without("aws:username")
            : principal.IsRoot ? keys.With("aws:PrincipalType", "Account").Without("aws:username")
            : principal.IsUser ? keys.With("aws:PrincipalType", "User").With("aws:username", principal.Name)
            : keys;
    }

    private static IEnumerable<KeyValuePair<string, string>> Tags(IEnumerable<AwsTag>? tags) =>
        from tag in tags ?? []
        where tag.Key is not null
        select KeyValuePair.Create(tag.Key, tag.Value ?? "");
}
