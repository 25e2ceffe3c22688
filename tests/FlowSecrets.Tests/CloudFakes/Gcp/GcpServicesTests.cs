using System.Text;
using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Gcp;
using FlowSecrets.CloudFakes.Gcp.SecretManager;
using FlowSecrets.Ports;

namespace FlowSecrets.Tests.CloudFakes.Gcp;

/// <summary>What surrounds Secret Manager at the Google fake, over HTTP.</summary>
public sealed class GcpServicesTests : IAsyncLifetime
{
    private const string Dev = "user:dev@example.com";
    private const string Api = "serviceAccount:api@flow-test.iam.gserviceaccount.com";
    private const string Accessor = "roles/secretmanager.secretAccessor";
    private const string GitHub = "https://token.actions.githubusercontent.com";
    private const string Pool = "iam.googleapis.com/projects/123456789/locations/global/workloadIdentityPools/github";
    private const string Question = """
        {"accessTuple":{"principal":"dev@example.com",
        "fullResourceName":"//secretmanager.googleapis.com/projects/123456789/secrets/db",
        "permission":"secretmanager.versions.access"}}
        """;

    private GcpProbe _google = null!;

    private GcpIam Iam => _google.Fake.Iam;

    public async ValueTask InitializeAsync()
    {
        _google = await GcpProbe.StartAsync();
        await _google.Create("db");
        Iam.SetAncestry("flow-test", "folders/111", "organizations/222");
    }

    public ValueTask DisposeAsync() => _google.DisposeAsync();

    [Fact]
    public async Task ProjectsHangBelowFolders()
    {
        JsonObject project = await _google.Ok("GET", "/v3/projects/flow-test");
        Assert.Equal(
            ("projects/123456789", "folders/111", "flow-test"),
            ((string?)project["name"], (string?)project["parent"], (string?)project["projectId"])
        );
        Assert.Equal("organizations/222", (string?)(await _google.Ok("GET", "/v3/folders/111"))["parent"]);
        JsonObject old = await _google.Ok("GET", "/v1/projects/123456789");
        Assert.Equal(
            ("123456789", "flow-test", "folder"),
            ((string?)old["projectNumber"], (string?)old["projectId"], (string?)old["parent"]!["type"])
        );
        _google.Token = "as:" + Dev;
        Assert.Equal(
            "403 PERMISSION_DENIED Permission 'resourcemanager.folders.get' denied on resource "
                + "'//cloudresourcemanager.googleapis.com/folders/111' (or it may not exist).",
            await _google.Error("GET", "/v3/folders/111")
        );
    }

    [Theory]
    [InlineData("/v3/projects/flow-test", "roles/iam.securityReviewer", "Projects")]
    [InlineData("/v1/projects/flow-test", "roles/resourcemanager.projectIamAdmin", "Projects")]
    [InlineData("/v3/folders/111", "roles/iam.securityReviewer", "Folders")]
    [InlineData("/v3/organizations/222", "roles/iam.securityReviewer", "Organizations")]
    [InlineData("/v1/projects/-/serviceAccounts/api@flow-test.iam.gserviceaccount.com", "roles/viewer", "ServiceAccounts")]
    public async Task PoliciesAreReadByWhoMay(string path, string role, string name)
    {
        const string Body = """{"options":{"requestedPolicyVersion":3}}""";
        JsonObject first = await _google.Ok("POST", path + ":getIamPolicy", Body);
        JsonObject set = await _google.Ok(
            "POST",
            path + ":setIamPolicy",
            $$$"""
            {"policy":{"etag":"{{{first["etag"]}}}","version":3,"bindings":[
            {"role":"{{{Accessor}}}","members":["{{{Api}}}"],"condition":{"title":"t","expression":"true"} }]} }
            """
        );
        Assert.Equal(
            "true",
            (string?)(await _google.Ok("POST", path + ":getIamPolicy", Body))["bindings"]![0]!["condition"]!["expression"]
        );
        Assert.Contains("_withcond_", (string?)(await _google.Ok("POST", path + ":getIamPolicy", "{}"))["bindings"]![0]!["role"]);
        Assert.StartsWith(
            "409 ABORTED",
            await _google.Error("POST", path + ":setIamPolicy", $$$"""{"policy":{"etag":"{{{first["etag"]}}}"} }""")
        );
        _google.Token = "as:" + Dev;
        Assert.StartsWith("403", await _google.Error("POST", path + ":getIamPolicy", Body));
        Iam.Grant(name == "ServiceAccounts" ? "projects/flow-test" : path[4..], Dev, role);
        JsonObject read = await _google.Ok("POST", path + ":getIamPolicy", Body);
        Assert.Equal(name == "ServiceAccounts" ? 1 : 2, read["bindings"]!.AsArray().Count);
        Assert.NotEqual((string?)first["etag"], (string?)set["etag"]);
        Assert.Contains(name + ".GetIamPolicy", _google.Fake.Calls.Select(static c => c.Operation));
        _google.Fake.Faults.Deny(name + ".GetIamPolicy");
        Assert.StartsWith("403", await _google.Error("POST", path + ":getIamPolicy", Body));
    }

