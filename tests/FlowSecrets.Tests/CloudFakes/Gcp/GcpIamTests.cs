using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Gcp;
using FlowSecrets.CloudFakes.Gcp.SecretManager;
using FlowSecrets.Tests.Transport;

namespace FlowSecrets.Tests.CloudFakes.Gcp;

/// <summary>Who may do what with the Google fake's secrets.</summary>
public sealed class GcpIamTests : IAsyncLifetime
{
    private const string Api = "serviceAccount:api@flow-test.iam.gserviceaccount.com";
    private const string Dev = "user:dev@example.com";
    private const string Accessor = "roles/secretmanager.secretAccessor";
    private const string Secret = "projects/flow-test/secrets/db";
    private const string Access = "secretmanager.versions.access";

    private GcpProbe _google = null!;

    private GcpIam Iam => _google.Fake.Iam;

    public async ValueTask InitializeAsync()
    {
        _google = await GcpProbe.StartAsync();
        await _google.Create("db");
        await _google.Add("db", "v");
    }

    public ValueTask DisposeAsync() => _google.DisposeAsync();

    [Fact]
    public async Task WhoIsKnownNeedsARole()
    {
        _google.Token = "as:" + Api;
        const string Denied =
            "403 PERMISSION_DENIED Permission 'secretmanager.versions.access' denied for resource "
            + "'projects/flow-test/secrets/{0}/versions/latest' (or it may not exist).";
        Assert.Equal(Denied.Replace("{0}", "db"), await _google.Error("GET", "secrets/db/versions/latest:access"));
        Assert.Equal(Denied.Replace("{0}", "absent"), await _google.Error("GET", "secrets/absent/versions/latest:access"));
        Assert.StartsWith(
            "403 PERMISSION_DENIED Permission 'secretmanager.secrets.list' denied for resource 'projects/flow-test'",
            await _google.Error("GET", "secrets")
        );
        Iam.Grant(Secret, Api, Accessor);
        Assert.Equal("v", await _google.Access("db"));
        Assert.StartsWith("403", await _google.Error("GET", "secrets/db"));
        Iam.Grant("projects/flow-test", Api, "roles/secretmanager.viewer");
        Assert.StartsWith("404", await _google.Error("GET", "secrets/absent"));
        Iam.Revoke(Secret, Api, Accessor);
        Assert.StartsWith("403", await _google.Error("GET", "secrets/db/versions/latest:access"));
    }

    [Theory]
    [InlineData("roles/owner", "access addVersion setIamPolicy")]
    [InlineData("roles/editor", "addVersion")]
    [InlineData("roles/viewer", "")]
    [InlineData("roles/secretmanager.admin", "access addVersion setIamPolicy")]
    [InlineData("roles/secretmanager.secretAccessor", "access")]
    [InlineData("roles/secretmanager.secretVersionAdder", "addVersion")]
    [InlineData("roles/iam.securityAdmin", "setIamPolicy")]
    [InlineData("projects/flow-test/roles/reader", "access")]
    public void RolesHoldWhatGoogleSaysTheyHold(string role, string verbs)
    {
        Iam.AddRole("projects/flow-test/roles/reader", Access);
        Iam.Grant("projects/flow-test", Dev, role);
        Dictionary<string, string> permissions = new(StringComparer.Ordinal)
        {
            ["access"] = Access,
            ["addVersion"] = "secretmanager.versions.add",
            ["setIamPolicy"] = "secretmanager.secrets.setIamPolicy",
        };
        Assert.Equal(verbs, string.Join(' ', permissions.Where(p => Iam.Allows(Dev, p.Value, Secret)).Select(static p => p.Key)));
    }

    [Fact]
    public void WhatStandsAboveIsInherited()
    {
        Iam.SetAncestry("flow-test", "folders/111", "organizations/222");
        Iam.Group("group:devs@example.com", "group:inner@example.com");
        Iam.Group("group:inner@example.com", Dev);
        Iam.Grant("organizations/222", "group:devs@example.com", Accessor);
        Assert.True(Iam.Allows(Dev, Access, Secret));
        Iam.Deny("folders/111", ["group:devs@example.com"], [Access], "user:boss@example.com");
        Assert.False(Iam.Allows(Dev, Access, Secret));
        Iam.Group("group:inner@example.com", Dev, "user:boss@example.com");
        Assert.True(Iam.Allows("user:boss@example.com", Access, Secret));
        Iam.SetAncestry("flow-test");
        Assert.False(Iam.Allows("user:boss@example.com", Access, Secret));
    }

