using System.Text;
using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Gcp;
using FlowSecrets.Tests.Transport;

namespace FlowSecrets.Tests.CloudFakes.Gcp;

/// <summary>The Google fake's versions, policies, rates and delays.</summary>
public sealed class GcpVersionTests
{
    [Fact]
    public async Task VersionsAreReadByNumberLatestAndAlias()
    {
        await using GcpProbe google = await GcpProbe.StartAsync();
        await google.Create("x");
        Assert.Equal(
            "404 NOT_FOUND Secret [projects/123456789/secrets/x] not found or has no versions.",
            await google.Error("GET", "secrets/x/versions/latest:access")
        );
        await google.Add("x", "one");
        JsonObject two = await google.Add("x", "zwei \U0001F511");
        Assert.Equal("ENABLED", (string?)two["state"]);
        Assert.Equal(("one", "zwei \U0001F511"), (await google.Access("x", "1"), await google.Access("x")));
        await google.Ok("PATCH", "secrets/x?updateMask=versionAliases", """{"versionAliases":{"stable":"1","next":2}}""");
        Assert.Equal("one", await google.Access("x", "stable"));
        Assert.Equal("projects/123456789/secrets/x/versions/2", (string?)(await google.Ok("GET", "secrets/x/versions/next"))["name"]);
        Assert.Equal("1", (string?)(await google.Ok("GET", "secrets/x"))["versionAliases"]!["stable"]);
        Assert.Equal(
            "404 NOT_FOUND Secret Version [projects/123456789/secrets/x/versions/9] not found.",
            await google.Error("GET", "secrets/x/versions/9:access")
        );
        Assert.StartsWith("404", await google.Error("GET", "secrets/x/versions/unknown"));
        Assert.StartsWith("400", await google.Error("POST", "secrets/x/versions/latest:disable", "{}"));
        Assert.StartsWith(
            "400",
            await google.Error("PATCH", "secrets/x?updateMask=version_aliases", """{"versionAliases":{"latest":"1"}}""")
        );
        Assert.StartsWith("400", await google.Error("PATCH", "secrets/x?updateMask=version_aliases", """{"versionAliases":{"a":"7"}}"""));
    }

    [Fact]
    public async Task LatestIsTheNewestWhateverItsState()
    {
        await using GcpProbe google = await GcpProbe.StartAsync();
        await google.Create("x");
        await google.Add("x", "one");
        JsonObject two = await google.Add("x", "two");
        JsonObject disabled = await google.Ok("POST", "secrets/x/versions/2:disable", $$"""{"etag":{{two["etag"]!.ToJsonString()}} }""");
        Assert.Equal(
            "400 FAILED_PRECONDITION Secret Version [projects/123456789/secrets/x/versions/2] is in DISABLED state.",
            await google.Error("GET", "secrets/x/versions/latest:access")
        );
        Assert.StartsWith(
            "400 FAILED_PRECONDITION",
            await google.Error("POST", "secrets/x/versions/2:enable", $$"""{"etag":{{two["etag"]!.ToJsonString()}} }""")
        );
        JsonObject again = await google.Ok("POST", "secrets/x/versions/2:disable", "{}");
        Assert.NotEqual((string?)disabled["etag"], (string?)again["etag"]);
        await google.Ok("POST", "secrets/x/versions/2:enable");
        Assert.Equal("two", await google.Access("x"));
        JsonObject gone = await google.Ok("POST", "secrets/x/versions/2:destroy", "{}");
        Assert.Equal("DESTROYED", (string?)gone["state"]);
        Assert.True(gone.ContainsKey("destroyTime"));
        Assert.EndsWith("is in DESTROYED state.", await google.Error("GET", "secrets/x/versions/2:access"));
        Assert.StartsWith("400 FAILED_PRECONDITION", await google.Error("POST", "secrets/x/versions/2:enable", "{}"));
        JsonArray versions = (await google.Ok("GET", "secrets/x/versions?pageSize=5"))["versions"]!.AsArray();
        Assert.Equal(["2 DESTROYED", "1 ENABLED"], versions.Select(static v => $"{((string)v!["name"]!)[^1]} {v["state"]}"));
        Assert.Single((await google.Ok("GET", "secrets/x/versions?filter=state:ENABLED"))["versions"]!.AsArray());
    }

