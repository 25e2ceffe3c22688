using System.Text;
using System.Text.Json;
using FlowSecrets.CloudFakes.Gcp;
using FlowSecrets.CloudFakes.Gcp.SecretManager;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Providers.Gcp.SecretManager;
using FlowSecrets.Tests.Contracts;
using FlowSecrets.Tests.Gcp.Connection;
using FlowSecrets.Tests.Transport;
using static FlowSecrets.Tests.Gcp.Iam.GcpAccessWorld;

namespace FlowSecrets.Tests.Gcp.Iam;

/// <summary>Who asks is nobody, too late, somebody else, or a workload whose token is not let in.</summary>
public sealed class GcpLoginCauseTests : IAsyncLifetime
{
    private const string LogIn =
        "Log in: gcloud auth login, and for programs: gcloud auth application-default login; in CI set GOOGLE_APPLICATION_CREDENTIALS. "
        + "Then see Get-FlowSecretStore.";
    private const string Issuer = "https://token.actions.githubusercontent.com";
    private const string Pool = "projects/123456789/locations/global/workloadIdentityPools/github";
    private const string Provider = Pool + "/providers/actions";
    private const string Subject = "repo:org/app:ref:refs/heads/main";
    private const string Workload = "principal://iam.googleapis.com/" + Pool + "/subject/" + Subject;

    private GcpAccessWorld _world = null!;

    public async ValueTask InitializeAsync() => _world = await StartAsync();

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public void WithoutCredentialsNothingIsAsked()
    {
        FlowSecretException error = Assert.Throws<FlowSecretException>(() => _world.Setting.Credential());
        Assert.Equal((ErrorIds.NotAuthenticated, AccessCauses.NotAuthenticated, LogIn), (error.Id, error.AccessCause, error.Remedy));
    }

    [Fact]
    public async Task AnExpiredTokenIsNoDenial()
    {
        await using GcpFake strict = await GcpFake.StartAsync(new GcpFakeOptions { RequiredToken = "fresh" });
        _world.Setting.Set("GOOGLE_OAUTH_ACCESS_TOKEN", "stale");
        AccessAnswer answer = await AnswerAsync(_world.Setting.Gcp(strict.Endpoint));
        Says(AccessResult.Denied, AccessCauses.NotAuthenticated, LogIn, answer);
        Assert.Equal(
            "Google refused the credentials of access token of GOOGLE_OAUTH_ACCESS_TOKEN: they are wrong, expired or revoked.",
            answer.Evidence
        );
    }

    [Fact]
    public async Task ATokenOfAnotherTimeIsTheClocks()
    {
        await using LoopbackServer tokens = await LoopbackServer.StartAsync(static _ => new Answer(
            400,
            """{"error":"invalid_grant","error_description":"Invalid JWT: Token must be a short-lived token (60 minutes) """
                + """and in a reasonable timeframe. Check your iat and exp values in the JWT claim."}"""
        ));
        string file = _world.Setting.Write("key.json", GcpKeys.Json(GcpKeys.ServiceAccount(tokens.Address)));
        AccessAnswer answer = await AnswerAsync(
            _world.Setting.Gcp(_world.Fake.Endpoint, new StoreSelection(StoreKind.Gcp) { CredentialPath = file })
        );
        Says(
            AccessResult.Denied,
            AccessCauses.ClockSkew,
            "Set the clock (timedatectl set-ntp true; w32tm /resync), then run the same command again.",
            answer
        );
    }

    [Fact]
    public async Task AnotherLoginOfThisMachineIsTheOneThatWasMeant()
    {
        const string Lead = "user:lead@example.com";
        _world.Setting.Write("gcloud/configurations/config_default", "[core]\naccount = lead@example.com\n");
        _world.Iam.Grant(Project, Dev, Viewer);
        Says(AccessResult.Denied, AccessCauses.NoGrant, Grant(Dev), await _world.TestAsync(Dev));
        _world.Iam.Grant(Db, Lead, Accessor);
        AccessAnswer answer = await _world.TestAsync(Dev);
        Says(
            AccessResult.Denied,
            AccessCauses.OtherIdentity,
            "Ask as that one: Connect-FlowSecretStore -Store Gcp -Project flow-test -AccessToken (gcloud auth print-access-token | "
                + "ConvertTo-SecureString -AsPlainText)",
            answer
        );
        Assert.Equal(
            "It was asked as user:dev@example.com (access token of GOOGLE_OAUTH_ACCESS_TOKEN), who has no "
                + "'secretmanager.versions.access'; gcloud is logged in as user:lead@example.com, who has "
                + "roles/secretmanager.secretAccessor on the secret 'db'",
            answer.Evidence
        );
        _world.Iam.Deny(Project, [Lead], [AccessVersions]);
        _world.Iam.Grant(Project, Dev, "roles/iam.denyReviewer");
        Assert.Equal(AccessCauses.NoGrant, (await _world.TestAsync(Dev)).Cause);
    }

    [Fact]
    public async Task AnExchangeThatTheProvidersConditionRefusesShowsBothSides()
    {
        Trust("assertion.repository == 'org/other'");
        AccessAnswer answer = await AnswerAsync(Federated(impersonates: false));
        Says(
            AccessResult.Denied,
            AccessCauses.FederationMismatch,
            $"Compare it with the provider's condition: gcloud iam workload-identity-pools providers describe {Provider} "
                + $"--format='value(attributeCondition)'",
            answer
        );
        Assert.Equal(
            $"Google did not take the token of external_account (-CredentialPath) (unauthorized_client): its token's subject is "
                + $"'{Subject}', its issuer {Issuer}, its audience https://github.com/org.",
            answer.Evidence
        );
    }

