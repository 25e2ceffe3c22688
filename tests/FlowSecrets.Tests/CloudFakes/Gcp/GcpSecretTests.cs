using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Gcp;

namespace FlowSecrets.Tests.CloudFakes.Gcp;

/// <summary>The Google fake's secrets, as the service's documents describe them.</summary>
public sealed class GcpSecretTests
{
    [Fact]
    public async Task ASecretIsMadeReadChangedListedAndDeleted()
    {
        await using GcpProbe google = await GcpProbe.StartAsync();
        JsonObject made = await google.Create("db", ""","labels":{"env":"test"},"annotations":{"Who.is-it":"Me"}""");
        Assert.Equal("projects/123456789/secrets/db", (string?)made["name"]);
        Assert.Matches("^\"[0-9a-f]+\"$", (string)made["etag"]!);
        Assert.Matches(@"^\d{4}-\d\d-\d\dT[\d:.]+Z$", (string)made["createTime"]!);
        JsonObject changed = await google.Ok(
            "PATCH",
            "secrets/db?updateMask=labels,annotations",
            $$"""{"labels":{"env":"prod","über":"ß"},"etag":{{made["etag"]!.ToJsonString()}} }"""
        );
        Assert.Equal("prod", (string?)changed["labels"]!["env"]);
        Assert.False(changed.ContainsKey("annotations"));
        Assert.NotEqual((string?)made["etag"], (string?)changed["etag"]);
        Assert.True(JsonNode.DeepEquals(changed, await google.Ok("GET", "secrets/db")));
        Assert.Equal(
            "409 ALREADY_EXISTS Secret [projects/123456789/secrets/db] already exists.",
            await google.Error("POST", "secrets?secretId=db", """{"replication":{"automatic":{}}}""")
        );
        Assert.Empty(await google.Ok("DELETE", "secrets/db"));
        Assert.Equal("404 NOT_FOUND Secret [projects/123456789/secrets/db] not found.", await google.Error("GET", "secrets/db"));
    }

    [Fact]
    public async Task AStaleEtagIsAFailedPrecondition()
    {
        await using GcpProbe google = await GcpProbe.StartAsync();
        JsonObject made = await google.Create("db");
        string old = made["etag"]!.ToJsonString();
        await google.Ok("PATCH", "secrets/db?updateMask=labels", """{"labels":{"a":"b"}}""");
        Assert.StartsWith(
            "400 FAILED_PRECONDITION",
            await google.Error("PATCH", "secrets/db?updateMask=labels", $$"""{"labels":{},"etag":{{old}} }""")
        );
        Assert.StartsWith(
            "400 FAILED_PRECONDITION",
            await google.Error("DELETE", "secrets/db?etag=" + Uri.EscapeDataString((string)made["etag"]!))
        );
        Assert.Equal("b", (string?)(await google.Ok("GET", "secrets/db"))["labels"]!["a"]);
    }

    [Theory]
    [InlineData("secrets?secretId=a.b", """{"replication":{"automatic":{}}}""")]
    [InlineData("secrets?secretId=", """{"replication":{"automatic":{}}}""")]
    [InlineData("secrets", """{"replication":{"automatic":{}}}""")]
    [InlineData("secrets?secretId=x", "{}")]
    [InlineData("secrets?secretId=x", """{"replication":{"userManaged":{"replicas":[]}}}""")]
    [InlineData("secrets?secretId=x", """{"replication":{"automatic":{}},"labels":{"Env":"x"}}""")]
    [InlineData("secrets?secretId=x", """{"replication":{"automatic":{}},"labels":{"env":"X"}}""")]
    [InlineData("secrets?secretId=x", """{"replication":{"automatic":{}},"annotations":{"-a":"x"}}""")]
    [InlineData("secrets?secretId=x", """{"replication":{"automatic":{}},"expireTime":"2020-01-01T00:00:00Z"}""")]
    [InlineData(
        "secrets?secretId=x",
        """{"replication":{"automatic":{}},"rotation":{"nextRotationTime":"2099-01-01T00:00:00Z","rotationPeriod":"3600s"}}"""
    )]
    [InlineData(
        "secrets?secretId=x",
        """{"replication":{"automatic":{}},"topics":[{"name":"projects/p/topics/t"}],"rotation":{"rotationPeriod":"3600s"}}"""
    )]
    [InlineData("secrets?secretId=x", """{"replication":{"automatic":{}},"topics":[{"name":"t"}]}""")]
    [InlineData("secrets?secretId=x", """{"replication":{"automatic":{}},"labels":5}""")]
    [InlineData("secrets?secretId=x", "{")]
    public async Task WhatCannotBeStoredIsAnInvalidArgument(string path, string body)
    {
        await using GcpProbe google = await GcpProbe.StartAsync();
        Assert.StartsWith("400 INVALID_ARGUMENT", await google.Error("POST", path, body));
        Assert.DoesNotContain(google.Fake.Calls, static c => c.Applied);
    }

