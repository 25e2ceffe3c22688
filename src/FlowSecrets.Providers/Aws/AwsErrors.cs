using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using FlowSecrets.Providers.Aws.Access;
using FlowSecrets.Transport;

namespace FlowSecrets.Providers.Aws;

/// <summary>What a call is about, for its error.</summary>
/// <param name="Action">The IAM action that it needs, without its service where that is Secrets Manager.</param>
/// <param name="Changes">Whether it changes something, so that a lost answer is not the same as no effect.</param>
internal sealed record AwsCall(string Action, string? Secret = null, string? Version = null, bool Changes = false)
{
    public string Target => Secret ?? About ?? "secrets";

    /// <summary>What an error is about where that is no secret: a workload.</summary>
    public string? About { get; init; }

    /// <summary>What a policy that allows the call names where that is no secret.</summary>
    public string? Resource { get; init; }

    /// <summary>With its service.</summary>
    public string FullAction => Action.Contains(':', StringComparison.Ordinal) ? Action : "secretsmanager:" + Action;

    public bool IsOfSecrets => FullAction.StartsWith("secretsmanager:", StringComparison.Ordinal);

    /// <summary>Whether a denial's cause is looked for, which takes calls of its own.</summary>
    public bool Explains { get; init; } = true;
}

/// <summary>The service's failures in our ids, with account, region, identity and what mends it.</summary>
internal sealed partial class AwsErrors(Func<string?, Place> place, AwsPlace at, AwsIdentity identity)
{
    /// <summary>What cannot be reached, or is no service, is tried but a few times: somebody waits at the prompt.</summary>
    private const int Few = 3;

    private const string BadReply = "answered with something that is no answer of this API (a proxy's, a firewall's or a sign-in page?)";

    private string LogIn
    {
        get
        {
            string profile = at.Profile is { } name ? $" --profile '{name}'" : "";
            return $"Log in: aws sso login{profile}, or aws configure{profile}; in CI set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, "
                + $"or a role. Then see Get-FlowSecretStore.";
        }
    }

    private Place PlaceOf(AwsCall call) => place(call.Secret);

    private string Who => identity.Caller?.Arn ?? identity.Text;

