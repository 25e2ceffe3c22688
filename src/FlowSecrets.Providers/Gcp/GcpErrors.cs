using System.Net;
using System.Text.Json;
using FlowSecrets.Providers.Gcp.Access;
using FlowSecrets.Transport;
using Google;
using Google.Apis.Auth.OAuth2.Responses;

namespace FlowSecrets.Providers.Gcp;

/// <summary>What a call is about, for its error.</summary>
/// <param name="Permission">The IAM permission that it needs.</param>
/// <param name="Changes">Whether it changes something, so that a lost answer is not the same as no effect.</param>
internal sealed record GcpCall(string Permission, string? Secret = null, string? Version = null, bool Changes = false)
{
    public string Target => Secret ?? "secrets";

    /// <summary>Whether a denial's cause is looked for on the secret, which takes calls of its own.</summary>
    public bool Explains { get; init; } = true;

    public bool IsOfSecretManager => Permission.StartsWith("secretmanager.", StringComparison.Ordinal);
}

/// <summary>The API's failures in our ids, with project, identity and the command that mends it.</summary>
internal sealed class GcpErrors(Place place, GcpPlace at, GcpCredential credential)
{
    private const string LogIn =
        "Log in: gcloud auth login, and for programs: gcloud auth application-default login; in CI set GOOGLE_APPLICATION_CREDENTIALS. "
        + "Then see Get-FlowSecretStore.";

    public static FlowSecretException NotAuthenticated(
        string target,
        string cause,
        string remedy = LogIn,
        string accessCause = AccessCauses.NotAuthenticated
    ) => new(ErrorIds.NotAuthenticated, FlowErrorCategory.AuthenticationError, target, cause, remedy) { AccessCause = accessCause };

    /// <returns>Null for what is no failure of the service.</returns>
    public CallFailure? Explain(Exception error, GcpCall call) =>
        error switch
        {
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
            GcpChecksumException => new CallFailure(ChecksumMismatch(call), IsTransient: true),
            GcpTokenException { InnerException: { } inner } => NoToken(inner, call),
            _ => null,
        };

    /// <summary>What cannot be reached, or is no service, is tried but a few times: somebody waits at the prompt.</summary>
    private const int Few = 3;

    private const string Stranger = "something that is no answer of this API (a proxy's, a firewall's or a sign-in page?)";

    /// <summary>Nothing was sent to the API.</summary>
    private CallFailure NoToken(Exception error, GcpCall call) =>
        error switch
        {
            TokenResponseException { StatusCode: >= HttpStatusCode.InternalServerError or HttpStatusCode.TooManyRequests } e =>
                TokenService(call, $"answered with status {(int)e.StatusCode}"),
            TokenResponseException { Error: { ErrorDescription: { } told } } e
                when told.Contains("reasonable timeframe", StringComparison.Ordinal) => Final(
                NotAuthenticated(
                    at.Project,
                    "Google refused the token's time: this machine's clock is wrong",
                    "Set the clock (timedatectl set-ntp true; w32tm /resync), then run the same command again.",
                    AccessCauses.ClockSkew
                )
            ),
            TokenResponseException e when credential.IsFederated => Final(GcpFederation.Refused(place, at, credential, Reason(e))),
            TokenResponseException e => Final(
                NotAuthenticated(at.Project, $"The credentials of {place.Identity} were refused or have expired{Reason(e)}")
            ),
            HttpRequestException or IOException => TokenService(call, "cannot be reached"),
            TimeoutException or OperationCanceledException => TokenService(call, "did not answer in time"),
            _ => Final(NotAuthenticated(at.Project, $"No access token could be had for {place.Identity}")),
        };

