using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Gcp;
using FlowSecrets.CloudFakes.Gcp.SecretManager;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.CloudFakes.Gcp;

/// <summary>gcloud gives and takes access at the fake as at Google, and access follows.</summary>
[Trait(Tier.Name, Tier.Witness)]
public sealed class GcpCliTests : IAsyncLifetime, IDisposable
{
    private const string Api = "serviceAccount:api@flow-test.iam.gserviceaccount.com";
    private const string Accessor = "roles/secretmanager.secretAccessor";

    private readonly Sandbox _sandbox = new();
    private GcpProbe _google = null!;
    private GcpCli _gcloud = null!;

    private GcpIam Iam => _google.Fake.Iam;

    public async ValueTask InitializeAsync()
    {
        _google = await GcpProbe.StartAsync();
        _gcloud = new GcpCli(_google.Fake, _sandbox);
        await _google.Create("db");
        await _google.Add("db", "v");
    }

    public ValueTask DisposeAsync() => _google.DisposeAsync();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task ASecretIsOpenedAndClosed()
    {
        _google.Token = "as:" + Api;
        _gcloud.Ok("secrets", "add-iam-policy-binding", "db", "--project=flow-test", "--member=" + Api, "--role=" + Accessor);
        Assert.Equal("v", await _google.Access("db"));
        JsonNode policy = JsonNode.Parse(_gcloud.Ok("secrets", "get-iam-policy", "db", "--project=flow-test", "--format=json"))!;
        Assert.Equal((1, Api), ((int)policy["version"]!, (string?)policy["bindings"]![0]!["members"]![0]));
        _gcloud.Ok("secrets", "remove-iam-policy-binding", "db", "--project=flow-test", "--member=" + Api, "--role=" + Accessor);
        Assert.StartsWith("403", await _google.Error("GET", "secrets/db/versions/latest:access"));
        _gcloud.Ok(
            "secrets",
            "add-iam-policy-binding",
            "db",
            "--project=flow-test",
            "--member=" + Api,
            "--role=" + Accessor,
            "--condition=expression=request.time < timestamp(\"2030-01-01T00:00:00Z\"),title=short"
        );
        Assert.Equal("v", await _google.Access("db"));
        _google.Fake.Skew = TimeSpan.FromDays(3650);
        Assert.StartsWith("403", await _google.Error("GET", "secrets/db/versions/latest:access"));
    }

    [Fact]
    public async Task AnIdentityIsRefusedInGooglesWords()
    {
        _gcloud.Token = "as:user:dev@example.com";
        Assert.Contains(
            "PERMISSION_DENIED: Permission 'secretmanager.versions.access' denied for resource "
                + "'projects/flow-test/secrets/db/versions/latest' (or it may not exist).",
            _gcloud.Fails("secrets", "versions", "access", "latest", "--secret=db")
        );
        Assert.Contains(
            "Permission denied to enable service [run.googleapis.com]",
            _gcloud.Fails("services", "enable", "run.googleapis.com", "--project=flow-test")
        );
        Assert.Contains(
            "does not have permission to access projects instance [flow-test:getIamPolicy] (or it may not exist)",
            _gcloud.Fails("projects", "get-iam-policy", "flow-test")
        );
        Iam.Grant("projects/flow-test", "user:dev@example.com", "roles/secretmanager.secretVersionManager");
        _gcloud.Ok("secrets", "versions", "disable", "1", "--secret=db");
        _gcloud.Ok("secrets", "versions", "enable", "1", "--secret=db", "--project=flow-test");
        Assert.Equal("v", await _google.Access("db", "1"));
    }

    [Fact]
    public void AProjectIsOpenedAndAskedForItsAncestors()
    {
        Iam.SetAncestry("flow-test", "folders/111", "organizations/222");
        _gcloud.Ok("projects", "add-iam-policy-binding", "flow-test", "--member=" + Api, "--role=" + Accessor, "--condition=None");
        Assert.True(Iam.Allows(Api, "secretmanager.versions.access", "projects/flow-test/secrets/db"));
        JsonNode policy = JsonNode.Parse(_gcloud.Ok("projects", "get-iam-policy", "flow-test", "--format=json"))!;
        Assert.Equal(Accessor, (string?)policy["bindings"]![0]!["role"]);
        Assert.Equal(
            ["flow-test", "111", "222"],
            _gcloud.Ok("projects", "get-ancestors", "flow-test", "--format=value(id)").Split('\n', StringSplitOptions.RemoveEmptyEntries)
        );
        Assert.Contains("Projects.SetIamPolicy", _google.Fake.Calls.Select(static c => c.Operation));
        Assert.Contains("secretmanager.versions.access", _gcloud.Ok("iam", "roles", "describe", Accessor));
    }

