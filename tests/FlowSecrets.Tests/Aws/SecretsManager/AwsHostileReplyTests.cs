using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Providers.Aws.SecretsManager;
using FlowSecrets.Providers.Transport;
using FlowSecrets.Tests.Contracts;
using FlowSecrets.Tests.Transport;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Aws.SecretsManager;

/// <summary>Replies that are none to what was asked: of a cache that mixes them up, or of a server without an end.</summary>
public sealed class AwsHostileReplyTests : IDisposable
{
    private const string Arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:";

    /// <summary>A busy machine takes its time to send so much.</summary>
    private static readonly RetryLimits Patient = CloudSetting.Once with { Try = TimeSpan.FromMinutes(1) };

    private readonly CloudSetting _setting = new(("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test"));

    public void Dispose() => _setting.Dispose();

    [Theory]
    [InlineData("a", null, $$"""{"Name":"a","VersionId":"v","SecretString":"x"}""", null)]
    [InlineData("a", null, $$"""{"ARN":"{{Arn}}a-AbCdEf","VersionId":"v","SecretString":"x"}""", null)]
    [InlineData($"{Arn}a", null, $$"""{"ARN":"{{Arn}}a-AbCdEf","Name":"a","VersionId":"v","SecretString":"x"}""", null)]
    [InlineData($"{Arn}a-AbCdEf", null, $$"""{"ARN":"{{Arn}}a-AbCdEf","Name":"a","VersionId":"v","SecretString":"x"}""", null)]
    [InlineData("a", null, $$"""{"Name":"b","VersionId":"v","SecretString":"x"}""", ErrorIds.BadReply)]
    [InlineData("a", null, $$"""{"Name":"A","VersionId":"v","SecretString":"x"}""", ErrorIds.BadReply)]
    [InlineData("a", null, $$"""{"Name":"a-AbCdEf","VersionId":"v","SecretString":"x"}""", ErrorIds.BadReply)]
    [InlineData("a", null, $$"""{"VersionId":"v","SecretString":"x"}""", ErrorIds.BadReply)]
    [InlineData("a", "w", $$"""{"Name":"a","VersionId":"v","SecretString":"x"}""", ErrorIds.BadReply)]
    [InlineData($"{Arn}a", null, $$"""{"ARN":"{{Arn}}ab-AbCdEf","Name":"ab","VersionId":"v","SecretBinary":"eA=="}""", ErrorIds.BadReply)]
    [InlineData($"{Arn}a-AbCdEf", null, $$"""{"ARN":"{{Arn}}a-GhIjKl","Name":"a","VersionId":"v","SecretString":"x"}""", ErrorIds.BadReply)]
    public async Task AValueOfAnotherNameIsRefused(string name, string? version, string reply, string? id)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(_ => new Answer(200, reply));
        AwsStore store = _setting.Aws(server.Address);
        VersionSelector selector = version is null ? VersionSelector.Current : new VersionSelector(version, null);
        if (id is null)
        {
            using ReadSecret read = await store.ReadAsync(name, selector, default);
            Assert.Equal("v", read.Version);
        }
        else
        {
            await SecretStoreContract.Fails(id, () => store.ReadAsync(name, selector, default));
        }
    }

    [Theory]
    [InlineData("""{"SecretValues":[{"Name":"a","SecretString":"x"},{"Name":"c","SecretString":"y"}]}""")]
    [InlineData("""{"SecretValues":[{"Name":"a","SecretString":"x"},{"Name":"a","SecretString":"y"}]}""")]
    [InlineData("""{"SecretValues":[{"SecretString":"x"}]}""")]
    public async Task ABatchWithAnotherNameIsRefused(string reply)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(_ => new Answer(200, reply));
        await foreach (ReadOutcome outcome in _setting.Aws(server.Address).ReadManyAsync(["a", "b"], default))
        {
            Assert.Equal(ErrorIds.BadReply, outcome.Error?.Id);
        }
    }

    [Fact]
    public async Task ADescriptionOfAnotherSecretIsRefused()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(static _ => new Answer(200, """{"Name":"b"}"""));
        await SecretStoreContract.Fails(ErrorIds.BadReply, () => _setting.Aws(server.Address).DescribeAsync("a", default));
    }

    [Fact]
    public async Task AVersionThatIsAddedToAnotherSecretIsRefused()
    {
        using SecretValue value = SecretValue.FromText("x");
        await using LoopbackServer server = await LoopbackServer.StartAsync(static a => new Answer(
            200,
            a.Operation == "PutSecretValue" ? """{"Name":"b","VersionId":"v"}""" : """{"Name":"a","VersionIdsToStages":{}}"""
        ));
        await SecretStoreContract.Fails(
            ErrorIds.BadReply,
            () => _setting.Aws(server.Address).AddVersionAsync("a", value, null, null, default)
        );
    }

    [Fact]
    public async Task ListsWhosePageTokenRepeatsEnd()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(static _ => new Answer(
            200,
            """{"Name":"a","SecretList":[],"Versions":[],"NextToken":"again"}"""
        ));
        AwsStore store = _setting.Aws(server.Address);
        await SecretStoreContract.Fails(
            ErrorIds.BadReply,
            async () =>
            {
                await foreach (SecretDescription _ in store.ListAsync("", default))
                {
                    // To its end.
                }
            }
        );
        Assert.Equal(2, server.Calls.Count(static c => c.Operation == "ListSecrets"));
        await SecretStoreContract.Fails(ErrorIds.BadReply, () => store.ListVersionsAsync("a", default));
        Assert.Equal(2, server.Calls.Count(static c => c.Operation == "ListSecretVersionIds"));
    }

    [Theory]
    [InlineData(200, HttpPool.MaxReply)]
    [InlineData(500, HttpPool.MaxErrorReply)]
    [InlineData(400, HttpPool.MaxErrorReply)]
    public async Task AReplyWithoutAnEndIsRefused(int status, long limit)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(_ => new Answer(
            status,
            new string(' ', (int)limit + 1),
            "application/x-amz-json-1.1"
        ));
        await SecretStoreContract.Fails(
            ErrorIds.BadReply,
            () => _setting.Aws(server.Address, limits: Patient).ReadAsync("a", default, default)
        );
        Assert.Single(server.Calls, static c => c.Operation == "GetSecretValue");
    }
}