    private CallFailure TokenService(GcpCall call, string what) =>
        new(
            new FlowSecretException(
                ErrorIds.StoreUnavailable,
                FlowErrorCategory.ResourceUnavailable,
                call.Target,
                $"No access token could be had for {place.Identity}: the service that gives it {what} ({place})",
                "Check network and proxy (HTTPS_PROXY), then run the same command again; or log in another way: gcloud auth "
                    + "application-default login"
            ),
            IsTransient: true
        );

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
            (_, 400 or 403) when GcpKey.In(reply.Message) is { } key => Final(KeyUnusable(call, key)),
            ("PERMISSION_DENIED", _) or (_, 403) => Final(Denied(reply, call)),
            ("ALREADY_EXISTS", _) => Final(StoreErrors.SecretExists(place, call.Target)),
            ("ABORTED", _) or (_, 409) => new CallFailure(
                StoreErrors.Conflict(call.Target, $"'{call.Target}' in the {place} was changed by somebody else at the same time"),
                IsTransient: false
            ),
            ("NOT_FOUND", _) or (_, 404) => Final(call.Secret is null ? NoProject(reply) : NotFound(call)),
            ("FAILED_PRECONDITION", _) when reply.Message.Contains("is in DESTROYED state", StringComparison.Ordinal) => Final(
                StoreErrors.VersionDestroyed(call.Target, Number(call))
            ),
            ("FAILED_PRECONDITION", _) when reply.Message.Contains("is in DISABLED state", StringComparison.Ordinal) => Final(
                StoreErrors.VersionDisabled(call.Target, Number(call))
            ),
            ("FAILED_PRECONDITION", _) when call.Permission is "secretmanager.secrets.update" or "secretmanager.secrets.delete" => Final(
                StoreErrors.Conflict(call.Target, $"'{call.Target}' in the {place} was changed by somebody else at the same time")
            ),
            ("RESOURCE_EXHAUSTED", _) or (_, 429) => new CallFailure(Throttled(call), IsTransient: true, RetryAfter: reply.RetryAfter),
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
    public FlowSecretException Forbidden(GcpCall call) =>
        new(
            ErrorIds.AccessDenied,
            FlowErrorCategory.PermissionDenied,
            call.Target,
            $"Permission denied: {place.Identity} has no '{call.Permission}' on "
                + (
                    call.Secret is null || call.Permission == "secretmanager.secrets.create"
                        ? "the project"
                        : $"the secret '{call.Secret}' in project"
                )
                + $" {at.Project}",
            GcpRemedies.Grant(
                at,
                call.Permission == "secretmanager.secrets.create" ? null : call.Secret,
                credential.Member,
                GcpRoles.RoleFor(call.Permission)
            )
        )
        {
            AccessCause = AccessCauses.NoGrant,
        };

    private FlowSecretException Denied(GcpRequestError reply, GcpCall call)
    {
        switch (reply.Reason)
        {
            case "SERVICE_DISABLED":
                return new FlowSecretException(
                    ErrorIds.ApiNotEnabled,
                    FlowErrorCategory.ResourceUnavailable,
                    at.Project,
                    $"The Secret Manager API is not enabled in project {at.Project}",
                    GcpRemedies.EnableApi(at)
                )
                {
                    AccessCause = AccessCauses.ApiNotEnabled,
                };
            case "BILLING_DISABLED":
                return new FlowSecretException(
                    ErrorIds.ApiNotEnabled,
                    FlowErrorCategory.ResourceUnavailable,
                    at.Project,
                    $"Billing is not enabled in project {at.Project}, so Secret Manager cannot be used there",
                    $"Link a billing account: gcloud billing projects link {at.Project} --billing-account=BILLING_ACCOUNT_ID"
                )
                {
                    AccessCause = AccessCauses.ApiNotEnabled,
                };
            case "CONSUMER_INVALID" or "USER_PROJECT_DENIED":
                return NoProject(reply);
            case "ACCESS_TOKEN_SCOPE_INSUFFICIENT":
                return new FlowSecretException(
                    ErrorIds.AccessDenied,
                    FlowErrorCategory.PermissionDenied,
                    call.Target,
                    $"Permission denied: the token of {place.Identity} lacks the scope cloud-platform",
                    "Log in with that scope: gcloud auth application-default login; on a virtual machine set its access scopes to "
                        + "cloud-platform."
                )
                {
                    AccessCause = AccessCauses.NotAuthenticated,
                };
            case "SECURITY_POLICY_VIOLATED":
                return new FlowSecretException(
                    ErrorIds.AccessDenied,
                    FlowErrorCategory.PermissionDenied,
                    call.Target,
                    $"Permission denied: a VPC Service Controls perimeter of the organisation keeps project {at.Project} closed from here",
                    "Ask the organisation's administrators to let this network or identity in."
                )
                {
                    AccessCause = AccessCauses.OrganizationPolicy,
                };
        }

        return call.Secret is null || call.Permission == "secretmanager.secrets.create" ? Forbidden(call) : Undecided(call);
    }

