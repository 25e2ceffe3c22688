using System.Net;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Providers.Transport;
using FlowSecrets.Text;
using Google.Apis.Auth.OAuth2.Responses;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Providers.Gcp.Connection;

/// <summary>Says why no access token could be had. Nothing was sent to the API then.</summary>
internal sealed class GcpTokenErrors(Place place, GcpPlace at, GcpCredential credential)
{
    public CallFailure Explain(Exception error, GcpCall call) =>
        error switch
        {
            TokenResponseException { StatusCode: >= HttpStatusCode.InternalServerError or HttpStatusCode.TooManyRequests } e =>
                TokenService(call, $"answered with status {(int)e.StatusCode}"),
            TokenResponseException { Error: { ErrorDescription: { } told } } e
                when told.Contains("reasonable timeframe", StringComparison.Ordinal) => Final(
                GcpErrors.NotAuthenticated(
                    at.Project,
                    "Google refused the token's time: this machine's clock is wrong",
                    "Set the clock (timedatectl set-ntp true; w32tm /resync), then run the same command again.",
                    AccessCauses.ClockSkew
                )
            ),
            TokenResponseException e when credential.IsFederated => Final(FederationRefused(place, at, credential, Reason(e))),
            TokenResponseException e => Final(
                GcpErrors.NotAuthenticated(at.Project, $"The credentials of {place.Identity} were refused or have expired{Reason(e)}")
            ),
            HttpRequestException or IOException => TokenService(call, "cannot be reached"),
            TimeoutException or OperationCanceledException => TokenService(call, "did not answer in time"),
            _ => Final(GcpErrors.NotAuthenticated(at.Project, $"No access token could be had for {place.Identity}")),
        };

    private CallFailure TokenService(GcpCall call, string what) =>
        new(
            new FlowSecretException(
                ErrorIds.StoreUnavailable,
                call.Target,
                $"No access token could be had for {place.Identity}: the service that gives it {what} ({place})",
                "Check network and proxy (HTTPS_PROXY), then run the same command again; or log in another way: gcloud auth "
                    + "application-default login"
            ),
            IsTransient: true
        );

    private static string Reason(TokenResponseException error) => RemoteText.Code(error.Error?.Error) is { } code ? $" ({code})" : "";

    private static CallFailure Final(FlowSecretException error) => new(error, IsTransient: false);

    /// <summary>The exchange of a token was refused, or the service account does not let it act for it.</summary>
    private static FlowSecretException FederationRefused(Place place, GcpPlace at, GcpCredential credential, string reason)
    {
        FederatedToken? token = FederatedToken.Read(credential.TokenFile);
        string told = token is null ? "what its token says could not be read" : token.ToString();
        bool isAccount = credential.Member.StartsWith("serviceAccount:", StringComparison.Ordinal);
        Remedy remedy = isAccount
            ? GcpRemedies.LetIn(
                credential.Member["serviceAccount:".Length..],
                $"principal://iam.googleapis.com/{credential.Pool}/subject/{Known(token?.Subject, "SUBJECT")}"
            )
            : $"Compare it with the provider's condition: "
                + $"{Shell($"gcloud iam workload-identity-pools providers describe {credential.Provider:bare} "
                + $"--format='value(attributeCondition)'")}";
        Remedy check =
            token?.Subject is { } subject && isAccount
                ? Remedy.Of(
                    $"; what it lets in now shows: "
                        + $"{Shell($"Test-FlowSecretAccess NAME -Principal {credential.Member} -TokenSubject "
                    + $"{subject}")}"
                )
                : Remedy.None;
        return GcpErrors.NotAuthenticated(
            at.Project,
            $"Google did not take the token of {place.Identity}{reason}: {told}",
            $"{remedy}{check}",
            AccessCauses.FederationMismatch
        );
    }
}