    [Fact]
    public async Task FoldersOrganizationsAndRegionalSecretsAreOpened()
    {
        await _google.Ok("POST", "locations/europe-west1/secrets?secretId=there", "{}");
        _gcloud.Ok(
            "secrets",
            "add-iam-policy-binding",
            "there",
            "--location=europe-west1",
            "--project=flow-test",
            "--member=" + Api,
            "--role=" + Accessor
        );
        Assert.True(Iam.Allows(Api, "secretmanager.versions.access", "projects/flow-test/locations/europe-west1/secrets/there"));
        Iam.SetAncestry("flow-test", "folders/111", "organizations/222");
        _gcloud.Ok(
            "resource-manager",
            "folders",
            "add-iam-policy-binding",
            "111",
            "--member=user:folder@example.com",
            "--role=" + Accessor,
            "--condition=None"
        );
        _gcloud.Ok(
            "organizations",
            "add-iam-policy-binding",
            "222",
            "--member=user:organization@example.com",
            "--role=" + Accessor,
            "--condition=None"
        );
        Assert.All(
            ["user:folder@example.com", "user:organization@example.com"],
            m => Assert.True(Iam.Allows(m, "secretmanager.versions.access", "projects/flow-test/secrets/db"))
        );
    }

    [Fact]
    public async Task AKeyIsOpenedAndEnabled()
    {
        const string Key = "projects/flow-test/locations/global/keyRings/r/cryptoKeys/k";
        await _google.Ok(
            "POST",
            "secrets?secretId=enc",
            $$$"""{"replication":{"automatic":{"customerManagedEncryption":{"kmsKeyName":"{{{Key}}}"} } } }"""
        );
        await _google.Add("enc", "v");
        _google.Fake.Kms.AddKey(Key);
        _gcloud.Ok(
            "kms",
            "keys",
            "add-iam-policy-binding",
            "k",
            "--keyring=r",
            "--location=global",
            "--project=flow-test",
            "--member=" + _google.Fake.Kms.ServiceAgent("flow-test"),
            "--role=roles/cloudkms.cryptoKeyEncrypterDecrypter"
        );
        Assert.Equal("v", await _google.Access("enc"));
        _gcloud.Ok("kms", "keys", "versions", "disable", "1", "--key=k", "--keyring=r", "--location=global", "--project=flow-test");
        Assert.Contains("current state is: DISABLED", await _google.Error("GET", "secrets/enc/versions/1:access"));
        _gcloud.Ok("kms", "keys", "versions", "enable", "1", "--key=k", "--keyring=r", "--location=global", "--project=flow-test");
        Assert.Equal("v", await _google.Access("enc"));
    }

    [Fact]
    public async Task AnApiIsEnabled()
    {
        _google.Fake.EnabledApis.Disable("secretmanager");
        Assert.Contains(
            "Secret Manager API has not been used in project 123456789 before or it is disabled.",
            await _google.Error("GET", "secrets/db")
        );
        _gcloud.Ok("services", "enable", "secretmanager.googleapis.com", "--project=flow-test");
        await _google.Ok("GET", "secrets/db");
        Assert.Contains("Operations.Get", _google.Fake.Calls.Select(static c => c.Operation));
    }

    [Fact]
    public async Task AWorkloadMayActAsAServiceAccount()
    {
        const string Workload =
            "principal://iam.googleapis.com/projects/123456789/locations/global/workloadIdentityPools/github/"
            + "subject/repo:org/app:ref:refs/heads/main";
        _google.Token = "as:" + Workload;
        const string Path = "/v1/projects/-/serviceAccounts/api@flow-test.iam.gserviceaccount.com:generateAccessToken";
        Assert.Equal(
            "403 PERMISSION_DENIED Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist).",
            await _google.Error("POST", Path, """{"scope":["https://www.googleapis.com/auth/cloud-platform"]}""")
        );
        _gcloud.Ok(
            "iam",
            "service-accounts",
            "add-iam-policy-binding",
            "api@flow-test.iam.gserviceaccount.com",
            "--project=flow-test",
            "--role=roles/iam.workloadIdentityUser",
            "--member=" + Workload
        );
        JsonObject reply = await _google.Ok("POST", Path, """{"scope":["https://www.googleapis.com/auth/cloud-platform"]}""");
        Assert.Equal("as:" + Api, (string?)reply["accessToken"]);
        Assert.Contains(
            Workload,
            _gcloud.Ok("iam", "service-accounts", "get-iam-policy", "api@flow-test.iam.gserviceaccount.com", "--project=flow-test")
        );
    }

    [Fact]
    public void AServiceAccountIsImpersonated()
    {
        Iam.Grant("projects/flow-test/secrets/db", Api, Accessor);
        _gcloud.Token = "as:user:dev@example.com";
        string[] command =
        [
            "secrets",
            "versions",
            "access",
            "latest",
            "--secret=db",
            "--impersonate-service-account=api@flow-test.iam.gserviceaccount.com",
        ];
        Assert.Contains("roles/iam.serviceAccountTokenCreator", _gcloud.Fails(command));
        Iam.Grant(
            "projects/-/serviceAccounts/api@flow-test.iam.gserviceaccount.com",
            "user:dev@example.com",
            "roles/iam.serviceAccountTokenCreator"
        );
        Assert.Equal("v", _gcloud.Ok(command));
    }