    [Theory]
    [InlineData(Dev, "domain:example.com", true)]
    [InlineData(Api, "domain:flow-test.iam.gserviceaccount.com", false)]
    [InlineData(Api, "allAuthenticatedUsers", true)]
    [InlineData(
        "principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/gh/subject/s",
        "allAuthenticatedUsers",
        false
    )]
    [InlineData("principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/gh/subject/s", "allUsers", true)]
    [InlineData(
        "principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/gh/subject/s",
        "principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/gh/*",
        true
    )]
    [InlineData(
        "principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/gh/subject/s",
        "principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/other/*",
        false
    )]
    [InlineData(
        "principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/gh/subject/s",
        "principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/gh/attribute.repository/org/app",
        true
    )]
    [InlineData(
        "principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/gh/subject/s",
        "principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/gh/attribute.repository/org/b",
        false
    )]
    [InlineData(Dev, "projectEditor:flow-test", true)]
    [InlineData(Dev, "projectOwner:flow-test", false)]
    [InlineData(Dev, "user:DEV@example.com", true)]
    [InlineData(Dev, "deleted:user:dev@example.com?uid=1", false)]
    public void MembersAreResolved(string caller, string member, bool expected)
    {
        Iam.SetAttribute(
            "principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/gh/subject/s",
            "repository",
            "org/app"
        );
        Iam.Grant("projects/flow-test", Dev, "roles/editor");
        Iam.Grant(Secret, member, Accessor);
        Assert.Equal(expected, Iam.Allows(caller, Access, Secret));
    }

    [Theory]
    [InlineData("request.time < timestamp(\"2030-01-01T00:00:00Z\")", true)]
    [InlineData("request.time < timestamp('2020-01-01T00:00:00Z')", false)]
    [InlineData("request.time > timestamp(\"2020-01-01T00:00:00Z\") && resource.name.endsWith(\"secrets/db\")", true)]
    [InlineData("resource.name == \"projects/123456789/secrets/db\"", true)]
    [InlineData("resource.name == \"projects/flow-test/secrets/db\"", false)]
    [InlineData("resource.name.startsWith(\"projects/123456789/secrets/d\")", true)]
    [InlineData(
        "resource.name.startsWith(\"projects/123456789/secrets/x && y\") && request.time > timestamp(\"2020-01-01T00:00:00Z\")",
        false
    )]
    [InlineData("resource.matchTag(\"a/b\", \"c\")", false)]
    [InlineData("request.time < timestamp(\"2030-01-01T00:00:00Z\") || true", false)]
    public void ConditionsAreEvaluated(string expression, bool expected)
    {
        Iam.Grant(Secret, Api, Accessor, expression);
        Assert.Equal(expected, Iam.Allows(Api, Access, Secret));
    }

    [Fact]
    public async Task AChangedPolicyIsShownAtOnceAndInForceLater()
    {
        Iam.PropagationDelay = TimeSpan.FromMinutes(2);
        Iam.Grant(Secret, Api, Accessor);
        Assert.Equal(Api, (string?)(await _google.Ok("GET", "secrets/db:getIamPolicy"))["bindings"]![0]!["members"]![0]);
        _google.Token = "as:" + Api;
        const string Asked = """{"permissions":["secretmanager.versions.access","secretmanager.versions.add"]}""";
        Assert.Empty(await _google.Ok("POST", "secrets/db:testIamPermissions", Asked));
        Assert.StartsWith("403", await _google.Error("GET", "secrets/db/versions/latest:access"));
        _google.Fake.Skew = TimeSpan.FromMinutes(3);
        Assert.Equal(
            """{"permissions":["secretmanager.versions.access"]}""",
            (await _google.Ok("POST", "secrets/db:testIamPermissions", Asked)).ToJsonString()
        );
        Assert.Empty(await _google.Ok("POST", "secrets/absent:testIamPermissions", Asked));
        Assert.Equal("v", await _google.Access("db"));
    }