    [Fact]
    public async Task TokensSayWhoseTheyAre()
    {
        Assert.Equal(
            "dev@example.com",
            (string?)(await _google.Ok("GET", "/oauth2/v3/tokeninfo?access_token=" + Uri.EscapeDataString("as:" + Dev)))["email"]
        );
        using FormUrlEncodedContent form = new([KeyValuePair.Create("access_token", "as:" + Api)]);
        using HttpResponseMessage reply = await _google.Send("POST", "/tokeninfo", form);
        Assert.Contains("\"email\":\"api@flow-test.iam.gserviceaccount.com\"", await reply.Content.ReadAsStringAsync());
        Assert.Equal("owner@example.com", (string?)(await _google.Ok("GET", "/oauth2/v3/tokeninfo?access_token=x"))["email"]);
    }

    [Fact]
    public async Task AForeignTokenIsExchangedWhereTheProviderTakesIt()
    {
        const string Provider = "projects/123456789/locations/global/workloadIdentityPools/github/providers/actions";
        Dictionary<string, string> mapping = new(StringComparer.Ordinal)
        {
            ["google.subject"] = "assertion.sub",
            ["attribute.repository"] = "assertion.repository",
        };
        Iam.AddProvider(Provider, GitHub, mapping, "assertion.repository == \"org/app\"");
        JsonObject shown = await _google.Ok(
            "GET",
            "/v1/projects/flow-test/locations/global/workloadIdentityPools/github/providers/actions"
        );
        Assert.Equal(
            ("assertion.sub", GitHub),
            ((string?)shown["attributeMapping"]!["google.subject"], (string?)shown["oidc"]!["issuerUri"])
        );
        Assert.Equal((400, "unauthorized_client"), await Exchange(Provider, "org/other"));
        Assert.Equal((400, "invalid_target"), await Exchange(Provider + "x", "org/app"));
        (int status, string token) = await Exchange(Provider, "org/app");
        Assert.Equal((200, $"as:principal://{Pool}/subject/repo:org/app:ref:refs/heads/main"), (status, token));
        Iam.Grant("projects/flow-test/secrets/db", $"principalSet://{Pool}/attribute.repository/org/app", Accessor);
        await _google.Add("db", "v");
        _google.Token = token;
        Assert.Equal("v", await _google.Access("db"));
    }

    [Fact]
    public async Task TheTroubleshooterExplainsWhatItsAskerMayRead()
    {
        Iam.Grant("folders/111", "group:devs@example.com", Accessor);
        Iam.Group("group:devs@example.com", Dev);
        JsonObject answer = await _google.Ok("POST", "/v3/iam:troubleshoot", Question);
        Assert.Equal("CAN_ACCESS", (string?)answer["overallAccessState"]);
        Assert.Equal(
            "//cloudresourcemanager.googleapis.com/folders/111",
            (string?)answer["allowPolicyExplanation"]!["explainedPolicies"]![2]!["fullResourceName"]
        );
        Iam.GroupsHidden = true;
        Assert.Equal("UNKNOWN_INFO", await State());
        Iam.GroupsHidden = false;
        Iam.Deny("organizations/222", [Dev], ["secretmanager.versions.access"]);
        answer = await _google.Ok("POST", "/v3/iam:troubleshoot", Question);
        Assert.Equal(
            ("CANNOT_ACCESS", "DENY_ACCESS_STATE_DENIED"),
            ((string?)answer["overallAccessState"], (string?)answer["denyPolicyExplanation"]!["denyAccessState"])
        );
        JsonNode policy = answer["denyPolicyExplanation"]!["explainedResources"]![2]!["explainedPolicies"]![0]!;
        Assert.Equal(
            "policies/cloudresourcemanager.googleapis.com%2Forganizations%2F222/denypolicies/deny-1",
            (string?)policy["policy"]!["name"]
        );
        _google.Token = "as:" + Api;
        Assert.Equal("UNKNOWN_INFO", await State());
        _google.Fake.EnabledApis.Disable("policytroubleshooter");
        Assert.Contains(
            "Policy Troubleshooter API has not been used in project 123456789",
            await _google.Error("POST", "/v3/iam:troubleshoot", Question)
        );

        async Task<string?> State() => (string?)(await _google.Ok("POST", "/v3/iam:troubleshoot", Question))["overallAccessState"];
    }

