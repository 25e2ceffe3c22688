using System.Text;
using FlowSecrets.CloudFakes.Aws;
using FlowSecrets.CloudFakes.Faults;
using FlowSecrets.CloudFakes.Gcp;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Tests.Aws.Connection;
using FlowSecrets.Tests.Transport;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Contracts;

/// <summary>A value and what proves who asks are in no error, whatever comes back.</summary>
public sealed class CloudCanaryTests : IDisposable
{
    private const string Value = "CANARY-VALUE-91c4";
    private const string Token = "CANARY-TOKEN-5b2e";
    private readonly CloudSetting _setting = new(
        ("GOOGLE_OAUTH_ACCESS_TOKEN", Token),
        ("AWS_ACCESS_KEY_ID", "AKIDTEST"),
        ("AWS_SECRET_ACCESS_KEY", "CANARY-KEY"),
        ("AWS_SESSION_TOKEN", Token)
    );

    public void Dispose() => _setting.Dispose();

    [Theory]
    [InlineData(Fault.HtmlError, ErrorIds.StoreUnavailable)]
    [InlineData(Fault.HtmlOk, ErrorIds.StoreUnavailable)]
    [InlineData(Fault.BadGateway, ErrorIds.StoreUnavailable)]
    [InlineData(Fault.BadJson, ErrorIds.StoreUnavailable)]
    [InlineData(Fault.CutReply, ErrorIds.StoreUnavailable)]
    [InlineData(Fault.EmptyReply, ErrorIds.StoreUnavailable)]
    [InlineData(Fault.Redirect, ErrorIds.StoreUnavailable)]
    [InlineData(Fault.DropAfter, ErrorIds.StoreUnavailable)]
    [InlineData(Fault.BadChecksum, ErrorIds.ChecksumMismatch)]
    public async Task FaultsOnGcpTellNothing(Fault fault, string id)
    {
        await using GcpFake fake = await GcpFake.StartAsync();
        await AssertSilentAsync(_setting.Gcp(fake.Endpoint), () => fake.Faults.QueueFor("AccessSecretVersion", fault), id);
    }

    [Theory]
    [InlineData(Fault.HtmlError)]
    [InlineData(Fault.HtmlOk)]
    [InlineData(Fault.BadGateway)]
    [InlineData(Fault.BadJson)]
    [InlineData(Fault.CutReply)]
    [InlineData(Fault.EmptyReply)]
    [InlineData(Fault.Redirect)]
    [InlineData(Fault.DropAfter)]
    public async Task FaultsOnAwsTellNothing(Fault fault)
    {
        await using AwsFake fake = await AwsFake.StartAsync();
        await AssertSilentAsync(
            _setting.Aws(fake.Endpoint),
            () => fake.Faults.QueueFor("GetSecretValue", fault),
            ErrorIds.StoreUnavailable
        );
    }

