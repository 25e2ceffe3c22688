using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes;
using FlowSecrets.CloudFakes.Faults;
using FlowSecrets.Tests.CloudFakes.Aws;
using FlowSecrets.Tests.CloudFakes.Gcp;

namespace FlowSecrets.Tests.CloudFakes;

/// <summary>Every switch of the fault plan does what its name says, and the log tells whether the change was made.</summary>
public sealed class FaultTests
{
    [Theory]
    [InlineData(Fault.None, 200, true)]
    [InlineData(Fault.Throttle, 429, false)]
    [InlineData(Fault.ServerError, 500, false)]
    [InlineData(Fault.Unavailable, 503, false)]
    [InlineData(Fault.BadGateway, 502, false)]
    [InlineData(Fault.HtmlError, 503, false)]
    [InlineData(Fault.HtmlOk, 200, false)]
    [InlineData(Fault.ServerErrorAfter, 500, true)]
    [InlineData(Fault.Redirect, 307, false)]
    [InlineData(Fault.BadChecksum, 200, true)]
    [InlineData(Fault.EmptyReply, 200, true)]
    [InlineData(Fault.BadJson, 200, true)]
    public async Task GooglesReplyHasTheFaultsStatus(Fault fault, int status, bool isApplied)
    {
        await using GcpProbe google = await GcpProbe.StartAsync();
        await google.Create("x");
        google.Fake.ClearCalls();
        google.Fake.Faults.Queue(fault);
        using HttpResponseMessage reply = await google.Send("POST", "secrets/x:addVersion", GcpProbe.Payload("v"));
        Assert.Equal(status, (int)reply.StatusCode);
        RecordedCall call = Assert.Single(google.Fake.Calls);
        Assert.Equal(("AddSecretVersion", "x", status, isApplied), (call.Operation, call.Secret, call.Status, call.Applied));
        Assert.Equal(isApplied ? 1 : 0, (await google.Ok("GET", "secrets/x/versions"))["versions"]?.AsArray().Count ?? 0);
    }

    [Theory]
    [InlineData(Fault.Throttle, 400, false)]
    [InlineData(Fault.ServerError, 500, false)]
    [InlineData(Fault.Unavailable, 503, false)]
    [InlineData(Fault.HtmlOk, 200, false)]
    [InlineData(Fault.ServerErrorAfter, 500, true)]
    [InlineData(Fault.BadChecksum, 200, true)]
    [InlineData(Fault.EmptyReply, 200, true)]
    public async Task AmazonsReplyHasTheFaultsStatus(Fault fault, int status, bool isApplied)
    {
        await using AwsProbe amazon = await AwsProbe.StartAsync();
        await amazon.Create("x", "one");
        amazon.Fake.ClearCalls();
        amazon.Fake.Faults.Queue(fault);
        using HttpResponseMessage reply = await amazon.Send(
            "PutSecretValue",
            $$"""{"SecretId":"x","SecretString":"two","ClientRequestToken":"{{AwsProbe.Token(2)}}"}"""
        );
        Assert.Equal(status, (int)reply.StatusCode);
        RecordedCall call = Assert.Single(amazon.Fake.Calls);
        Assert.Equal(("PutSecretValue", "x", status, isApplied), (call.Operation, call.Secret, call.Status, call.Applied));
        Assert.Equal(isApplied ? "two" : "one", await amazon.Get("x"));
    }

