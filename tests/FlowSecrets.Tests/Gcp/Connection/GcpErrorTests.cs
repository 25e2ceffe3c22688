using FlowSecrets.CloudFakes.Gcp;
using FlowSecrets.CloudFakes.Gcp.SecretManager;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Providers.Gcp.SecretManager;
using FlowSecrets.Tests.Transport;
using static FlowSecrets.Tests.Transport.Refusals;

namespace FlowSecrets.Tests.Gcp.Connection;

/// <summary>Each answer of the API in our ids, with project, identity and the command that mends it.</summary>
public sealed class GcpErrorTests : IAsyncLifetime
{
    private const string Who = "access token of GOOGLE_OAUTH_ACCESS_TOKEN";
    private const string Proxy =
        "Check network, proxy (HTTPS_PROXY) and -Endpoint, then run the same command again. https://status.cloud.google.com shows "
        + "Google's own state.";
    private readonly CloudSetting _setting = new(("GOOGLE_OAUTH_ACCESS_TOKEN", "t"));
    private LoopbackServer? _server;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _setting.Dispose();
    }

    [Theory]
    [InlineData(
        401,
        "UNAUTHENTICATED",
        null,
        ErrorIds.NotAuthenticated,
        $"Google refused the credentials of {Who}: they are wrong, expired or revoked.",
        "Log in: gcloud auth login, and for programs: gcloud auth application-default login; in CI set GOOGLE_APPLICATION_CREDENTIALS. "
            + "Then see Get-FlowSecretStore."
    )]
    [InlineData(
        403,
        "PERMISSION_DENIED",
        "SERVICE_DISABLED",
        ErrorIds.ApiNotEnabled,
        "The Secret Manager API is not enabled in project flow-test.",
        "Enable it, then wait some minutes: gcloud services enable secretmanager.googleapis.com --project=flow-test"
    )]
    [InlineData(
        403,
        "PERMISSION_DENIED",
        "BILLING_DISABLED",
        ErrorIds.ApiNotEnabled,
        "Billing is not enabled in project flow-test, so Secret Manager cannot be used there.",
        "Link a billing account: gcloud billing projects link flow-test --billing-account=BILLING_ACCOUNT_ID"
    )]
    [InlineData(
        403,
        "PERMISSION_DENIED",
        "CONSUMER_INVALID",
        ErrorIds.NoProject,
        $"There is no project 'flow-test', or {Who} may not use it (CONSUMER_INVALID).",
        "Name the right one: 'project' in the catalog's environment, Connect-FlowSecretStore -Project, or: gcloud config set project "
            + "YOUR_PROJECT_ID. See gcloud projects list."
    )]
    [InlineData(
        403,
        "PERMISSION_DENIED",
        "USER_PROJECT_DENIED",
        ErrorIds.NoProject,
        $"There is no project 'flow-test', or {Who} may not use it (USER_PROJECT_DENIED).",
        "Name the right one: 'project' in the catalog's environment, Connect-FlowSecretStore -Project, or: gcloud config set project "
            + "YOUR_PROJECT_ID. See gcloud projects list."
    )]
    [InlineData(
        403,
        "PERMISSION_DENIED",
        "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
        ErrorIds.AccessDenied,
        $"Permission denied: the token of {Who} lacks the scope cloud-platform.",
        "Log in with that scope: gcloud auth application-default login; on a virtual machine set its access scopes to cloud-platform."
    )]
    [InlineData(
        403,
        "PERMISSION_DENIED",
        "SECURITY_POLICY_VIOLATED",
        ErrorIds.AccessDenied,
        "Permission denied: a VPC Service Controls perimeter of the organisation keeps project flow-test closed from here.",
        "Ask the organisation's administrators to let this network or identity in."
    )]
    [InlineData(
        403,
        "PERMISSION_DENIED",
        "IAM_PERMISSION_DENIED",
        ErrorIds.SecretNotFoundOrForbidden,
        $"Permission denied: There is no secret 's1' in project flow-test, or {Who} may not use it: Google does not tell which "
            + $"('secretmanager.secrets.get').",
        "Is it the project you meant? See Get-FlowSecretStore. If it is, let an owner grant it: gcloud secrets add-iam-policy-binding "
            + "s1 --project=flow-test --member='user:YOUR_ACCOUNT' --role='roles/secretmanager.viewer' --condition=None"
    )]
    [InlineData(
        403,
        "PERMISSION_DENIED",
        "##vso[x]",
        ErrorIds.SecretNotFoundOrForbidden,
        $"Permission denied: There is no secret 's1' in project flow-test, or {Who} may not use it: Google does not tell which "
            + $"('secretmanager.secrets.get').",
        "Is it the project you meant? See Get-FlowSecretStore. If it is, let an owner grant it: gcloud secrets add-iam-policy-binding "
            + "s1 --project=flow-test --member='user:YOUR_ACCOUNT' --role='roles/secretmanager.viewer' --condition=None"
    )]
    [InlineData(
        409,
        "ABORTED",
        null,
        ErrorIds.Conflict,
        "'s1' in the Gcp store of project flow-test was changed by somebody else at the same time.",
        "Look at it, then try again; nothing was changed by this command."
    )]
    [InlineData(
        429,
        "RESOURCE_EXHAUSTED",
        null,
        ErrorIds.Throttled,
        "Google goes on throttling calls to project flow-test ('secretmanager.secrets.get').",
        "Wait a minute and run the same command again, or use a smaller -ThrottleLimit. Quotas: "
            + "https://console.cloud.google.com/apis/api/secretmanager.googleapis.com/quotas"
    )]
    [InlineData(
        400,
        "INVALID_ARGUMENT",
        null,
        ErrorIds.BadArgument,
        "Google refused the call ('secretmanager.secrets.get' on 's1', INVALID_ARGUMENT): \"said # #vso[x]\".",
        "Correct what it names, and try again."
    )]
    [InlineData(
        400,
        "::add-mask::x",
        null,
        ErrorIds.BadArgument,
        "Google refused the call ('secretmanager.secrets.get' on 's1', 400): \"said # #vso[x]\".",
        "Correct what it names, and try again."
    )]
    [InlineData(
        400,
        "FAILED_PRECONDITION",
        null,
        ErrorIds.BadArgument,
        "Google refused the call ('secretmanager.secrets.get' on 's1', FAILED_PRECONDITION): \"said # #vso[x]\".",
        "Correct what it names, and try again."
    )]
    [InlineData(
        500,
        "INTERNAL",
        null,
        ErrorIds.StoreUnavailable,
        "127.0.0.1 answered with status 500 (Gcp store of project flow-test).",
        Proxy
    )]
    [InlineData(
        503,
        "UNAVAILABLE",
        null,
        ErrorIds.StoreUnavailable,
        "127.0.0.1 answered with status 503 (Gcp store of project flow-test).",
        Proxy
    )]
    [InlineData(
        504,
        "DEADLINE_EXCEEDED",
        null,
        ErrorIds.StoreUnavailable,
        "127.0.0.1 answered with status 504 (Gcp store of project flow-test).",
        Proxy
    )]
    public async Task EachAnswerHasItsIdCauseAndRemedy(int status, string code, string? reason, string id, string cause, string remedy)
    {
        FlowSecretException error = await AnsweredAsync(new Answer(status, Error(status, code, reason, "said ##vso[x]")));
        Assert.Equal((id, cause, remedy), (error.Id, error.Cause, error.Remedy));
    }

    [Theory]
    [InlineData(301)]
    [InlineData(400)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(407)]
    [InlineData(409)]
    [InlineData(502)]
    public async Task AStrangersPageIsNeitherAbsenceNorDenial(int status)
    {
        FlowSecretException error = await AnsweredAsync(Answer.Html(status));
        Assert.Equal((ErrorIds.StoreUnavailable, Proxy), (error.Id, error.Remedy));
        Assert.Contains(status == 301 ? "a redirect, which is not followed" : $"status {status}", error.Cause);
        Assert.DoesNotContain("sign in</body>", error.ToString());
    }

    [Theory]
    [InlineData("INVALID_ARGUMENT", "etag CANARY-7f3a", ErrorIds.BadArgument)]
    [InlineData(
        "FAILED_PRECONDITION",
        "Secret Version [projects/1/secrets/budgetagent-DESTROYED/versions/1] is in DISABLED state.",
        ErrorIds.VersionDisabled
    )]
    [InlineData("FAILED_PRECONDITION", "Secret Version [x] is in DISABLED state.", ErrorIds.VersionDisabled)]
    [InlineData("FAILED_PRECONDITION", "Secret Version [x] is in DESTROYED state.", ErrorIds.VersionDestroyed)]
    public async Task APreconditionIsToldByWhatItSays(string code, string message, string id) =>
        Assert.Equal(id, (await AnsweredAsync(new Answer(400, Error(400, code, null, message)))).Id);

    [Fact]
    public async Task AProjectThatIsNotThereIsNotAnAbsentSecret()
    {
        GcpStore store = await StoreAsync(new Answer(404, Error(404, "NOT_FOUND", null, "no")));
        StoreValidation found = await store.ValidateAsync(CancellationToken.None);
        Assert.Equal((StoreReadiness.Error, ErrorIds.NoProject), (found.Readiness, found.Error?.Id));
        Assert.Contains("gcloud projects list", found.Error!.Remedy);
    }

    [Fact]
    public async Task AnAbsentSecretHintsAtTheWrongProject()
    {
        await using GcpFake fake = await GcpFake.StartAsync();
        FlowSecretException error = await ReadAsync(_setting.Gcp(fake.Endpoint), "s1");
        Assert.Equal((ErrorIds.SecretNotFound, "There is no secret 's1' in the Gcp store of project flow-test."), (error.Id, error.Cause));
        Assert.Equal(
            "Set up what the catalog names with Initialize-FlowSecret, or make this one: New-FlowSecret -StoreName 's1'. Is it the "
                + "store you meant? See Get-FlowSecretStore.",
            error.Remedy
        );
    }

    [Fact]
    public async Task AnAddressWhereNobodyListensIsNamed()
    {
        FlowSecretException error = await ReadAsync(_setting.Gcp(new Uri("http://127.0.0.1:9/")), "s1");
        Assert.Equal(
            (ErrorIds.StoreUnavailable, "127.0.0.1 cannot be reached (Gcp store of project flow-test).", Proxy),
            (error.Id, error.Cause, error.Remedy)
        );
    }

    private static string Error(int status, string code, string? reason, string message) =>
        System.Text.Json.JsonSerializer.Serialize(
            new
            {
                error = new
                {
                    code = status,
                    message,
                    status = code,
                    details = reason is null ? [] : new[] { new { reason, domain = "googleapis.com" } },
                },
            }
        );

    private async Task<GcpStore> StoreAsync(Answer answer)
    {
        _server = await LoopbackServer.StartAsync(_ => answer);
        return _setting.Gcp(_server.Address);
    }

    private async Task<FlowSecretException> AnsweredAsync(Answer answer)
    {
        GcpStore store = await StoreAsync(answer);
        return await Assert.ThrowsAsync<FlowSecretException>(() => store.DescribeAsync("s1", CancellationToken.None));
    }
}