    [Fact]
    public async Task NumbersHaveTheirLimits()
    {
        await using GcpProbe google = await GcpProbe.StartAsync();
        await google.Create(new string('x', 255));
        Assert.StartsWith(
            "400",
            await google.Error("POST", "secrets?secretId=" + new string('x', 256), """{"replication":{"automatic":{}}}""")
        );
        string Labels(int count) =>
            "{\"labels\":{" + string.Join(',', Enumerable.Range(0, count).Select(static i => $"\"l{i}\":\"\"")) + "}}";
        await google.Create("y");
        await google.Ok("PATCH", "secrets/y?updateMask=labels", Labels(64));
        Assert.StartsWith("400", await google.Error("PATCH", "secrets/y?updateMask=labels", Labels(65)));
        Assert.StartsWith(
            "400",
            await google.Error("PATCH", "secrets/y?updateMask=annotations", $$"""{"annotations":{"a":"{{new string('x', 16 * 1024)}}"} }""")
        );
        Assert.StartsWith("400", await google.Error("PATCH", "secrets/y?updateMask=replication", """{"replication":{"automatic":{}}}"""));
        Assert.StartsWith("400", await google.Error("PATCH", "secrets/y", """{"labels":{}}"""));
    }

    [Fact]
    public async Task ListsArePagedNewestFirstAndFiltered()
    {
        await using GcpProbe google = await GcpProbe.StartAsync();
        for (int i = 0; i < 5; i++)
        {
            await google.Create($"s{i}", $$""","labels":{"n":"{{i % 2}}"},"annotations":{"a.b":"{{i}}"}""");
        }

        Assert.Equal("s4 s3 s2 s1 s0", await Names("pageSize=25001"));
        JsonObject first = await google.Ok("GET", "secrets?pageSize=2");
        Assert.Equal(5, (int)first["totalSize"]!);
        Assert.Equal("s2 s1", await Names("pageSize=2&pageToken=" + Uri.EscapeDataString((string)first["nextPageToken"]!)));
        Assert.Equal("s3 s1", await Names("filter=" + Uri.EscapeDataString("labels.n=1")));
        Assert.Equal("s2 s0", await Names("filter=" + Uri.EscapeDataString("name:S AND NOT labels.n=1 AND -name:s4")));
        Assert.Equal("s4 s0", await Names("filter=" + Uri.EscapeDataString("name:s0 OR (name:s4 labels:n)")));
        Assert.Equal("s3", await Names("filter=" + Uri.EscapeDataString("annotations.a.b=3")));
        Assert.Equal("s4 s3 s2 s1 s0", await Names("filter=" + Uri.EscapeDataString("create_time>\"2020-01-01T00:00:00Z\"")));
        Assert.False((await google.Ok("GET", "secrets?filter=name:s1")).ContainsKey("totalSize"));
        Assert.Empty(await google.Ok("GET", "secrets?filter=name:none"));
        Assert.StartsWith("400", await google.Error("GET", "secrets?pageToken=nonsense"));
        Assert.StartsWith("400", await google.Error("GET", "secrets?pageSize=-1"));
        Assert.StartsWith("400", await google.Error("GET", "secrets?filter=" + Uri.EscapeDataString("(name:a")));

        async Task<string> Names(string query) =>
            string.Join(
                ' ',
                (await google.Ok("GET", "secrets?" + query))["secrets"]!.AsArray().Select(static s => ((string)s!["name"]!).Split('/')[^1])
            );
    }