    [Theory]
    [InlineData(Fault.DropBefore, false)]
    [InlineData(Fault.DropAfter, true)]
    public async Task ADroppedConnectionHasNoStatus(Fault fault, bool isApplied)
    {
        await using GcpProbe google = await GcpProbe.StartAsync();
        await google.Create("x");
        google.Fake.Faults.QueueFor("AddSecretVersion", fault);
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => google.Add("x", "v"));
        RecordedCall call = google.Fake.Calls[^1];
        Assert.Equal((0, isApplied), (call.Status, call.Applied));
        Assert.Equal(isApplied, (await google.Ok("GET", "secrets/x/versions")).ContainsKey("versions"));
    }

    [Fact]
    public async Task ACutReplyHasItsHeadersAndHalfOfItsBody()
    {
        await using GcpProbe google = await GcpProbe.StartAsync();
        await google.Create("x");
        google.Fake.Faults.Queue(Fault.CutReply);
        using HttpResponseMessage reply = await google.Send("POST", "secrets/x:addVersion", GcpProbe.Payload("v"));
        Assert.Equal(200, (int)reply.StatusCode);
        Assert.True(reply.Content.Headers.ContentLength > 10);
        await Assert.ThrowsAnyAsync<Exception>(reply.Content.ReadAsStringAsync);
        Assert.True(google.Fake.Calls[^1].Applied);
    }

    [Fact]
    public async Task BadJsonIsAReplyThatIsWholeForHttp()
    {
        await using GcpProbe google = await GcpProbe.StartAsync();
        await google.Create("x");
        google.Fake.Faults.Queue(Fault.BadJson, Fault.EmptyReply, Fault.HtmlOk);
        using HttpResponseMessage cut = await google.Send("GET", "secrets/x");
        string text = await cut.Content.ReadAsStringAsync();
        Assert.StartsWith("{", text);
        Assert.ThrowsAny<JsonException>(() => JsonNode.Parse(text));
        using HttpResponseMessage empty = await google.Send("GET", "secrets/x");
        Assert.Empty(await empty.Content.ReadAsStringAsync());
        using HttpResponseMessage page = await google.Send("GET", "secrets/x");
        Assert.Equal("text/html", page.Content.Headers.ContentType!.MediaType);
        Assert.Contains("<html>", await page.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task SlowRepliesAndHangsOutlastAShortPatience()
    {
        await using GcpProbe google = await GcpProbe.StartAsync();
        await google.Create("x");
        google.Fake.Faults.Queue(Fault.SlowReply, Fault.Hang);
        using HttpResponseMessage slow = await google.Send("GET", "secrets/x");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            slow.Content.ReadAsStringAsync(new CancellationTokenSource(300).Token)
        );
        await Assert.ThrowsAsync<TimeoutException>(() => google.Send("GET", "secrets/x").WaitAsync(TimeSpan.FromMilliseconds(300)));
        Assert.Equal(0, google.Fake.Calls[^1].Status);
    }

    [Fact]
    public async Task AFakeThatStopsLeavesNobodyHanging()
    {
        GcpProbe google = await GcpProbe.StartAsync();
        google.Fake.Faults.Queue(Fault.Hang);
        Task<HttpResponseMessage> waiting = google.Send("GET", "secrets/x");
        while (google.Fake.Calls.Count == 0)
        {
            await Task.Yield();
        }

        long start = Stopwatch.GetTimestamp();
        await google.Fake.DisposeAsync();
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => waiting);
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task ARedirectLeadsElsewhere()
    {
        await using GcpProbe google = await GcpProbe.StartAsync();
        google.Fake.Faults.Queue(Fault.Redirect);
        using HttpResponseMessage reply = await google.Send("GET", "secrets/x");
        Assert.Equal(9, reply.Headers.Location!.Port);
        Assert.NotEqual(google.Fake.Endpoint.Host, reply.Headers.Location.Host);
    }

    [Fact]
    public async Task ABadChecksumDoesNotFitThePayload()
    {
        await using GcpProbe google = await GcpProbe.StartAsync();
        await google.Create("x");
        await google.Add("x", "v");
        google.Fake.Faults.Queue(Fault.BadChecksum);
        JsonNode bad = (await google.Ok("GET", "secrets/x/versions/1:access"))["payload"]!;
        JsonNode good = (await google.Ok("GET", "secrets/x/versions/1:access"))["payload"]!;
        Assert.Equal((string?)good["data"], (string?)bad["data"]);
        Assert.NotEqual((string?)good["dataCrc32c"], (string?)bad["dataCrc32c"]);
    }

    [Fact]
    public async Task ThrottledRepliesAreTheCloudsOwn()
    {
        await using GcpProbe google = await GcpProbe.StartAsync();
        await using AwsProbe amazon = await AwsProbe.StartAsync();
        google.Fake.Faults.RetryAfter = TimeSpan.FromMilliseconds(1_500);
        google.Fake.Faults.Queue(Fault.Throttle, Fault.Throttle);
        amazon.Fake.Faults.Queue(Fault.Throttle, Fault.ServerError);
        using HttpResponseMessage reply = await google.Send("GET", "secrets/x");
        Assert.Equal("2", reply.Headers.GetValues("Retry-After").Single());
        JsonObject error = await google.ErrorBody("GET", "secrets/x");
        Assert.Equal("RESOURCE_EXHAUSTED", (string?)error["status"]);
        Assert.Equal("RATE_LIMIT_EXCEEDED", (string?)error["details"]![0]!["reason"]);
        Assert.Equal("400 ThrottlingException Rate exceeded", await amazon.Error("ListSecrets", "{}"));
        Assert.StartsWith("500 InternalServiceError", await amazon.Error("ListSecrets", "{}"));
    }

    [Fact]
    public async Task TheQueueOfAnOperationGoesFirstAndWaitsForIt()
    {
        await using GcpProbe google = await GcpProbe.StartAsync();
        await google.Create("x");
        google.Fake.Faults.Queue(Fault.Unavailable);
        google.Fake.Faults.QueueFor("GetSecret", Fault.Throttle);
        Assert.StartsWith("429", await google.Error("GET", "secrets/x"));
        Assert.StartsWith("503", await google.Error("GET", "secrets/x"));
        await google.Ok("GET", "secrets/x");
    }

    [Fact]
    public async Task RandomFaultsRepeatThemselvesWithTheirSeed()
    {
        await using GcpProbe google = await GcpProbe.StartAsync();
        await google.Create("x");
        (google.Fake.Faults.ThrottleRate, google.Fake.Faults.ServerErrorRate, google.Fake.Faults.DropRate) = (0.2, 0.2, 0.2);
        List<string> first = await Run();
        Assert.Equal(first, await Run());
        Assert.Equal(4, first.Distinct().Count());
        google.Fake.Faults.Clear();
        Assert.All(await Run(), static r => Assert.Equal("OK", r));

        async Task<List<string>> Run()
        {
            google.Fake.Faults.Seed = 7;
            List<string> results = [];
            for (int i = 0; i < 60; i++)
            {
                try
                {
                    using HttpResponseMessage reply = await google.Send("GET", "secrets/x");
                    results.Add(reply.StatusCode.ToString());
                }
                catch (HttpRequestException)
                {
                    results.Add("dropped");
                }
            }

            return results;
        }
    }

    [Fact]
    public async Task DenialsAreOfAnOperationAndASecret()
    {
        await using GcpProbe google = await GcpProbe.StartAsync();
        await google.Create("x");
        await google.Create("y");
        await google.Add("x", "v");
        google.Fake.Faults.Deny("AccessSecretVersion", "x");
        Assert.Equal(
            "403 PERMISSION_DENIED Permission 'secretmanager.versions.access' denied for resource "
                + "'projects/flow-test/secrets/x/versions/latest' (or it may not exist).",
            await google.Error("GET", "secrets/x/versions/latest:access")
        );
        Assert.StartsWith("404", await google.Error("GET", "secrets/y/versions/latest:access"));
        await google.Ok("GET", "secrets/x");
        google.Fake.Faults.Deny("*", message: "No.");
        Assert.Equal("403 PERMISSION_DENIED No.", await google.Error("GET", "secrets/y"));
        google.Fake.Faults.Allow();
        Assert.Equal("v", await google.Access("x"));
    }

    [Fact]
    public async Task LatencyIsWaited()
    {
        await using AwsProbe amazon = await AwsProbe.StartAsync();
        amazon.Fake.Faults.Latency = TimeSpan.FromMilliseconds(120);
        long start = Stopwatch.GetTimestamp();
        await amazon.Ok("ListSecrets", "{}");
        Assert.True(Stopwatch.GetElapsedTime(start) >= TimeSpan.FromMilliseconds(110));
    }

    [Fact]
    public async Task ConnectionsAndSimultaneousRequestsAreCounted()
    {
        await using AwsProbe amazon = await AwsProbe.StartAsync();
        amazon.Fake.Faults.Latency = TimeSpan.FromMilliseconds(200);
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => amazon.Ok("ListSecrets", "{}")));
        Assert.InRange(amazon.Fake.PeakConcurrentRequests, 2, 5);
        Assert.InRange(amazon.Fake.TotalConnections, amazon.Fake.ActiveConnections, 5);
        Assert.Equal(5, amazon.Fake.Calls.Count);
        Assert.All(amazon.Fake.Calls, static c => Assert.StartsWith("AWS4-HMAC-SHA256", c.Headers["Authorization"]));
        amazon.Fake.ClearCalls();
        Assert.Empty(amazon.Fake.Calls);
    }
}
