using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Providers.Gcp.SecretManager;
using FlowSecrets.Providers.Transport;
using FlowSecrets.Tests.Contracts;
using FlowSecrets.Tests.Transport;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Gcp.SecretManager;

/// <summary>Replies that are none to what was asked: of a cache that mixes them up, or of a server without an end.</summary>
public sealed class GcpHostileReplyTests : IDisposable
{
    /// <summary>A busy machine takes its time to send so much.</summary>
    private static readonly RetryLimits Patient = CloudSetting.Once with { Try = TimeSpan.FromMinutes(1) };

    private readonly CloudSetting _setting = new(("GOOGLE_OAUTH_ACCESS_TOKEN", "test-token"));

    public void Dispose() => _setting.Dispose();

    [Theory]
    [InlineData("projects/flow-test/secrets/a/versions/7", null, null)]
    [InlineData("projects/123456789/secrets/a/versions/7", null, null)]
    [InlineData("projects/123456789/secrets/a/versions/7", "7", null)]
    [InlineData("projects/flow-test/secrets/somebody-elses/versions/7", null, ErrorIds.BadReply)]
    [InlineData("projects/another/secrets/a/versions/7", null, ErrorIds.BadReply)]
    [InlineData("projects/flow-test/locations/europe-west1/secrets/a/versions/7", null, ErrorIds.BadReply)]
    [InlineData("projects/flow-test/secrets/a/versions/7", "8", ErrorIds.BadReply)]
    [InlineData("projects/flow-test/secrets/a/versions/latest", null, ErrorIds.BadReply)]
    [InlineData("projects/flow-test/secrets/a/versions/99999999999999999999", null, ErrorIds.BadReply)]
    [InlineData("projects/flow-test/secrets/a", null, ErrorIds.BadReply)]
    [InlineData("", null, ErrorIds.BadReply)]
    public async Task AValueOfAnotherNameIsRefused(string name, string? version, string? id)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(_ => new Answer(
            200,
            $$$"""{"name":"{{{name}}}","payload":{"data":"eA==","dataCrc32c":"2839306131"}}"""
        ));
        GcpStore store = _setting.Gcp(server.Address);
        VersionSelector selector = version is null ? VersionSelector.Current : new VersionSelector(version, null);
        if (id is null)
        {
            using ReadSecret read = await store.ReadAsync("a", selector, default);
            Assert.Equal("7", read.Version);
        }
        else
        {
            await SecretStoreContract.Fails(id, () => store.ReadAsync("a", selector, default));
        }
    }

    [Fact]
    public async Task ADescriptionOfAnotherSecretIsRefused()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(static _ => new Answer(
            200,
            """{"name":"projects/flow-test/secrets/b","labels":{}}"""
        ));
        await SecretStoreContract.Fails(ErrorIds.BadReply, () => _setting.Gcp(server.Address).DescribeAsync("a", default));
    }

    [Fact]
    public async Task AVersionThatIsAddedToAnotherSecretIsRefused()
    {
        using SecretValue value = SecretValue.FromText("x");
        await using LoopbackServer server = await LoopbackServer.StartAsync(static a =>
            a.Path.EndsWith(":access", StringComparison.Ordinal)
                ? new Answer(404, """{"error":{"code":404,"message":"none","status":"NOT_FOUND"}}""")
                : new Answer(
                    200,
                    a.Method == "POST"
                        ? """{"name":"projects/flow-test/secrets/b/versions/2","state":"ENABLED"}"""
                        : """{"name":"projects/flow-test/secrets/a/versions/1","state":"ENABLED"}"""
                )
        );
        await SecretStoreContract.Fails(
            ErrorIds.BadReply,
            () => _setting.Gcp(server.Address).AddVersionAsync("a", value, null, null, default)
        );
    }

    [Fact]
    public async Task AListOfAnotherProjectIsRefused()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(static _ => new Answer(
            200,
            """{"secrets":[{"name":"projects/another/secrets/a"}]}"""
        ));
        await SecretStoreContract.Fails(ErrorIds.BadReply, () => _setting.Gcp(server.Address).ListAllAsync("", default));
    }

    [Fact]
    public async Task ListsWhosePageTokenRepeatsEnd()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(static a => new Answer(
            200,
            a.Path.EndsWith("/a", StringComparison.Ordinal)
                ? """{"name":"projects/flow-test/secrets/a"}"""
                : """{"secrets":[],"versions":[],"nextPageToken":"again"}"""
        ));
        GcpStore store = _setting.Gcp(server.Address);
        await SecretStoreContract.Fails(ErrorIds.BadReply, () => store.ListAllAsync("", default));
        Assert.Equal(2, server.Calls.Count);
        await SecretStoreContract.Fails(ErrorIds.BadReply, () => store.ListVersionsAsync("a", default));
        Assert.Equal(5, server.Calls.Count);
    }

    [Theory]
    [InlineData(200, HttpPool.MaxReply)]
    [InlineData(500, HttpPool.MaxErrorReply)]
    [InlineData(403, HttpPool.MaxErrorReply)]
    public async Task AReplyWithoutAnEndIsRefused(int status, long limit)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(_ => new Answer(status, new string(' ', (int)limit + 1)));
        await SecretStoreContract.Fails(
            ErrorIds.BadReply,
            () => _setting.Gcp(server.Address, limits: Patient).ReadAsync("a", default, default)
        );
        Assert.Single(server.Calls);
    }
}
