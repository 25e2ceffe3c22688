using System.Text.RegularExpressions;
using FlowSecrets.Errors;
using FlowSecrets.Ports;
using FlowSecrets.Text;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Providers.Aws.Connection;

/// <summary>
/// Refusals because of the state of what a call names, in Secrets Manager or in another service: it is absent, taken, deleted, changed or
/// full. What no other family explains is refused here as well.
/// </summary>
internal sealed partial class AwsStateErrors(AwsCallContext context)
{
    /// <returns>Null: the code is none of those that are known.</returns>
    public FlowSecretException? Explain(AwsErrorReply reply)
    {
        AwsCall call = reply.Call;
        return reply.Code switch
        {
            "ResourceNotFound" => NotFound(call, reply.Message),
            "ResourceExists" => StoreErrors.SecretExists(context.PlaceOf(call), call.Target),
            "InvalidRequest" when IsDeleted().IsMatch(reply.Message) => StoreErrors.PendingDeletion(call.Target, null),
            "InvalidRequest" or "InvalidParameter" when IsOfReplica().IsMatch(reply.Message) => IsReplica(call),
            "PreconditionNotMet" => StoreErrors.Conflict(
                call.Target,
                $"'{call.Target}' in the {context.PlaceOf(call)} was changed by somebody else at the same time"
            ),
            "NoSuchEntity" => NoSuchPrincipal(call, reply.Message),
            "LimitExceeded" => LimitReached(call, reply.Message),
            _ => null,
        };
    }

    /// <summary>Any other refusal, in the service's own words.</summary>
    public FlowSecretException Refused(AwsErrorReply reply)
    {
        AwsCall call = reply.Call;
        string code = RemoteText.Code(reply.Code) ?? reply.Status.ToString();

        // A reply to a value might quote it; a workload's plain variables hold values too.
        string quote = CarriesValues(call.Action) ? "" : RemoteText.Quote(reply.Message);
        return new(
            ErrorIds.BadArgument,
            call.Target,
            $"AWS refused the call ('{call.FullAction}' on '{call.Target}' in the {context.PlaceOf(call)}, {code}){quote}",
            call.Action == "DeleteSecret" && reply.Message.Contains("replica", StringComparison.OrdinalIgnoreCase)
                    ? Remedy.Of(
                        $"Remove its replicas first: "
                            + $"{Shell($"aws secretsmanager remove-regions-from-replication --secret-id {call.Target} --region "
                    + $"{context.RegionOf(call):bare} --remove-replica-regions REGION")}"
                    )
                : quote.Length == 0
                    ? "AWS's own words are not shown, because they could quote a value. Look at what the call was to change."
                : "Correct what it names, and try again."
        );
    }

    private FlowSecretException NotFound(AwsCall call, string message)
    {
        if (call.Action is "GetSecretValue" or "UpdateSecretVersionStage" && message.Contains("secret value", StringComparison.Ordinal))
        {
            return call.Version is null
                ? StoreErrors.HasNoVersion(context.PlaceOf(call), call.Target)
                : StoreErrors.VersionNotFound(call.Target, $"'{call.Target}' in the {context.PlaceOf(call)} has no version {call.Version}");
        }

        return StoreErrors.SecretNotFound(context.PlaceOf(call), call.Target);
    }

    /// <summary>The store adds where the primary is.</summary>
    private FlowSecretException IsReplica(AwsCall call) =>
        new(
            ErrorIds.SecretIsReplica,
            call.Target,
            $"'{call.Target}' in the {context.PlaceOf(call)} is a replica, and AWS changes a secret only where its primary is",
            Remedy.Of(
                $"See where the primary is: {Shell($"aws secretsmanager describe-secret --secret-id {call.Target} --region "
                    + $"{context.RegionOf(call):bare} --query PrimaryRegion")}; then change it there."
            )
        );

    private static FlowSecretException NoSuchPrincipal(AwsCall call, string message) =>
        new(
            ErrorIds.BadPrincipal,
            call.Target,
            $"AWS knows no such user or role ('{call.FullAction}'){RemoteText.Quote(message)}",
            "See which there are: aws iam list-roles; aws iam list-users"
        );

    private FlowSecretException LimitReached(AwsCall call, string message) =>
        new(
            ErrorIds.LimitReached,
            call.Target,
            $"A limit of {ServiceOf(call)} was reached by '{call.Target}' in the {context.PlaceOf(call)}{RemoteText.Quote(message)}",
            call.IsOfSecrets
                ? "Limits: secrets in an account and region, versions and staging labels of a secret. Remove what is not needed, or ask "
                    + "AWS for more."
                : "See the limits: https://console.aws.amazon.com/servicequotas; remove what is not needed, or ask AWS for more."
        );

    private static string ServiceOf(AwsCall call) =>
        call.FullAction.Split(':')[0] switch
        {
            "secretsmanager" => "Secrets Manager",
            "ecs" => "ECS",
            "apprunner" => "App Runner",
            string other => other,
        };

    /// <summary>Whether the request has values in it, which the reply might quote.</summary>
    private static bool CarriesValues(string action) =>
        action is "PutSecretValue" or "CreateSecret" or "ecs:RegisterTaskDefinition" or "apprunner:UpdateService";

    /// <summary>AWS says "Operation not permitted on a replica secret. Call must be made in primary secret's region."</summary>
    [GeneratedRegex(@"on a replica secret|primary secret's region", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex IsOfReplica();

    [GeneratedRegex(
        @"marked for deletion|scheduled for deletion|(was|marked) deleted",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture
    )]
    private static partial Regex IsDeleted();
}