    [Theory]
    [InlineData("""{"payload":{"data":"Q0FOQVJZ!CANARY-VALUE-91c4","dataCrc32c":"1"}}""", ErrorIds.StoreUnavailable)]
    [InlineData("""{"payload":{"data":["CANARY-VALUE-91c4"],"dataCrc32c":"1"}}""", ErrorIds.StoreUnavailable)]
    [InlineData("""{"payload":{"data":"CANARY-VALUE-91c4","dataCrc32c":"CANARY-VALUE-91c4"}}""", ErrorIds.StoreUnavailable)]
    [InlineData("""{"payload":"CANARY-VALUE-91c4"}""", ErrorIds.StoreUnavailable)]
    [InlineData("CANARY-VALUE-91c4", ErrorIds.StoreUnavailable)]
    [InlineData("""{"payload":{"data":"Q0FOQVJZ","dataCrc32c":"1"}}""", ErrorIds.ChecksumMismatch)]
    [InlineData("""{"payload":{"data":"Q0FOQVJZ"}}""", ErrorIds.ChecksumMismatch)]
    [InlineData("{}", ErrorIds.ChecksumMismatch)]
    public async Task BrokenRepliesOfGcpTellNothing(string body, string id)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(_ => new Answer(200, body));
        AssertSilent(await ReadAsync(_setting.Gcp(server.Address)), id);
    }

    [Theory]
    [InlineData("""{"Name":"s1","VersionId":"v","SecretBinary":"Q0FO!CANARY-VALUE-91c4"}""")]
    [InlineData("""{"Name":"s1","VersionId":"v","SecretString":5,"X":"CANARY-VALUE-91c4"}""")]
    [InlineData("""{"Name":"s1","VersionId":"v","SecretString":{"CANARY-VALUE-91c4":1}}""")]
    [InlineData("""{"Name":"s1","VersionId":["CANARY-VALUE-91c4"]}""")]
    [InlineData("""{"Name":"s1","SecretString":"CANARY-VALUE-91c4\uD800"}""")]
    [InlineData("""{"Name":"s1","SecretString":"CANARY-VALUE-91c4""")]
    [InlineData("CANARY-VALUE-91c4")]
    [InlineData("null")]
    public async Task BrokenRepliesOfAwsTellNothing(string body)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(asked =>
            asked.Operation.Length > 0 ? new Answer(200, body, "application/x-amz-json-1.1") : AwsTokens.Caller
        );
        AssertSilent(await ReadAsync(_setting.Aws(server.Address)), ErrorIds.StoreUnavailable);
    }

    [Fact]
    public async Task AReplyThatEchoesTheRequestTellsNothing()
    {
        await using LoopbackServer gcp = await LoopbackServer.StartAsync(static asked => new Answer(
            400,
            System.Text.Json.JsonSerializer.Serialize(
                new
                {
                    error = new
                    {
                        code = 400,
                        status = "INVALID_ARGUMENT",
                        message = Echo(asked),
                    },
                }
            )
        ));
        await using LoopbackServer aws = await LoopbackServer.StartAsync(static asked => new Answer(
            400,
            System.Text.Json.JsonSerializer.Serialize(
                new Dictionary<string, string> { ["__type"] = "ValidationException", ["message"] = Echo(asked) }
            ),
            "application/x-amz-json-1.1"
        ));
        foreach (ISecretStore store in new ISecretStore[] { _setting.Gcp(gcp.Address), _setting.Aws(aws.Address) })
        {
            using SecretValue value = SecretValue.FromText(Value);
            AssertSilent(await ReadAsync(store), ErrorIds.BadArgument);
            AssertSilent(
                await Assert.ThrowsAsync<FlowSecretException>(() => store.AddVersionAsync("s1", value, null, null, CancellationToken.None)),
                ErrorIds.BadArgument
            );
            AssertSilent(
                await Assert.ThrowsAsync<FlowSecretException>(() =>
                    store.CreateAsync("s1", new Dictionary<string, string>(), value, CancellationToken.None)
                ),
                ErrorIds.BadArgument
            );
        }
    }

    private static string Echo(Asked asked)
    {
        string body = asked.Body.Contains("\"data\"", StringComparison.Ordinal) ? Value : asked.Body;
        return $"Invalid: {asked.Method} {asked.Path} Authorization: {asked.Authorization} X-Amz-Security-Token: "
            + $"{asked.Headers.GetValueOrDefault("X-Amz-Security-Token")} {body}";
    }

    private static async Task<FlowSecretException> ReadAsync(ISecretStore store) =>
        await Assert.ThrowsAsync<FlowSecretException>(() => store.ReadAsync("s1", VersionSelector.Current, CancellationToken.None));

    private static async Task AssertSilentAsync(ISecretStore store, Action fault, string id)
    {
        using SecretValue value = SecretValue.FromText(Value);
        await store.CreateAsync("s1", new Dictionary<string, string>(), value, CancellationToken.None);
        fault();
        AssertSilent(await ReadAsync(store), id);
        using ReadSecret read = await store.ReadAsync("s1", VersionSelector.Current, CancellationToken.None);
        Assert.True(read.Value.Equals(value));
    }

    private static void AssertSilent(FlowSecretException error, string id)
    {
        Assert.Equal(id, error.Id);
        string text = error.ToString();
        Assert.DoesNotContain("CANARY", text);
        Assert.DoesNotContain(Convert.ToBase64String(Encoding.UTF8.GetBytes(Value)), text);
    }
}