    [Fact]
    public async Task RegionalSecretsLieInTheirPlace()
    {
        await using GcpProbe google = await GcpProbe.StartAsync();
        await google.Create("x");
        JsonObject made = await google.Ok("POST", "locations/europe-west1/secrets?secretId=x", "{}");
        Assert.Equal("projects/123456789/locations/europe-west1/secrets/x", (string?)made["name"]);
        Assert.False(made.ContainsKey("replication"));
        JsonObject added = await google.Ok("POST", "locations/europe-west1/secrets/x:addVersion", GcpProbe.Payload("there"));
        Assert.Equal("projects/123456789/locations/europe-west1/secrets/x/versions/1", (string?)added["name"]);
        await google.Ok("GET", "locations/europe-west1/secrets/x/versions/latest:access");
        Assert.EndsWith("has no versions.", await google.Error("GET", "secrets/x/versions/latest:access"));
        Assert.Single((await google.Ok("GET", "secrets"))["secrets"]!.AsArray());
        Assert.StartsWith(
            "400",
            await google.Error("POST", "locations/europe-west1/secrets?secretId=y", """{"replication":{"automatic":{}}}""")
        );
        Assert.StartsWith("400", await google.Error("GET", "locations/mars-north1/secrets"));
        Assert.Contains("europe-west1", (await google.Ok("GET", "locations")).ToJsonString());
    }

    [Fact]
    public async Task ASecretEndsWithItsTime()
    {
        await using GcpProbe google = await GcpProbe.StartAsync();
        JsonObject made = await google.Create(
            "x",
            """
            ,"ttl":"3600s","topics":[{"name":"projects/p/topics/t"}],
            "rotation":{"nextRotationTime":"2999-01-01T00:00:00Z","rotationPeriod":"7200s"}
            """
        );
        Assert.True(made.ContainsKey("expireTime"));
        Assert.Equal("7200s", (string?)made["rotation"]!["rotationPeriod"]);
        google.Fake.Skew = TimeSpan.FromMinutes(59);
        await google.Ok("GET", "secrets/x");
        google.Fake.Skew = TimeSpan.FromMinutes(61);
        Assert.StartsWith("404", await google.Error("GET", "secrets/x"));
    }

    [Fact]
    public async Task WhoMayAskIsAskedFirst()
    {
        await using GcpProbe google = await GcpProbe.StartAsync(
            new GcpFakeOptions { RequiredToken = "right", KnownProjects = ["flow-test"] }
        );
        using HttpResponseMessage reply = await google.Send("GET", "secrets");
        Assert.StartsWith("Bearer", reply.Headers.WwwAuthenticate.ToString());
        Assert.StartsWith("401 UNAUTHENTICATED Request is missing", await google.Error("GET", "secrets"));
        google.Token = "wrong";
        Assert.StartsWith("401 UNAUTHENTICATED Request had invalid", await google.Error("GET", "secrets"));
        google.Token = "right";
        await google.Ok("GET", "secrets");
        await google.Ok("GET", "/v1/projects/123456789/secrets");
        Assert.Equal(
            "403 PERMISSION_DENIED Permission denied on resource project nowhere.",
            await google.Error("GET", "/v1/projects/nowhere/secrets")
        );

        await using GcpProbe disabled = await GcpProbe.StartAsync(new GcpFakeOptions { ApiEnabled = false });
        JsonObject error = await disabled.ErrorBody("GET", "secrets");
        Assert.Equal("SERVICE_DISABLED", (string?)error["details"]![0]!["reason"]);
        Assert.Contains("project=123456789", (string)error["details"]![0]!["metadata"]!["activationUrl"]!);
    }

    [Fact]
    public async Task ZippedBodiesAndStandardParametersAreTaken()
    {
        await using GcpProbe google = await GcpProbe.StartAsync();
        using MemoryStream zipped = new();
        await using (GZipStream zip = new(zipped, CompressionMode.Compress, leaveOpen: true))
        {
            await zip.WriteAsync(
                Encoding.UTF8.GetBytes(
                    """
                    {"replication":{"userManaged":{"replicas":[
                    {"location":"europe-west1","customerManagedEncryption":{"kmsKeyName":"k"}}]}}}
                    """
                )
            );
        }

        ByteArrayContent content = new(zipped.ToArray());
        content.Headers.ContentEncoding.Add("gzip");
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using HttpResponseMessage reply = await google.Send("POST", "secrets?secretId=x&alt=json&prettyPrint=false", content);
        Assert.Equal(200, (int)reply.StatusCode);
        JsonObject version = await google.Add("x", "v");
        Assert.Equal(
            "k/cryptoKeyVersions/1",
            (string?)version["replicationStatus"]!["userManaged"]!["replicas"]![0]!["customerManagedEncryption"]!["kmsKeyVersionName"]
        );
    }
}
