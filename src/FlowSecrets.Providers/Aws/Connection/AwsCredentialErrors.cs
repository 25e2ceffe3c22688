using Amazon.Runtime;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Providers.Transport;
using FlowSecrets.Text;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Providers.Aws.Connection;

/// <summary>Failures of the login: there are no credentials, or AWS does not take them.</summary>
internal sealed class AwsCredentialErrors(AwsCallContext context, AwsPlace at, AwsIdentity identity)
{
    private ShellCommand ProfileOption => at.Profile is { } name ? Shell($"--profile {name}") : None;

    private Remedy LogIn =>
        $"Log in: {Shell($"aws sso login{ProfileOption}")}, or {Shell($"aws configure{ProfileOption}")}; in CI "
        + $"set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a role. Then see Get-FlowSecretStore.";

    /// <summary>The SDK cannot use the configuration that it found.</summary>
    public CallFailure Unusable() =>
        Final(NotAuthenticated($"Not authenticated: the AWS configuration gives no usable credentials ({identity.Text})"));

    /// <summary>
    /// Nothing was sent to the service: the credentials are not there, or STS, single sign-on, a container or an instance did not give
    /// them.
    /// </summary>
    public CallFailure Missing(Exception error, AwsCall call)
    {
        AmazonServiceException? refused = error as AmazonServiceException ?? error.Inner<AmazonServiceException>();
        int status = refused is null ? 0 : (int)refused.StatusCode;
        bool isUnreachable = status == 0 && (error is HttpRequestException || error.Inner<HttpRequestException>() is not null);
        if (status is >= 500 or 429 || isUnreachable)
        {
            return GiverUnavailable(call, status);
        }

        string? code = RemoteText.Code(refused?.ErrorCode);
        if (code is "AccessDenied" or "InvalidIdentityToken" && AwsWebIdentity.Find(identity) is { } federation)
        {
            return Final(
                NotAuthenticated(
                    $"AWS did not take the token of {identity.Text} ({code}): {federation.Token}",
                    federation.Remedy,
                    AccessCauses.FederationMismatch
                )
            );
        }

        return Final(code is null ? NoneFound() : NotGiven(code));
    }

    /// <summary>The service refuses the credentials or their signature.</summary>
    /// <returns>Null: the reply is not about the credentials.</returns>
    public CallFailure? Explain(AwsErrorReply reply) =>
        reply.Code switch
        {
            "RequestTimeTooSkewed" or "RequestExpired" => ClockSkewed(),
            "InvalidSignature" when IsAboutTime(reply.Message) => ClockSkewed(),
            "UnrecognizedClient"
            or "InvalidClientTokenId"
            or "InvalidSignature"
            or "SignatureDoesNotMatch"
            or "MissingAuthenticationToken"
            or "IncompleteSignature"
            or "InvalidAccessKeyId" => Final(
                NotAuthenticated(
                    $"AWS refused the credentials ({identity.Text}) in {context.RegionOf(reply.Call)}: they are wrong, or the region is "
                        + $"not enabled for the account"
                )
            ),
            "OptInRequired" => Final(RegionNotEnabled(context.RegionOf(reply.Call))),
            "ExpiredToken" => Final(NotAuthenticated($"The session of the AWS credentials ({identity.Text}) has expired")),
            _ => null,
        };

    private CallFailure GiverUnavailable(AwsCall call, int status) =>
        new(
            new FlowSecretException(
                ErrorIds.StoreUnavailable,
                call.Target,
                $"No AWS credentials could be had ({identity.Text}): the service that gives them "
                    + $"{(status == 0 ? "cannot be reached" : $"answered with status {status}")} ({context.PlaceOf(call)})",
                "Check network and proxy (HTTPS_PROXY), then run the same command again."
            ),
            IsTransient: true
        );

    private FlowSecretException NoneFound() =>
        NotAuthenticated($"Not authenticated: no usable AWS credentials were found ({identity.Text})");

    private FlowSecretException NotGiven(string code) =>
        NotAuthenticated(
            $"Not authenticated: AWS gave no credentials ({identity.Text}, {code})",
            code is "AccessDenied"
                ? Remedy.Of(
                    $"Let the role's trust policy allow this identity sts:AssumeRole. Which role: "
                        + $"{Shell($"aws configure get role_arn{ProfileOption}")}"
                )
                : LogIn
        );

    private FlowSecretException RegionNotEnabled(string region) =>
        NotAuthenticated(
            $"The region {region} is not enabled for the account of {context.Who}",
            $"Enable it: {Shell($"aws account enable-region --region-name {region:bare}")}; or use another region."
        );

    private static bool IsAboutTime(string message) =>
        message.Contains("expired", StringComparison.OrdinalIgnoreCase)
        || message.Contains("not yet current", StringComparison.OrdinalIgnoreCase);

    private CallFailure ClockSkewed() =>
        new(
            NotAuthenticated(
                "AWS refused the signature's time: this machine's clock is wrong",
                "Set the clock (timedatectl set-ntp true; w32tm /resync), then run the same command again.",
                AccessCauses.ClockSkew
            ),
            IsTransient: true
        );

    private FlowSecretException NotAuthenticated(string cause, Remedy? remedy = null, string accessCause = AccessCauses.NotAuthenticated) =>
        new(ErrorIds.NotAuthenticated, at.Region, cause, remedy ?? LogIn) { AccessCause = accessCause };

    private static CallFailure Final(FlowSecretException error) => new(error, IsTransient: false);
}
