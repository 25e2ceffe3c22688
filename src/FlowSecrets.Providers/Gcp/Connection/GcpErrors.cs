using System.Text.Json;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Providers.Transport;
using FlowSecrets.Text;
using Google;

namespace FlowSecrets.Providers.Gcp.Connection;

/// <summary>Turns the API's failures into our ids, with project, identity and the command that mends it.</summary>
internal sealed class GcpErrors(Place place, GcpPlace at, GcpCredential credential)
{
    /// <summary>How often a service is tried that cannot be reached, or is none: somebody waits at the prompt.</summary>
    private const int Few = 3;

    private const string Stranger = "something that is no answer of this API (a proxy's, a firewall's or a sign-in page?)";

    private const string LogIn =
        "Log in: gcloud auth login, and for programs: gcloud auth application-default login; in CI set GOOGLE_APPLICATION_CREDENTIALS. "
        + "Then see Get-FlowSecretStore.";

    private readonly GcpDenials _denials = new(place, at, credential);
    private readonly GcpTokenErrors _tokens = new(place, at, credential);

    public static FlowSecretException NotAuthenticated(
        string target,
        string cause,
        Remedy? remedy = null,
        string accessCause = AccessCauses.NotAuthenticated
    ) => new(ErrorIds.NotAuthenticated, target, cause, remedy ?? LogIn) { AccessCause = accessCause };

    /// <returns>Null for what is no failure of the service.</returns>
    public CallFailure? Explain(Exception error, GcpCall call) =>
        error switch
        {
            _ when BadReplyException.In(error) is { } bad => bad.Explain(call.Target, at.Address.Host, call.Changes),
            GoogleApiException { Error: GcpRequestError reply } => Explain(reply, call),
            GoogleApiException e => Unavailable(call, $"answered with status {(int)e.HttpStatusCode}", transient: false, applied: true),
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
            JsonException or InvalidDataException => Unavailable(call, $"answered with {Stranger}", transient: true, applied: true) with
            {
                Tries = Few,
            },
            QuotaClosedException => new CallFailure(Throttled(call), IsTransient: false),
            GcpChecksumException => new CallFailure(ChecksumMismatch(call), IsTransient: true),
            GcpTokenException { InnerException: { } inner } => _tokens.Explain(inner, call),
            _ => null,
        };

    private CallFailure Explain(GcpRequestError reply, GcpCall call) =>
        (reply.Status, reply.Code) switch
        {
            (_, 400 or 403 or 404 or 405 or 407 or 409 or 412) when !reply.IsOfApi => Unavailable(
                call,
                $"answered with status {reply.Code} and {Stranger}",
                transient: false,
                applied: false
            ),
            ("UNAUTHENTICATED", _) or (_, 401) => Final(
                NotAuthenticated(at.Project, $"Google refused the credentials of {place.Identity}: they are wrong, expired or revoked")
            ),
            (_, 400 or 403) when GcpKey.In(reply.Message) is { } key => Final(_denials.KeyUnusable(call, key)),
            ("PERMISSION_DENIED", _) or (_, 403) => Final(_denials.Of(reply, call)),
            ("ALREADY_EXISTS", _) => Final(StoreErrors.SecretExists(place, call.Target)),
            ("ABORTED", _) or (_, 409) => new CallFailure(
                StoreErrors.Conflict(call.Target, $"'{call.Target}' in the {place} was changed by somebody else at the same time"),
                IsTransient: false
            ),
            ("NOT_FOUND", _) or (_, 404) => Final(call.Secret is null ? _denials.NoProject(reply) : NotFound(call)),
            ("FAILED_PRECONDITION", _) when reply.Message.Contains("is in DESTROYED state", StringComparison.Ordinal) => Final(
                StoreErrors.VersionDestroyed(call.Target, Number(call))
            ),
            ("FAILED_PRECONDITION", _) when reply.Message.Contains("is in DISABLED state", StringComparison.Ordinal) => Final(
                StoreErrors.VersionDisabled(call.Target, Number(call))
            ),
            ("FAILED_PRECONDITION", _) when call.Permission is "secretmanager.secrets.update" or "secretmanager.secrets.delete" => Final(
                StoreErrors.Conflict(call.Target, $"'{call.Target}' in the {place} was changed by somebody else at the same time")
            ),
            ("RESOURCE_EXHAUSTED", _) or (_, 429) => new CallFailure(
                Throttled(call),
                IsTransient: true,
                RetryAfter: reply.RetryAfter,
                IsThrottled: true
            ),
            (_, >= 300 and < 400) => Unavailable(call, "answered with a redirect, which is not followed", transient: false, applied: false),
            (_, >= 500) => Unavailable(call, $"answered with status {reply.Code}", transient: true, applied: true) with
            {
                RetryAfter = reply.RetryAfter,
            },
            _ => Final(Refused(reply, call)),
        };

    public FlowSecretException NotFound(GcpCall call) =>
        call.Version is null or "latest"
            ? StoreErrors.SecretNotFound(place, call.Target)
            : StoreErrors.VersionNotFound(call.Target, $"'{call.Target}' in the {place} has no version {call.Version}");

    /// <summary>It is there, and this identity may not.</summary>
    public FlowSecretException Forbidden(GcpCall call) => _denials.Forbidden(call);

    private FlowSecretException Throttled(GcpCall call) =>
        new(
            ErrorIds.Throttled,
            call.Target,
            $"Google goes on throttling calls to project {at.Project} ('{call.Permission}')",
            "Wait a minute and run the same command again, or use a smaller -ThrottleLimit. Quotas: "
                + "https://console.cloud.google.com/apis/api/secretmanager.googleapis.com/quotas"
        );

    private FlowSecretException ChecksumMismatch(GcpCall call) =>
        new(
            ErrorIds.ChecksumMismatch,
            call.Target,
            $"The value of '{call.Target}' in the {place} did not arrive as it is stored: its checksum (CRC32C) differs",
            "Run the same command again; if it stays so, something between here and Google changes replies."
        );

    private static FlowSecretException Refused(GcpRequestError reply, GcpCall call) =>
        new(
            ErrorIds.BadArgument,
            call.Target,
            // A reply to a payload might quote it.
            $"Google refused the call ('{call.Permission}' on '{call.Target}', "
                + $"{reply.Status ?? reply.Code.ToString()})"
                + $"{(call.Permission == "secretmanager.versions.add" ? "" : RemoteText.Quote(reply.Message))}",
            "Correct what it names, and try again."
        );

    private CallFailure Unavailable(GcpCall call, string what, bool transient, bool applied) =>
        new(
            new FlowSecretException(
                ErrorIds.StoreUnavailable,
                call.Target,
                $"{at.Address.Host} {what} ({place})",
                "Check network, proxy (HTTPS_PROXY) and -Endpoint, then run the same command again. https://status.cloud.google.com "
                    + "shows Google's own state."
            ),
            transient,
            MayHaveApplied: applied && call.Changes
        );

    /// <summary>'latest' is Google's word, which our commands do not take.</summary>
    private static string Number(GcpCall call) => call.Version is null or "latest" ? Stages.Current : call.Version;

    private static CallFailure Final(FlowSecretException error) => new(error, IsTransient: false);
}

/// <summary>A payload whose checksum is not that of its bytes.</summary>
internal sealed class GcpChecksumException : Exception;