    /// <returns>Null for what is no failure of the service.</returns>
    public CallFailure? Explain(Exception error, AwsCall call) =>
        error switch
        {
            AwsCredentialsException { InnerException: { } inner } => NoCredentials(inner, call),
            AmazonServiceException e when e.GetType() != typeof(AmazonServiceException) && e is not AmazonUnmarshallingException =>
                NoCredentials(e, call),
            AmazonServiceException e => Explain(e, call),
            AmazonClientException e when Inner<HttpRequestException>(e) is { } inner => Explain(inner, call),
            AmazonClientException e when Inner<JsonException>(e) is not null => Unavailable(
                call,
                BadReply,
                transient: true,
                applied: true
            ) with
            {
                Tries = Few,
            },
            AmazonClientException e when Inner<IOException>(e) is not null => Unavailable(
                call,
                "broke the connection off",
                transient: true,
                applied: true
            ),
            AmazonClientException e => NoCredentials(e, call),
            HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError } =>
                Unavailable(call, "cannot be reached", transient: true, applied: false) with
                {
                    Tries = Few,
                },
            HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => Unavailable(
                call,
                "has a certificate that this machine does not trust, or speaks no TLS",
                transient: false,
                applied: false
            ),
            HttpRequestException or IOException => Unavailable(call, "broke the connection off", transient: true, applied: true),
            TimeoutException => Unavailable(call, "did not answer in time", transient: true, applied: true) with { Tries = Few },
            JsonException => Unavailable(call, BadReply, transient: true, applied: true) with { Tries = Few },
            InvalidOperationException or ArgumentException => Final(
                NotAuthenticated($"Not authenticated: the AWS configuration gives no usable credentials ({identity.Text})")
            ),
            _ => null,
        };

    /// <summary>
    /// Nothing was sent to the service: the credentials are not there, or STS, single sign-on, a container or an instance did not give
    /// them.
    /// </summary>
    private CallFailure NoCredentials(Exception error, AwsCall call)
    {
        AmazonServiceException? refused = error as AmazonServiceException ?? Inner<AmazonServiceException>(error);
        int status = refused is null ? 0 : (int)refused.StatusCode;
        if (status is >= 500 or 429 || (status == 0 && (error is HttpRequestException || Inner<HttpRequestException>(error) is not null)))
        {
            return new CallFailure(
                new FlowSecretException(
                    ErrorIds.StoreUnavailable,
                    FlowErrorCategory.ResourceUnavailable,
                    call.Target,
                    $"No AWS credentials could be had ({identity.Text}): the service that gives them "
                        + $"{(status == 0 ? "cannot be reached" : $"answered with status {status}")} ({PlaceOf(call)})",
                    "Check network and proxy (HTTPS_PROXY), then run the same command again."
                ),
                IsTransient: true
            );
        }

        string? code = RemoteText.Code(refused?.ErrorCode);
        if (code is "AccessDenied" or "InvalidIdentityToken" && AwsFederation.Find(identity) is { } federation)
        {
            return Final(
                NotAuthenticated(
                    $"AWS did not take the token of {identity.Text} ({code}): {federation.Token}",
                    federation.Remedy,
                    AccessCauses.FederationMismatch
                )
            );
        }

        return Final(
            code is null
                ? NotAuthenticated($"Not authenticated: no usable AWS credentials were found ({identity.Text})")
                : NotAuthenticated(
                    $"Not authenticated: AWS gave no credentials ({identity.Text}, {code})",
                    code is "AccessDenied"
                        ? $"Let the role's trust policy allow this identity sts:AssumeRole. Which role: aws configure get "
                            + $"role_arn{(at.Profile is { } name ? $" --profile '{name}'" : "")}"
                        : LogIn
                )
        );
    }

    private CallFailure Explain(AmazonServiceException error, AwsCall call)
    {
        if ((int)error.StatusCode == 0 && Inner<HttpRequestException>(error) is { } broken && Explain(broken, call) is { } explained)
        {
            return explained;
        }

        int status = (int)error.StatusCode;
        string code = (error.ErrorCode ?? "").Replace("Exception", "", StringComparison.Ordinal);
        string message = error.Message ?? "";
        switch (code)
        {
            case "ResourceNotFound":
                return Final(NotFound(call, message));
            case "ResourceExists":
                return Final(StoreErrors.SecretExists(PlaceOf(call), call.Target));
            case "InvalidRequest" when IsDefaultKeyAbroad().IsMatch(message):
                return Final(KeyUnusable(call));
            case "InvalidRequest" when IsDeleted().IsMatch(message):
                return Final(StoreErrors.PendingDeletion(call.Target, null));
            case "DecryptionFailure" or "EncryptionFailure":
                return Final(KeyUnusable(call));
            case "AccessDenied" or "AccessDeniedByPolicy" or "UnauthorizedOperation" or "NotAuthorized" or "UnauthorizedAccess":
                return Final(
                    IsAboutKey().IsMatch(message)
                        ? KeyUnusable(call)
                        : Denied(
                            call.About is not null && AwsDenial.OtherOf(message, call.FullAction) is { } other
                                ? call with
                                {
                                    Action = other.Action,
                                    Resource = other.Resource,
                                }
                                : call,
                            message
                        )
                );
            case "InvalidSignature"
            or "RequestTimeTooSkewed"
            or "RequestExpired"
                when message.Contains("expired", StringComparison.OrdinalIgnoreCase)
                    || message.Contains("not yet current", StringComparison.OrdinalIgnoreCase)
                    || code != "InvalidSignature":
                return new CallFailure(
                    NotAuthenticated(
                        "AWS refused the signature's time: this machine's clock is wrong",
                        "Set the clock (timedatectl set-ntp true; w32tm /resync), then run the same command again.",
                        AccessCauses.ClockSkew
                    ),
                    IsTransient: true
                );
            case "UnrecognizedClient"
            or "InvalidClientTokenId"
            or "InvalidSignature"
            or "SignatureDoesNotMatch"
            or "MissingAuthenticationToken"
            or "IncompleteSignature"
            or "InvalidAccessKeyId":
                return Final(
                    NotAuthenticated(
                        $"AWS refused the credentials ({identity.Text}) in {RegionOf(call)}: they are wrong, or the region is not "
                            + $"enabled for the account"
                    )
                );
            case "OptInRequired":
                return Final(
                    NotAuthenticated(
                        $"The region {RegionOf(call)} is not enabled for the account of {Who}",
                        $"Enable it: aws account enable-region --region-name {RegionOf(call)}; or use another region."
                    )
                );
            case "ExpiredToken":
                return Final(NotAuthenticated($"The session of the AWS credentials ({identity.Text}) has expired"));
            case "NoSuchEntity":
                return Final(
                    new FlowSecretException(
                        ErrorIds.BadPrincipal,
                        FlowErrorCategory.ObjectNotFound,
                        call.Target,
                        $"AWS knows no such user or role ('{call.FullAction}'){RemoteText.Quote(message)}",
                        "See which there are: aws iam list-roles; aws iam list-users"
                    )
                );
            case "PreconditionNotMet":
                return Final(
                    StoreErrors.Conflict(
                        call.Target,
                        $"'{call.Target}' in the {PlaceOf(call)} was changed by somebody else at the same time"
                    )
                );
            case "Throttling"
            or "Throttled"
            or "ThrottledRequest"
            or "RequestThrottled"
            or "RequestLimitExceeded"
            or "TooManyRequests"
            or "PriorRequestNotComplete"
            or "TransactionInProgress"
            or "ProvisionedThroughputExceeded"
            or "SlowDown"
            or "BandwidthLimitExceeded":
                return new CallFailure(Throttled(call), IsTransient: true, RetryAfter: RetryAfter(error));
            case "LimitExceeded":
                return Final(
                    new FlowSecretException(
                        ErrorIds.LimitReached,
                        FlowErrorCategory.LimitsExceeded,
                        call.Target,
                        $"A limit of {ServiceOf(call)} was reached by '{call.Target}' in the {PlaceOf(call)}{RemoteText.Quote(message)}",
                        call.IsOfSecrets
                            ? "Limits: secrets in an account and region, versions and staging labels of a secret. Remove what is not "
                                + "needed, or ask AWS for more."
                            : "See the limits: https://console.aws.amazon.com/servicequotas; remove what is not needed, or ask AWS "
                                + "for more."
                    )
                );
            case "RequestTimeout":
                return Unavailable(call, "did not answer in time", transient: true, applied: true);
        }

        return status switch
        {
            429 => new CallFailure(Throttled(call), IsTransient: true, RetryAfter: RetryAfter(error)),
            407 => Unavailable(call, "is behind a proxy that wants a login", transient: false, applied: false),
            >= 400 and < 500 when code.Length == 0 => Unavailable(
                call,
                $"answered with status {status} and without a word of this API (a proxy or a firewall?)",
                transient: false,
                applied: false
            ),
            >= 500 => Unavailable(call, $"answered with status {status}", transient: true, applied: true) with
            {
                RetryAfter = RetryAfter(error),
            },
            >= 300 and < 400 => Unavailable(call, "answered with a redirect, which is not followed", transient: false, applied: false),
            >= 400 => Final(Refused(call, RemoteText.Code(code) ?? status.ToString(), message)),
            _ => Unavailable(
                call,
                Inner<JsonException>(error) is null ? "broke the connection off" : BadReply,
                transient: true,
                applied: true
            ),
        };
    }

    private FlowSecretException NotFound(AwsCall call, string message)
    {
        if (call.Action is "GetSecretValue" or "UpdateSecretVersionStage" && message.Contains("secret value", StringComparison.Ordinal))
        {
            return call.Version is null
                ? StoreErrors.HasNoVersion(PlaceOf(call), call.Target)
                : StoreErrors.VersionNotFound(call.Target, $"'{call.Target}' in the {PlaceOf(call)} has no version {call.Version}");
        }

        return StoreErrors.SecretNotFound(PlaceOf(call), call.Target);
    }

    /// <summary>
    /// Refused. AWS refuses alike what is forbidden and, to who may not ask, what is absent; whose policy refused, the message says.
    /// </summary>
    private FlowSecretException Denied(AwsCall call, string message)
    {
        bool isUndecided = call.Secret is not null && call.Action != "CreateSecret";
        return new(
            isUndecided ? ErrorIds.SecretNotFoundOrForbidden : ErrorIds.AccessDenied,
            FlowErrorCategory.PermissionDenied,
            call.Target,
            isUndecided
                ? $"Permission denied: There is no secret '{call.Secret}' in the {PlaceOf(call)}, or {Who} may not use it: AWS does not "
                    + $"tell which ('{call.FullAction}')"
                : $"Permission denied: {Who} may not '{call.FullAction}' in the "
                    + $"{PlaceOf(call)}{(AwsDenial.KindOf(message) is { Length: > 0 } kind ? $" ({kind})" : "")}",
            AwsRemedies.AllowSomebody(call.FullAction, ResourceOf(call))
        )
        {
            AccessCause = AwsDenial.CauseOf(message) ?? (isUndecided ? AccessCauses.SecretNotFoundOrForbidden : AccessCauses.NoGrant),
        };
    }

    private FlowSecretException KeyUnusable(AwsCall call) =>
        new(
            ErrorIds.AccessDenied,
            FlowErrorCategory.PermissionDenied,
            call.Target,
            $"Permission denied: {Who} may not use the KMS key that encrypts '{call.Target}' in the {PlaceOf(call)}, or the key is "
                + $"disabled",
            $"Let the key's owner allow kms:Decrypt (and kms:GenerateDataKey for writing) in its key policy. Which key: aws "
                + $"secretsmanager describe-secret --secret-id '{call.Target}' --region {RegionOf(call)} --query KmsKeyId"
        )
        {
            AccessCause = AccessCauses.KmsKeyNotUsable,
        };

    private FlowSecretException Throttled(AwsCall call) =>
        new(
            ErrorIds.Throttled,
            FlowErrorCategory.LimitsExceeded,
            call.Target,
            $"AWS goes on throttling calls in the {PlaceOf(call)} ('{call.FullAction}')",
            "Wait a minute and run the same command again, or use a smaller -ThrottleLimit."
        );

    private FlowSecretException Refused(AwsCall call, string code, string message) =>
        new(
            ErrorIds.BadArgument,
            FlowErrorCategory.InvalidArgument,
            call.Target,
            // A reply to a value might quote it; a workload's plain variables hold values too.
            $"AWS refused the call ('{call.FullAction}' on '{call.Target}' in the {PlaceOf(call)}, "
                + $"{code}){(CarriesValues(call.Action) ? "" : RemoteText.Quote(message))}",
            call.Action == "DeleteSecret" && message.Contains("replica", StringComparison.OrdinalIgnoreCase)
                ? $"Remove its replicas first: aws secretsmanager remove-regions-from-replication --secret-id '{call.Target}' --region "
                    + $"{RegionOf(call)} --remove-replica-regions REGION"
                : "Correct what it names, and try again."
        );

    private CallFailure Unavailable(AwsCall call, string what, bool transient, bool applied) =>
        new(
            new FlowSecretException(
                ErrorIds.StoreUnavailable,
                FlowErrorCategory.ResourceUnavailable,
                call.Target,
                $"{HostOf(call)} {what} ({PlaceOf(call)})",
                "Check network, proxy (HTTPS_PROXY), region and -Endpoint, then run the same command again. "
                    + "https://health.aws.amazon.com shows AWS's own state."
            ),
            transient,
            MayHaveApplied: applied && call.Changes
        );

    private string HostOf(AwsCall call)
    {
        if (call.IsOfSecrets)
        {
            return (at.Address ?? SecretsManagerConfig.AddressOf(RegionOf(call), at.Fips)).Host;
        }

        string service = call.FullAction[..call.FullAction.IndexOf(':')];
        return at.AddressOf(service.ToUpperInvariant())?.Host ?? $"{service}.{at.Region}";
    }

    /// <summary>Whether the request has values in it, which the reply might quote.</summary>
    private static bool CarriesValues(string action) =>
        action is "PutSecretValue" or "CreateSecret" or "ecs:RegisterTaskDefinition" or "apprunner:UpdateService";

    private static string ServiceOf(AwsCall call) =>
        call.FullAction.Split(':')[0] switch
        {
            "secretsmanager" => "Secrets Manager",
            "ecs" => "ECS",
            "apprunner" => "App Runner",
            string other => other,
        };

    private FlowSecretException NotAuthenticated(string cause, string? remedy = null, string accessCause = AccessCauses.NotAuthenticated) =>
        new(ErrorIds.NotAuthenticated, FlowErrorCategory.AuthenticationError, at.Region, cause, remedy ?? LogIn)
        {
            AccessCause = accessCause,
        };

    /// <summary>What a policy that allows a call names.</summary>
    public string ResourceOf(AwsCall call)
    {
        string partition = Amazon.Runtime.Internal.Endpoints.StandardLibrary.Fn.Partition(at.Region).name;
        return call.Resource is { } resource ? resource
            : call.Secret is null || call.Action is "ListSecrets" or "BatchGetSecretValue" ? "*"
            : call.Secret.StartsWith("arn:", StringComparison.Ordinal)
                ? EndsAsArn().IsMatch(call.Secret) ? call.Secret
                    : call.Secret + "-??????"
            : $"arn:{partition}:secretsmanager:{at.Region}:{identity.Caller?.Account ?? "*"}:secret:{call.Secret}"
                + $"{(call.Action == "CreateSecret" ? "*" : "-??????")}";
    }

    /// <summary>An ARN's region is followed.</summary>
    private string RegionOf(AwsCall call) => call.Secret?.Split(':') is ["arn", _, _, { Length: > 0 } region, ..] ? region : at.Region;

    [GeneratedRegex(
        @"marked for deletion|scheduled for deletion|(was|marked) deleted",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture
    )]
    private static partial Regex IsDeleted();

    [GeneratedRegex(@"different AWS account.*\bdefault\b.*\bkey", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex IsDefaultKeyAbroad();

    /// <summary>By what it says of the service; a user or a secret may be named after it.</summary>
    [GeneratedRegex(@"Access to KMS|\bkms:[A-Z]|the (ciphertext|KMS key) ", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex IsAboutKey();

    [GeneratedRegex(@"-[A-Za-z0-9]{6}\z")]
    private static partial Regex EndsAsArn();

    /// <summary>The header is looked at by us: the SDK does not.</summary>
    private static TimeSpan? RetryAfter(Exception error)
    {
        string? text =
            Inner<HttpErrorResponseException>(error)?.Response is { } response && response.IsHeaderPresent("Retry-After")
                ? response.GetHeaderValue("Retry-After")
                : null;
        return int.TryParse(text, NumberStyles.None, null, out int seconds) ? TimeSpan.FromSeconds(seconds)
            : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out DateTimeOffset date) && date > DateTimeOffset.UtcNow
                ? date - DateTimeOffset.UtcNow
            : null;
    }

    private static T? Inner<T>(Exception error)
        where T : Exception
    {
        for (Exception? inner = error.InnerException; inner is not null; inner = inner.InnerException)
        {
            if (inner is T found)
            {
                return found;
            }
        }

        return null;
    }

    private static CallFailure Final(FlowSecretException error) => new(error, IsTransient: false);
}