    [Fact]
    public async Task DestructionCanBePutOff()
    {
        await using GcpProbe google = await GcpProbe.StartAsync();
        await google.Create("x", ""","versionDestroyTtl":"86400s" """);
        await google.Add("x", "one");
        JsonObject waiting = await google.Ok("POST", "secrets/x/versions/1:destroy", "{}");
        Assert.Equal("DISABLED", (string?)waiting["state"]);
        Assert.True(waiting.ContainsKey("scheduledDestroyTime"));
        await google.Ok("POST", "secrets/x/versions/1:enable", "{}");
        google.Fake.Skew = TimeSpan.FromDays(2);
        Assert.Equal("one", await google.Access("x"));
        await google.Ok("POST", "secrets/x/versions/1:destroy", "{}");
        google.Fake.Skew = TimeSpan.FromDays(4);
        Assert.Equal("DESTROYED", (string?)(await google.Ok("GET", "secrets/x/versions/1"))["state"]);
    }

    [Fact]
    public async Task ChecksumsAreKeptAndHeldAgainstThePayload()
    {
        await using GcpProbe google = await GcpProbe.StartAsync();
        await google.Create("x");

        // The check value of CRC-32C.
        string data = Convert.ToBase64String(Encoding.ASCII.GetBytes("123456789"));
        JsonObject added = await google.Ok(
            "POST",
            "secrets/x:addVersion",
            $$"""{"payload":{"data":"{{data}}","dataCrc32c":"3808858755"} }"""
        );
        Assert.True((bool)added["clientSpecifiedPayloadChecksum"]!);
        Assert.Equal("3808858755", (string?)(await google.Ok("GET", "secrets/x/versions/1:access"))["payload"]!["dataCrc32c"]);
        Assert.StartsWith(
            "400 INVALID_ARGUMENT",
            await google.Error("POST", "secrets/x:addVersion", $$"""{"payload":{"data":"{{data}}","dataCrc32c":"1"} }""")
        );
        Assert.False((await google.Add("x", "v")).ContainsKey("clientSpecifiedPayloadChecksum"));
    }

    [Fact]
    public async Task PayloadsHaveOneTo65536Bytes()
    {
        await using GcpProbe google = await GcpProbe.StartAsync();
        await google.Create("x");
        Assert.Equal("400 INVALID_ARGUMENT Field [payload] is required.", await google.Error("POST", "secrets/x:addVersion", "{}"));
        Assert.Equal(
            "400 INVALID_ARGUMENT Field [payload] is required.",
            await google.Error("POST", "secrets/x:addVersion", GcpProbe.Payload(""))
        );
        await google.Add("x", new string('x', 65_536));
        Assert.StartsWith(
            "400 INVALID_ARGUMENT",
            await google.Error("POST", "secrets/x:addVersion", GcpProbe.Payload(new string('x', 65_537)))
        );
        Assert.StartsWith("400 INVALID_ARGUMENT", await google.Error("POST", "secrets/x:addVersion", """{"payload":{"data":"%%%"}}"""));
        Assert.StartsWith("404", await google.Error("POST", "secrets/none:addVersion", GcpProbe.Payload("v")));
        Assert.StartsWith(
            "400 INVALID_ARGUMENT The provided Secret ID [projects/flow-test/secrets/10.1.2.3/versions/latest] does not match the "
                + "expected format [projects/*/secrets/*/versions/*]",
            await google.Error("GET", "secrets/10.1.2.3/versions/latest:access")
        );
    }

    [Fact]
    public async Task WhatLagsBehindConvergesInTime()
    {
        await using GcpProbe google = await GcpProbe.StartAsync(new GcpFakeOptions { Convergence = TimeSpan.FromMinutes(5) });
        await google.Create("x");
        await google.Add("x", "one");
        Assert.Equal("one", await google.Access("x", "1"));
        Assert.EndsWith("has no versions.", await google.Error("GET", "secrets/x/versions/latest:access"));
        Assert.Empty(await google.Ok("GET", "secrets"));
        google.Fake.Skew += TimeSpan.FromMinutes(6);
        Assert.Equal("one", await google.Access("x"));
        Assert.Single((await google.Ok("GET", "secrets"))["secrets"]!.AsArray());

        await google.Add("x", "two");
        await google.Ok("PATCH", "secrets/x?updateMask=versionAliases", """{"versionAliases":{"stable":"2"}}""");
        await google.Ok("POST", "secrets/x/versions/1:disable", "{}");
        Assert.Equal(("one", "two", "one"), (await google.Access("x"), await google.Access("x", "2"), await google.Access("x", "1")));
        Assert.StartsWith("404", await google.Error("GET", "secrets/x/versions/stable:access"));
        Assert.Single((await google.Ok("GET", "secrets/x/versions"))["versions"]!.AsArray());
        google.Fake.Skew += TimeSpan.FromMinutes(6);
        Assert.Equal(("two", "two"), (await google.Access("x"), await google.Access("x", "stable")));
        Assert.EndsWith("is in DISABLED state.", await google.Error("GET", "secrets/x/versions/1:access"));
        Assert.Equal(2, (await google.Ok("GET", "secrets/x/versions"))["versions"]!.AsArray().Count);
    }