    [Fact]
    public async Task BindingsComeBackAsTheyWereSent()
    {
        const string Bindings = """
            [{"members":["user:z@example.com","user:A@example.com"],"role":"roles/viewer","unknown":{"b":1.50,"a":null}},
            {"role":"roles/viewer","members":["group:é@example.com"],
            "condition":{"title":"t","expression":"request.time < timestamp('2030-01-01T00:00:00Z')","location":"x"}}]
            """;
        const string Audit = """[{"service":"allServices","auditLogConfigs":[{"logType":"DATA_READ"}]}]""";
        JsonObject set = await _google.Ok(
            "POST",
            "secrets/db:setIamPolicy",
            $$$"""{"policy":{"version":3,"bindings":{{{Bindings}}},"auditConfigs":{{{Audit}}} } }"""
        );
        JsonObject read = await _google.Ok("GET", "secrets/db:getIamPolicy?options.requestedPolicyVersion=3");
        Assert.Equal(JsonNode.Parse(Bindings)!.ToJsonString(), read["bindings"]!.ToJsonString());
        Assert.Equal((string?)set["etag"], (string?)read["etag"]);
        JsonObject again = await _google.Ok("POST", "secrets/db:setIamPolicy", """{"policy":{"bindings":[]}}""");
        Assert.Equal(JsonNode.Parse(Audit)!.ToJsonString(), again["auditConfigs"]!.ToJsonString());
        Assert.NotEqual((string?)set["etag"], (string?)again["etag"]);
        Assert.StartsWith(
            "409 ABORTED",
            await _google.Error("POST", "secrets/db:setIamPolicy", $$$"""{"policy":{"etag":"{{{set["etag"]}}}"} }""")
        );
    }

    /// <summary>gcloud sends back the web's alphabet, whatever it was given.</summary>
    [Fact]
    public async Task AnEtagIsTheSameInBothAlphabets()
    {
        string etag = (string)(await _google.Ok("GET", "secrets/db:getIamPolicy"))["etag"]!;
        for (int i = 0; i < 40; i++)
        {
            string sent = etag.Replace('+', '-').Replace('/', '_');
            etag = (string)(await _google.Ok("POST", "secrets/db:setIamPolicy", $$$"""{"policy":{"etag":"{{{sent}}}"} }"""))["etag"]!;
        }
    }

    [Fact]
    public async Task AKeyIsUsedBySecretManagerItself()
    {
        const string Key = "projects/flow-test/locations/global/keyRings/r/cryptoKeys/k";
        await _google.Ok(
            "POST",
            "secrets?secretId=enc",
            $$$"""{"replication":{"automatic":{"customerManagedEncryption":{"kmsKeyName":"{{{Key}}}"} } } }"""
        );
        await _google.Add("enc", "v");
        _google.Fake.Kms.AddKey(Key);
        Assert.Equal(
            $"400 FAILED_PRECONDITION Permission 'cloudkms.cryptoKeyVersions.useToDecrypt' denied on resource '{Key}' (or it may not "
                + $"exist).",
            await _google.Error("GET", "secrets/enc/versions/1:access")
        );
        Assert.Contains("useToEncrypt", await _google.Error("POST", "secrets/enc:addVersion", GcpProbe.Payload("w")));
        Iam.Grant(Key, _google.Fake.Kms.ServiceAgent("flow-test"), "roles/cloudkms.cryptoKeyEncrypterDecrypter");
        Assert.Equal("v", await _google.Access("enc"));
        _google.Fake.Kms.SetState(Key, "DISABLED");
        Assert.Equal(
            $"400 FAILED_PRECONDITION {Key}/cryptoKeyVersions/1 is not enabled, current state is: DISABLED.",
            await _google.Error("GET", "secrets/enc/versions/1:access")
        );
    }
}