    [Fact]
    public async Task ServicesTellWhatTheyRunAs()
    {
        _google.Fake.Run.AddService("flow-test", "us-central1", "web", "api@flow-test.iam.gserviceaccount.com");
        _google.Fake.Run.AddService("flow-test", "us-central1", "plain", "");
        Assert.Equal("api@flow-test.iam.gserviceaccount.com", await Account("web"));
        Assert.Equal("123456789-compute@developer.gserviceaccount.com", await Account("plain"));
        Assert.StartsWith(
            "404 NOT_FOUND Resource 'no' of kind 'SERVICE'",
            await _google.Error("GET", "/v2/projects/flow-test/locations/us-central1/services/no")
        );

        async Task<string?> Account(string service) =>
            (string?)
                (await _google.Ok("GET", "/v2/projects/flow-test/locations/us-central1/services/" + service))["template"]![
                    "serviceAccount"
                ];
    }

    [Fact]
    public async Task AServiceHasAPolicyOfItsOwn()
    {
        const string Web = "/v2/projects/flow-test/locations/us-central1/services/web";
        _google.Fake.Run.AddService("flow-test", "us-central1", "web", "");
        await _google.Ok(
            "POST",
            Web + ":setIamPolicy",
            $$$"""{"policy":{"bindings":[{"role":"roles/run.developer","members":["{{{Dev}}}"]}]} }"""
        );
        _google.Token = "as:" + Dev;
        Assert.Equal(Dev, (string?)(await _google.Ok("GET", Web + ":getIamPolicy"))["bindings"]![0]!["members"]![0]);
        JsonObject service = await _google.Ok("GET", Web);
        Assert.StartsWith(
            "403 PERMISSION_DENIED Permission 'iam.serviceaccounts.actAs' denied on service account "
                + "123456789-compute@developer.gserviceaccount.com",
            await _google.Error("PATCH", Web, service.ToJsonString())
        );
        _google.Token = null;
        service["template"]!["revision"] = "web-00001-bjz";
        service["template"]!["timeout"] = "60s";
        Assert.Equal(
            "409 ALREADY_EXISTS Revision named 'web-00001-bjz' with different configuration already exists.",
            await _google.Error("PATCH", Web, service.ToJsonString())
        );
    }

    [Fact]
    public async Task TheLogIsFilteredAndOrdered()
    {
        await _google.Create("other");
        Iam.Grant("projects/flow-test/secrets/other", Api, Accessor);
        Iam.Grant("projects/flow-test/secrets/db", Api, Accessor);
        Iam.Revoke("projects/flow-test/secrets/db", Api, Accessor);
        JsonArray found = await Entries(
            "protoPayload.resourceName=\\\"projects/123456789/secrets/db\\\" AND timestamp>=\\\"2024-01-01T00:00:00Z\\\""
        );
        Assert.Equal(
            ["REMOVE", "ADD"],
            found.Select(static e => (string?)e!["protoPayload"]!["serviceData"]!["policyDelta"]!["bindingDeltas"]![0]!["action"])
        );
        Assert.Equal(
            3,
            (
                await Entries(
                    "protoPayload.methodName:SetIamPolicy\\nprotoPayload.resourceName=(\\\"projects/123456789/secrets/db\\\" OR "
                        + "\\\"projects/123456789/secrets/other\\\")"
                )
            ).Count
        );
        Assert.Empty(await Entries("timestamp>=\\\"2999-01-01T00:00:00Z\\\""));

        async Task<JsonArray> Entries(string filter) =>
            (
                await _google.Ok(
                    "POST",
                    "/v2/entries:list",
                    $$"""{"resourceNames":["projects/flow-test"],"filter":"{{filter}}","orderBy":"timestamp desc"}"""
                )
            )["entries"]
                ?.AsArray()
            ?? [];
    }

    private async Task<(int Status, string Token)> Exchange(string provider, string repository)
    {
        string Part(string json) => Convert.ToBase64String(Encoding.UTF8.GetBytes(json)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        string token =
            Part("""{"alg":"none"}""")
            + "."
            + Part($$"""{"iss":"{{GitHub}}","sub":"repo:org/app:ref:refs/heads/main","repository":"{{repository}}"}""")
            + ".";
        using FormUrlEncodedContent form = new([
            KeyValuePair.Create("audience", "//iam.googleapis.com/" + provider),
            KeyValuePair.Create("subject_token", token),
            KeyValuePair.Create("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
        ]);
        using HttpResponseMessage reply = await _google.Send("POST", "/v1/token", form);
        JsonNode body = JsonNode.Parse(await reply.Content.ReadAsStringAsync())!;
        return ((int)reply.StatusCode, (string)(body["access_token"] ?? body["error"])!);
    }
}
