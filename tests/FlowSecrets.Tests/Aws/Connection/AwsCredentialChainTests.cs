using Amazon.Runtime.Internal;
using FlowSecrets.CloudFakes.Aws;
using FlowSecrets.CloudFakes.Aws.SecretsManager;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Processes;
using FlowSecrets.Providers.Aws.SecretsManager;
using FlowSecrets.Tests.Transport;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Aws.Connection;

/// <summary>Credentials that come from a service. The SDK reads their variables from the process itself.</summary>
[Collection(ProcessVariables.Name)]
public sealed class AwsCredentialChainTests : IAsyncLifetime
{
    private const string Role = "arn:aws:iam::123456789012:role/reader";
    private readonly CloudSetting _setting = new();
    private readonly List<IDisposable> _variables = [];
    private AwsFake _fake = null!;

    public async ValueTask InitializeAsync() => _fake = await AwsFake.StartAsync();

    public async ValueTask DisposeAsync()
    {
        _variables.ForEach(static v => v.Dispose());
        FallbackInternalConfigurationFactory.Reset();
        await _fake.DisposeAsync();
        _setting.Dispose();
    }

    [Fact]
    public async Task AProfilesRoleIsAssumed()
    {
        await using LoopbackServer sts = await LoopbackServer.StartAsync(static _ => AwsTokens.Assumed("AssumeRole", "AKIDROLE"));
        Use("AWS_ENDPOINT_URL_STS", sts.Address.AbsoluteUri);
        Assert.Equal("AKIDROLE", await SignedAsync("chain-role"));
        Asked asked = Assert.Single(sts.Calls);
        Assert.Contains("Action=AssumeRole", asked.Body);
        Assert.Contains("Credential=AKIDSOURCE/", asked.Authorization);
    }