    [Fact]
    public async Task PoliciesAreReplacedUnderTheirEtag()
    {
        await using GcpProbe google = await GcpProbe.StartAsync();
        await google.Create("x");
        JsonObject first = await google.Ok("GET", "secrets/x:getIamPolicy?options.requestedPolicyVersion=3");
        Assert.Equal("""{"etag":"ACAB"}""", first.ToJsonString());
        const string Binding = """
            {"role":"roles/secretmanager.secretAccessor","members":["user:a@example.com"],
            "condition":{"title":"t","expression":"request.time < timestamp('2030-01-01T00:00:00Z')"}}
            """;
        Assert.StartsWith(
            "400",
            await google.Error("POST", "secrets/x:setIamPolicy", $$"""{"policy":{"bindings":[{{Binding}}],"etag":"ACAB"} }""")
        );
        JsonObject set = await google.Ok(
            "POST",
            "secrets/x:setIamPolicy",
            $$"""{"policy":{"version":3,"bindings":[{{Binding}}],"etag":"ACAB"} }"""
        );
        Assert.True(JsonNode.DeepEquals(set, await google.Ok("GET", "secrets/x:getIamPolicy?options.requestedPolicyVersion=3")));
        Assert.StartsWith(
            "409 ABORTED There were concurrent policy changes.",
            await google.Error("POST", "secrets/x:setIamPolicy", """{"policy":{"bindings":[],"etag":"ACAB"}}""")
        );
        JsonObject plain = await google.Ok("GET", "secrets/x:getIamPolicy");
        Assert.Contains("_withcond_", (string)plain["bindings"]![0]!["role"]!);
        Assert.StartsWith(
            "400",
            await google.Error(
                "POST",
                "secrets/x:setIamPolicy",
                """{"policy":{"bindings":[{"role":"roles/viewer","members":["nobody"]}]}}"""
            )
        );
    }

    [Fact]
    public async Task PermissionsOfAnAbsentSecretAreNoneAndNoError()
    {
        await using GcpProbe google = await GcpProbe.StartAsync();
        await google.Create("x");
        const string Asked = """{"permissions":["secretmanager.versions.access","secretmanager.versions.add"]}""";
        Assert.Equal(2, (await google.Ok("POST", "secrets/x:testIamPermissions", Asked))["permissions"]!.AsArray().Count);
        Assert.Empty(await google.Ok("POST", "secrets/none:testIamPermissions", Asked));
        google.Fake.Faults.Deny("AccessSecretVersion", "x");
        Assert.Equal(
            """["secretmanager.versions.add"]""",
            (await google.Ok("POST", "secrets/x:testIamPermissions", Asked))["permissions"]!.ToJsonString()
        );
    }

    [Fact]
    public async Task QuotasAreOfTheProjectTheSecretAndTheVersion()
    {
        await using GcpProbe google = await GcpProbe.StartAsync(new GcpFakeOptions { Quotas = true });
        await google.Create("x");
        Assert.InRange(await Passed(20, "POST", "secrets/x:addVersion", GcpProbe.Payload("v")), 2, 10);
        google.Fake.Skew += TimeSpan.FromSeconds(5);
        await google.Add("x", "v");
        Assert.InRange(await Passed(20, "POST", "secrets/x/versions/1:disable", "{}"), 1, 10);
        Assert.Equal(600, await Passed(610, "GET", "secrets/x"));
        Assert.Equal(100, await Passed(100, "GET", "secrets/x/versions/2:access"));
        google.Fake.Skew += TimeSpan.FromMinutes(2);
        await google.Ok("GET", "secrets/x");

        async Task<int> Passed(int count, string method, string path, string? body = null)
        {
            HttpResponseMessage[] replies = await Task.WhenAll(Enumerable.Range(0, count).Select(_ => google.Send(method, path, body)));
            Assert.All(replies, static r => Assert.Contains((int)r.StatusCode, new[] { 200, 429 }));
            Array.ForEach(replies, static r => r.Dispose());
            return replies.Count(static r => r.IsSuccessStatusCode);
        }
    }
}
