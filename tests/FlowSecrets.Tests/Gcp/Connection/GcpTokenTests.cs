using FlowSecrets.CloudFakes.Gcp;
using FlowSecrets.CloudFakes.Gcp.SecretManager;
using FlowSecrets.CloudFakes.Hosting;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Providers.Gcp.SecretManager;
using FlowSecrets.Tests.Transport;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Gcp.Connection;

/// <summary>Tokens of credential files and of the machine, fetched for real.</summary>
public sealed class GcpTokenTests : IAsyncLifetime
{
    private readonly CloudSetting _setting = new();
    private GcpFake _fake = null!;

    public async ValueTask InitializeAsync() => _fake = await GcpFake.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _fake.DisposeAsync();
        _setting.Dispose();
    }

    [Fact]
    public async Task AServiceAccountsTokenIsFetchedOnceAndUsed()
    {
        await using LoopbackServer tokens = await LoopbackServer.StartAsync(new TokenService().Reply);
        GcpStore store = Store(GcpKeys.ServiceAccount(tokens.Address));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => store.DescribeAsync("absent", CancellationToken.None)));
        Assert.Equal(["Bearer token-1"], Sent());
        Asked asked = Assert.Single(tokens.Calls);
        Assert.Contains("assertion=", asked.Body);
        Assert.Equal("app@flow-test.iam.gserviceaccount.com (-CredentialPath)", store.Place.Identity);
    }

    [Fact]
    public async Task ATokenAboutToExpireIsFetchedAnew()
    {
        await using LoopbackServer tokens = await LoopbackServer.StartAsync(new TokenService { ExpiresIn = 1 }.Reply);
        GcpStore store = Store(GcpKeys.ServiceAccount(tokens.Address));
        await store.DescribeAsync("absent", CancellationToken.None);
        await store.DescribeAsync("absent", CancellationToken.None);
        Assert.Equal(2, Sent().Length);
    }

    [Fact]
    public async Task ARefusedTokenIsFetchedAnewWithinTheCall()
    {
        await using GcpFake strict = await GcpFake.StartAsync(new GcpFakeOptions { RequiredToken = "token-2" });
        await using LoopbackServer tokens = await LoopbackServer.StartAsync(new TokenService().Reply);
        Assert.Null(
            await _setting
                .Gcp(strict.Endpoint, Selection(GcpKeys.ServiceAccount(tokens.Address)))
                .DescribeAsync("absent", CancellationToken.None)
        );
        Assert.Equal([401, 404], strict.Calls.Select(static c => c.Status));
    }

    [Fact]
    public async Task AFederatedIdentityGetsItsToken()
    {
        string subject = _setting.Write("subject", "subject-token");
        await using LoopbackServer tokens = await LoopbackServer.StartAsync(new TokenService().Reply);
        await Store(GcpKeys.External(tokens.Address, new { file = subject }, impersonates: false))
            .DescribeAsync("absent", CancellationToken.None);
        Assert.Equal(["Bearer federated-1"], Sent());
        Assert.Contains("subject_token=subject-token", Assert.Single(tokens.Calls).Body);
    }

    [Fact]
    public async Task AFederatedIdentityActsAsAServiceAccount()
    {
        string subject = _setting.Write("subject", "subject-token");
        await using LoopbackServer tokens = await LoopbackServer.StartAsync(new TokenService().Reply);
        GcpStore store = Store(GcpKeys.External(tokens.Address, new { file = subject }, impersonates: true));
        await store.DescribeAsync("absent", CancellationToken.None);
        Assert.Equal(["Bearer impersonated-2"], Sent());
        Assert.Equal("Bearer federated-1", tokens.Calls[1].Authorization);
        Assert.Equal("reader@flow-test.iam.gserviceaccount.com (-CredentialPath)", store.Place.Identity);
    }

    [Fact]
    public async Task AnImpersonatingFileGetsItsToken()
    {
        await using LoopbackServer tokens = await LoopbackServer.StartAsync(new TokenService().Reply);
        await Store(GcpKeys.Impersonating(tokens.Address)).DescribeAsync("absent", CancellationToken.None);
        Assert.Equal(["Bearer impersonated-2"], Sent());
    }

    [Fact]
    public async Task WithoutItsSubjectTokenAFederatedIdentityIsNotAuthenticated()
    {
        await using LoopbackServer tokens = await LoopbackServer.StartAsync(new TokenService().Reply);
        GcpStore store = Store(GcpKeys.External(tokens.Address, new { file = _setting.File("absent") }, impersonates: false));
        FlowSecretException error = await Assert.ThrowsAsync<FlowSecretException>(() =>
            store.DescribeAsync("absent", CancellationToken.None)
        );
        Assert.Equal(
            (ErrorIds.NotAuthenticated, "No access token could be had for external_account (-CredentialPath)."),
            (error.Id, error.Cause)
        );
        Assert.Empty(_fake.Calls);
    }

    [Fact]
    public async Task AMachinesServiceAccountIsAskedWhereTheVariableSays()
    {
        await using LoopbackServer metadata = await LoopbackServer.StartAsync(new TokenService().Reply);
        _setting.Set("GCE_METADATA_HOST", metadata.Address.Authority);
        await _setting.Gcp(_fake.Endpoint).DescribeAsync("absent", CancellationToken.None);
        Assert.Equal(["Bearer token-1"], Sent());
        Assert.Equal("Google", metadata.Calls[0].Headers["Metadata-Flavor"]);
    }

    [Fact]
    public async Task AHangingMetadataServiceDoesNotHoldACancelledCall()
    {
        using SilentServer metadata = new();
        _setting.Set("GCE_METADATA_HOST", metadata.Address.Authority);
        GcpStore store = _setting.Gcp(_fake.Endpoint);
        using SecretValue value = SecretValue.FromText("v");
        await Cancelling.EndsWithinASecondAsync(
            ct => store.CreateAsync("new", new Dictionary<string, string>(), value, ct),
            metadata.Reached
        );
        metadata.Dispose();
        Assert.Empty(_fake.Calls);
    }

    [Theory]
    [InlineData(
        400,
        """{"error":"invalid_grant","error_description":"CANARY-7f3a"}""",
        ErrorIds.NotAuthenticated,
        "were refused or have expired (invalid_grant)"
    )]
    [InlineData(401, "<html>CANARY-7f3a</html>", ErrorIds.NotAuthenticated, "were refused or have expired")]
    [InlineData(400, """{"error":"##vso[CANARY-7f3a]"}""", ErrorIds.NotAuthenticated, "were refused or have expired")]
    [InlineData(503, "<html>CANARY-7f3a</html>", ErrorIds.StoreUnavailable, "the service that gives it answered with status 503")]
    [InlineData(200, "<html>CANARY-7f3a</html>", ErrorIds.NotAuthenticated, "app@flow-test.iam.gserviceaccount.com")]
    public async Task WhatATokenServiceAnswersIsTold(int status, string body, string id, string cause)
    {
        await using LoopbackServer tokens = await LoopbackServer.StartAsync(_ => new Answer(status, body));
        GcpStore store = Store(GcpKeys.ServiceAccount(tokens.Address));
        using SecretValue value = SecretValue.FromText("v");
        FlowSecretException error = await Assert.ThrowsAsync<FlowSecretException>(() =>
            store.AddVersionAsync("name", value, null, null, CancellationToken.None)
        );
        Assert.Equal(id, error.Id);
        Assert.Contains(cause, error.Cause);
        Assert.Contains("app@flow-test.iam.gserviceaccount.com", error.Cause);
        Assert.DoesNotContain("CANARY", error.ToString());
        Assert.DoesNotContain("##vso", error.ToString());
        Assert.Empty(_fake.Calls);
    }

    [Fact]
    public async Task AnUnreachableTokenServiceLeavesNoDoubtAboutAChange()
    {
        GcpStore store = Store(GcpKeys.ServiceAccount(new Uri("http://127.0.0.1:9/")));
        using SecretValue value = SecretValue.FromText("v");
        FlowSecretException error = await Assert.ThrowsAsync<FlowSecretException>(() =>
            store.AddVersionAsync("name", value, null, null, CancellationToken.None)
        );
        Assert.Equal(ErrorIds.StoreUnavailable, error.Id);
        Assert.Equal(
            "No access token could be had for app@flow-test.iam.gserviceaccount.com (-CredentialPath): the service that gives it cannot "
                + "be reached (Gcp store of project flow-test).",
            error.Cause
        );
    }

    private static StoreSelection Selection(string path) => new(StoreKind.Gcp) { CredentialPath = path };

    private StoreSelection Selection(object file) => Selection(_setting.Write("key.json", GcpKeys.Json(file)));

    private GcpStore Store(object file) => _setting.Gcp(_fake.Endpoint, Selection(file));

    /// <summary>The proofs that reached the service, each once.</summary>
    private string[] Sent() => [.. _fake.Calls.Select(static c => c.Headers["Authorization"]).Distinct()];
}