    [Fact]
    public void AProviderIsToldWhomToTrust()
    {
        string[] place = ["actions", "--workload-identity-pool=github", "--location=global", "--project=flow-test"];
        Iam.AddProvider(
            "projects/flow-test/locations/global/workloadIdentityPools/github/providers/actions",
            "https://token.actions.githubusercontent.com",
            new Dictionary<string, string>(StringComparer.Ordinal) { ["google.subject"] = "assertion.sub" },
            "assertion.repository == 'org/other'"
        );
        _gcloud.Ok([
            "iam",
            "workload-identity-pools",
            "providers",
            "update-oidc",
            .. place,
            "--attribute-condition=assertion.repository == 'org/app'",
        ]);
        Assert.Equal(
            "assertion.repository == 'org/app'",
            _gcloud.Ok(["iam", "workload-identity-pools", "providers", "describe", .. place, "--format=value(attributeCondition)"]).Trim()
        );
    }

    [Fact]
    public void ADenyPolicyIsReadChangedAndDeleted()
    {
        string[] place = ["--attachment-point=cloudresourcemanager.googleapis.com/projects/flow-test", "--kind=denypolicies"];
        Iam.Grant("projects/flow-test", Api, Accessor);
        string id = Iam.Deny("projects/flow-test", [Api], ["secretmanager.versions.access"]);
        Assert.Contains($"projects%2F123456789/denypolicies/{id}", _gcloud.Ok(["iam", "policies", "list", .. place]));
        JsonNode policy = JsonNode.Parse(_gcloud.Ok(["iam", "policies", "get", id, .. place, "--format=json"]))!;
        JsonObject rule = policy["rules"]![0]!["denyRule"]!.AsObject();
        Assert.Equal("secretmanager.googleapis.com/versions.access", (string?)rule["deniedPermissions"]![0]);
        rule["exceptionPrincipals"] = new JsonArray(
            "principal://iam.googleapis.com/projects/-/serviceAccounts/api@flow-test.iam.gserviceaccount.com"
        );
        Assert.False(Allowed());
        _sandbox.Write("deny.json", policy.ToJsonString());
        _gcloud.Ok(["iam", "policies", "update", id, .. place, "--policy-file=deny.json"]);
        Assert.True(Allowed());
        _gcloud.Ok(["iam", "policies", "delete", id, .. place]);
        Assert.Equal(
            ["DenyPolicies.List", "DenyPolicies.Get", "DenyPolicies.Update", "DenyPolicies.Delete"],
            _google.Fake.Calls.Select(static c => c.Operation).Where(static o => o.StartsWith("Deny", StringComparison.Ordinal))
        );

        bool Allowed() => Iam.Allows(Api, "secretmanager.versions.access", "projects/flow-test/secrets/db");
    }

    [Fact]
    public void AccessIsExplained()
    {
        string[] question =
        [
            "policy-intelligence",
            "troubleshoot-policy",
            "iam",
            "//secretmanager.googleapis.com/projects/123456789/secrets/db",
            "--principal-email=api@flow-test.iam.gserviceaccount.com",
            "--permission=secretmanager.versions.access",
        ];
        Assert.Equal("CANNOT_ACCESS", _gcloud.Ok([.. question, "--format=value(overallAccessState)"]).Trim());
        Iam.Grant("projects/flow-test/secrets/db", Api, Accessor, "request.time < timestamp('2030-01-01T00:00:00Z')");
        Assert.Equal("UNKNOWN_CONDITIONAL", _gcloud.Ok([.. question, "--format=value(overallAccessState)"]).Trim());
        JsonNode answer = JsonNode.Parse(_gcloud.Ok([.. question, "--request-time=2026-01-01T00:00:00Z", "--format=json"]))!;
        Assert.Equal("CAN_ACCESS", (string?)answer["overallAccessState"]);
        Assert.Equal(
            "ROLE_PERMISSION_INCLUDED",
            (string?)answer["allowPolicyExplanation"]!["explainedPolicies"]![0]!["bindingExplanations"]![0]!["rolePermission"]
        );
    }

    [Fact]
    public void WhoChangedAPolicyIsLogged()
    {
        _gcloud.Ok("secrets", "add-iam-policy-binding", "db", "--member=" + Api, "--role=" + Accessor);
        JsonNode entries = JsonNode.Parse(
            _gcloud.Ok(
                "logging",
                "read",
                "protoPayload.methodName=\"google.cloud.secretmanager.v1.SecretManagerService.SetIamPolicy\" AND "
                    + "protoPayload.resourceName=\"projects/123456789/secrets/db\"",
                "--project=flow-test",
                "--limit=1",
                "--format=json"
            )
        )!;
        JsonNode payload = entries[0]!["protoPayload"]!;
        Assert.Equal(
            ("owner@example.com", Api),
            (
                (string?)payload["authenticationInfo"]!["principalEmail"],
                (string?)payload["serviceData"]!["policyDelta"]!["bindingDeltas"]![0]!["member"]
            )
        );
    }
}