    /// <summary>Google refuses alike what is forbidden and, to who may not ask, what is absent.</summary>
    private FlowSecretException Undecided(GcpCall call) =>
        new(
            ErrorIds.SecretNotFoundOrForbidden,
            FlowErrorCategory.PermissionDenied,
            call.Target,
            $"Permission denied, or there is no secret '{call.Secret}' in project {at.Project}: Google does not tell {place.Identity} "
                + $"which ('{call.Permission}')",
            GcpRemedies.GrantIfThere(at, call.Secret!, credential.Member, GcpRoles.RoleFor(call.Permission))
        )
        {
            AccessCause = AccessCauses.SecretNotFoundOrForbidden,
        };

    private FlowSecretException NoProject(GcpRequestError reply) =>
        new(
            ErrorIds.NoProject,
            FlowErrorCategory.ObjectNotFound,
            at.Project,
            $"There is no project '{at.Project}', or {place.Identity} may not use it{(reply.Reason is null ? "" : $" ({reply.Reason})")}",
            "Name the right one: 'project' in the catalog's environment, Connect-FlowSecretStore -Project, or: gcloud config set "
                + "project YOUR_PROJECT_ID. See gcloud projects list."
        );

    private FlowSecretException Throttled(GcpCall call) =>
        new(
            ErrorIds.Throttled,
            FlowErrorCategory.LimitsExceeded,
            call.Target,
            $"Google goes on throttling calls to project {at.Project} ('{call.Permission}')",
            "Wait a minute and run the same command again, or use a smaller -ThrottleLimit. Quotas: "
                + "https://console.cloud.google.com/apis/api/secretmanager.googleapis.com/quotas"
        );

    private FlowSecretException ChecksumMismatch(GcpCall call) =>
        new(
            ErrorIds.ChecksumMismatch,
            FlowErrorCategory.InvalidData,
            call.Target,
            $"The value of '{call.Target}' in the {place} did not arrive as it is stored: its checksum (CRC32C) differs",
            "Run the same command again; if it stays so, something between here and Google changes replies."
        );

    private FlowSecretException KeyUnusable(GcpCall call, GcpKey key) =>
        new(
            ErrorIds.AccessDenied,
            FlowErrorCategory.PermissionDenied,
            call.Target,
            $"Permission denied: the value of '{call.Target}' in the {place} is encrypted by the KMS key {key.Name}, "
                + $"{(key.IsDisabled ? "whose version is not enabled" : "which Secret Manager's service agent may not use")}",
            key.IsDisabled ? GcpRemedies.EnableKey(key) : GcpRemedies.GrantKey(key, null)
        )
        {
            AccessCause = AccessCauses.KmsKeyNotUsable,
        };

    private static FlowSecretException Refused(GcpRequestError reply, GcpCall call) =>
        new(
            ErrorIds.BadArgument,
            FlowErrorCategory.InvalidArgument,
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
                FlowErrorCategory.ResourceUnavailable,
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

    private static string Reason(TokenResponseException error) => RemoteText.Code(error.Error?.Error) is { } code ? $" ({code})" : "";

    private static CallFailure Final(FlowSecretException error) => new(error, IsTransient: false);
}

/// <summary>A payload whose checksum is not that of its bytes.</summary>
internal sealed class GcpChecksumException : Exception;