    [Fact]
    public async Task AWorkloadThatIsLetInIsAskedLikeAnybody()
    {
        Trust("assertion.repository == 'org/app'");
        GcpStore store = Federated(impersonates: false);
        Assert.Equal(
            (AccessCauses.SecretNotFoundOrForbidden, Workload),
            (await AnswerAsync(store) is var none ? (none.Cause, none.Principal) : default)
        );
        _world.Iam.Grant(Db, Workload, Accessor);
        Assert.Equal(AccessResult.Allowed, (await AnswerAsync(store)).Result);
    }

    [Fact]
    public async Task AServiceAccountThatDoesNotLetTheWorkloadActForItIsNamed()
    {
        Trust("assertion.repository == 'org/app'");
        _world.Iam.Grant(Db, Api, Accessor);
        AccessAnswer answer = await AnswerAsync(Federated(impersonates: true));
        Says(
            AccessResult.Denied,
            AccessCauses.FederationMismatch,
            LetIn(Workload) + $"; what it lets in now shows: Test-FlowSecretAccess NAME -Principal '{Api}' -TokenSubject '{Subject}'",
            answer
        );
        _world.Iam.Grant(ApiAccount, Workload, "roles/iam.workloadIdentityUser");
        Assert.Equal(AccessResult.Allowed, (await AnswerAsync(Federated(impersonates: true))).Result);
    }

    [Fact]
    public async Task ASubjectIsComparedWithWhatTheAccountTrusts()
    {
        const string Pull = "repo:org/app:pull_request";
        _world.Iam.Grant(Db, Api, Accessor);
        _world.Iam.Grant(ApiAccount, Workload, "roles/iam.workloadIdentityUser");
        Assert.Equal(AccessResult.Allowed, (await _world.TestAsync(null, Api, subject: Subject)).Result);
        AccessAnswer answer = await _world.TestAsync(null, Api, subject: Pull);
        Says(
            AccessResult.Denied,
            AccessCauses.FederationMismatch,
            LetIn(Workload.Replace(Subject, Pull, StringComparison.Ordinal)),
            answer
        );
        Assert.Equal(
            $"The token's subject is '{Pull}', and api@flow-test.iam.gserviceaccount.com lets in 'subject/{Subject}'",
            answer.Evidence
        );
        Assert.Equal(AccessCauses.FederationMismatch, (await _world.TestAsync(null, Api, subject: Subject.ToUpperInvariant())).Cause);
        _world.Iam.Grant(
            ApiAccount,
            $"principalSet://iam.googleapis.com/{Pool}/attribute.repository/org/app",
            "roles/iam.workloadIdentityUser"
        );

        // What the provider maps to the attribute is not read.
        answer = await _world.TestAsync(null, Api, subject: Pull);
        Assert.Equal((AccessResult.Unknown, AccessCauses.FederationMismatch), (answer.Result, answer.Cause));
    }

    [Fact]
    public async Task WhoMayNotSeeTheTrustIsNotGuessed()
    {
        Says(
            AccessResult.Unknown,
            AccessCauses.PolicyUnreadable,
            "Let somebody look who may: gcloud iam service-accounts get-iam-policy api@flow-test.iam.gserviceaccount.com",
            await _world.TestAsync(Dev, Api, subject: Subject)
        );
    }

    [Fact]
    public async Task ADirectSubjectIsComparedWithTheTokens()
    {
        _world.Iam.Grant(Db, Workload, Accessor);
        Assert.Equal(AccessResult.Allowed, (await _world.TestAsync(null, Workload, subject: Subject)).Result);
        string other = Workload.Replace("main", "dev", StringComparison.Ordinal);
        AccessAnswer answer = await _world.TestAsync(null, Workload, subject: "repo:org/app:ref:refs/heads/dev");
        Says(AccessResult.Denied, AccessCauses.FederationMismatch, Grant(other), answer);
        Assert.Equal($"The token's subject is 'repo:org/app:ref:refs/heads/dev', and the principal's is '{Subject}'", answer.Evidence);
    }

    private static string LetIn(string member) =>
        $"Let an owner of the service account let it in: gcloud iam service-accounts add-iam-policy-binding "
        + $"api@flow-test.iam.gserviceaccount.com --project=flow-test --member='{member}' --role='roles/iam.workloadIdentityUser'";

    private void Trust(string condition) =>
        _world.Iam.AddProvider(
            Provider,
            Issuer,
            new Dictionary<string, string>(StringComparer.Ordinal) { ["google.subject"] = "assertion.sub" },
            condition
        );

    private GcpStore Federated(bool impersonates)
    {
        var claims = new
        {
            iss = Issuer,
            sub = Subject,
            aud = "https://github.com/org",
            repository = "org/app",
        };
        string token = _world.Setting.Write("token.jwt", $"{Part(new { alg = "none" })}.{Part(claims)}.x");
        string file = _world.Setting.Write(
            "federated.json",
            GcpKeys.Json(
                new
                {
                    type = "external_account",
                    audience = "//iam.googleapis.com/" + Provider,
                    subject_token_type = "urn:ietf:params:oauth:token-type:jwt",
                    token_url = new Uri(_world.Fake.Endpoint, "v1/token").AbsoluteUri,
                    credential_source = new { file = token },
                    service_account_impersonation_url = impersonates
                        ? new Uri(
                            _world.Fake.Endpoint,
                            "v1/projects/-/serviceAccounts/api@flow-test.iam.gserviceaccount.com:generateAccessToken"
                        ).AbsoluteUri
                        : null,
                }
            )
        );
        return _world.Setting.Gcp(_world.Fake.Endpoint, new StoreSelection(StoreKind.Gcp) { CredentialPath = file }, CloudStores.Quick);
    }

    private static string Part(object claims) =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(claims))).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