    [Fact]
    public async Task AProfilesProgramDoesNotGetWhatOpensALocalStore()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The program is a shell of Unix.");
        Use(PassphraseVariables.Value, "CANARY");
        Use(PassphraseVariables.File, "CANARYFILE");
        Assert.Equal("AKID0", await SignedAsync("chain-process"));
        _setting.Set("AWS_PROFILE", "chain-process");
        Assert.Equal("AKID0", await SignedAsync(null));
    }

    [Theory]
    [InlineData("chain-process-role", 1)]
    [InlineData("chain-process-two-roles", 2)]
    public async Task NorDoesTheProgramOfASourceProfile(string profile, int roles)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The program is a shell of Unix.");
        Use(PassphraseVariables.Value, "CANARY");
        await using LoopbackServer sts = await LoopbackServer.StartAsync(static _ => AwsTokens.Assumed("AssumeRole", "AKIDROLE"));
        Use("AWS_ENDPOINT_URL_STS", sts.Address.AbsoluteUri);
        Assert.Equal("AKIDROLE", await SignedAsync(profile));
        Assert.Equal(roles, sts.Calls.Count);
        Assert.Contains("Credential=AKID0/", sts.Calls[0].Authorization);
    }

    [Fact]
    public async Task ARoleThatMayNotBeAssumedIsNoDeniedSecret()
    {
        await using LoopbackServer sts = await LoopbackServer.StartAsync(static _ => AwsTokens.Refused("AccessDenied"));
        Use("AWS_ENDPOINT_URL_STS", sts.Address.AbsoluteUri);
        FlowSecretException error = await FailedAsync("chain-role");
        Assert.Equal(
            (ErrorIds.NotAuthenticated, "Not authenticated: AWS gave no credentials (profile chain-role, AccessDenied)."),
            (error.Id, error.Cause)
        );
        Assert.Equal(
            "Let the role's trust policy allow this identity sts:AssumeRole. Which role: aws configure get role_arn --profile 'chain-role'",
            error.Remedy
        );
        Assert.DoesNotContain("CANARY", error.ToString());
        Assert.Empty(_fake.Calls);
    }

    [Fact]
    public async Task AnUnreachableStsIsToldFromTheServiceAndNothingIsInDoubt()
    {
        Use("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:9/");
        using SecretValue value = SecretValue.FromText("v");
        AwsStore store = _setting.Aws(_fake.Endpoint, Selection("chain-role"));
        FlowSecretException error = await Assert.ThrowsAsync<FlowSecretException>(() =>
            store.CreateAsync("s1", new Dictionary<string, string>(), value, CancellationToken.None)
        );
        Assert.Equal(
            (
                ErrorIds.StoreUnavailable,
                "No AWS credentials could be had (profile chain-role): the service that gives them cannot be reached (Aws store in "
                    + "eu-west-1)."
            ),
            (error.Id, error.Cause)
        );
        Assert.Empty(_fake.Calls);
    }

    [Fact]
    public async Task AWebIdentityAssumesItsRole()
    {
        await using LoopbackServer sts = await LoopbackServer.StartAsync(static _ =>
            AwsTokens.Assumed("AssumeRoleWithWebIdentity", "AKIDWEB")
        );
        Use("AWS_ENDPOINT_URL_STS", sts.Address.AbsoluteUri);
        Use("AWS_WEB_IDENTITY_TOKEN_FILE", _setting.Write("web-token", "web-token"));
        Use("AWS_ROLE_ARN", Role);
        Use("AWS_REGION", "eu-west-1");
        Assert.Equal("AKIDWEB", await SignedAsync(null));
        Assert.Contains("WebIdentityToken=web-token", Assert.Single(sts.Calls).Body);
    }

    [Fact]
    public async Task AContainersCredentialsAreUsed()
    {
        await using LoopbackServer agent = await LoopbackServer.StartAsync(static _ => AwsTokens.Container);
        Use("AWS_CONTAINER_CREDENTIALS_FULL_URI", new Uri(agent.Address, "creds").AbsoluteUri);
        Use("AWS_CONTAINER_AUTHORIZATION_TOKEN", "agent-token");
        Assert.Equal("AKIDCONTAINER", await SignedAsync(null));
        Assert.Equal("agent-token", agent.Calls[0].Authorization);
    }

    [Fact]
    public async Task AHangingMetadataServiceDoesNotHoldACancelledCall()
    {
        using SilentServer metadata = new();
        Use("AWS_EC2_METADATA_SERVICE_ENDPOINT", metadata.Address.AbsoluteUri);
        Use("AWS_EC2_METADATA_DISABLED", null);
        FallbackInternalConfigurationFactory.Reset();
        AwsStore store = _setting.Aws(_fake.Endpoint, Selection(null));
        using SecretValue value = SecretValue.FromText("v");
        await Cancelling.EndsWithinASecondAsync(
            ct => store.CreateAsync("new", new Dictionary<string, string>(), value, ct),
            metadata.Reached
        );
        await Cancelling.EndsWithinASecondAsync(ct => store.IdentifyAsync(ct).AsTask(), Task.CompletedTask);
        Assert.Empty(_fake.Calls);
    }

    [Fact]
    public async Task WithoutAnyCredentialsTheErrorSaysHowToLogIn()
    {
        Use("AWS_EC2_METADATA_DISABLED", "true");
        FlowSecretException error = await FailedAsync(null);
        Assert.Equal(
            (ErrorIds.NotAuthenticated, "Not authenticated: no usable AWS credentials were found (default credentials)."),
            (error.Id, error.Cause)
        );
        Assert.Equal(
            "Log in: aws sso login, or aws configure; in CI set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a role. Then see "
                + "Get-FlowSecretStore.",
            error.Remedy
        );
    }

    private static StoreSelection Selection(string? profile) => new(StoreKind.Aws) { Region = "eu-west-1", Profile = profile };

    private void Use(string name, string? value) => _variables.Add(new ProcessVariable(name, value));

    private async Task<string> SignedAsync(string? profile)
    {
        await _setting.Aws(_fake.Endpoint, Selection(profile)).DescribeAsync("absent", CancellationToken.None);
        return _fake.Calls[0].Headers["Authorization"].Split('=', '/')[1];
    }

    private async Task<FlowSecretException> FailedAsync(string? profile) =>
        await Assert.ThrowsAsync<FlowSecretException>(() =>
            _setting.Aws(_fake.Endpoint, Selection(profile)).DescribeAsync("absent", CancellationToken.None)
        );
}
