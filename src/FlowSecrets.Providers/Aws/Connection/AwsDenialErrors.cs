using System.Text.RegularExpressions;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Providers.Aws.Connection;

/// <summary>Access denials: by a policy of AWS, or because the secret's KMS key may not be used.</summary>
internal sealed partial class AwsDenialErrors(AwsCallContext context)
{
    /// <returns>Null: the reply is no denial.</returns>
    public FlowSecretException? Explain(AwsErrorReply reply) =>
        reply.Code switch
        {
            "DecryptionFailure" or "EncryptionFailure" => KeyUnusable(reply.Call),
            "InvalidRequest" when IsDefaultKeyAbroad().IsMatch(reply.Message) => KeyUnusable(reply.Call),
            "AccessDenied" or "AccessDeniedByPolicy" or "UnauthorizedOperation" or "NotAuthorized" or "UnauthorizedAccess" => IsAboutKey()
                .IsMatch(reply.Message)
                ? KeyUnusable(reply.Call)
                : Denied(DeniedCall(reply), reply.Message),
            _ => null,
        };

    /// <summary>A call of a workload may be denied for another action, which the message names.</summary>
    private static AwsCall DeniedCall(AwsErrorReply reply) =>
        reply.Call.About is not null && AwsDenial.OtherOf(reply.Message, reply.Call.FullAction) is { } other
            ? reply.Call with
            {
                Action = other.Action,
                Resource = other.Resource,
            }
            : reply.Call;

    /// <summary>
    /// AWS denies what is forbidden. It denies in the same words what is absent to a caller who may not ask. The message says whose policy
    /// denied.
    /// </summary>
    private FlowSecretException Denied(AwsCall call, string message)
    {
        bool isUndecided = call.Secret is not null && call.Action != "CreateSecret";
        return new(
            isUndecided ? ErrorIds.SecretNotFoundOrForbidden : ErrorIds.AccessDenied,
            call.Target,
            isUndecided
                ? $"Permission denied: There is no secret '{call.Secret}' in the {context.PlaceOf(call)}, or {context.Who} may not use it: "
                    + $"AWS does not tell which ('{call.FullAction}')"
                : $"Permission denied: {context.Who} may not '{call.FullAction}' in the "
                    + $"{context.PlaceOf(call)}{(AwsDenial.KindOf(message) is { Length: > 0 } kind ? $" ({kind})" : "")}",
            AwsRemedies.AllowSomebody(call.FullAction, context.ResourceOf(call))
        )
        {
            AccessCause = AwsDenial.CauseOf(message) ?? (isUndecided ? AccessCauses.SecretNotFoundOrForbidden : AccessCauses.NoGrant),
        };
    }

    private FlowSecretException KeyUnusable(AwsCall call) =>
        new(
            ErrorIds.AccessDenied,
            call.Target,
            $"Permission denied: {context.Who} may not use the KMS key that encrypts '{call.Target}' in the {context.PlaceOf(call)}, or "
                + $"the key is disabled",
            $"Let the key's owner allow kms:Decrypt (and kms:GenerateDataKey for writing) in its key policy. "
                + $"Which key: "
                + $"{Shell($"aws secretsmanager describe-secret --secret-id {call.Target} --region {context.RegionOf(call):bare} "
                + $"--query KmsKeyId")}"
        )
        {
            AccessCause = AccessCauses.KmsKeyNotUsable,
        };

    [GeneratedRegex(@"different AWS account.*\bdefault\b.*\bkey", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex IsDefaultKeyAbroad();

    /// <summary>Looks for what the message says of the service, because a user or a secret may be named after the service.</summary>
    [GeneratedRegex(@"Access to KMS|\bkms:[A-Z]|the (ciphertext|KMS key) ", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex IsAboutKey();
}
