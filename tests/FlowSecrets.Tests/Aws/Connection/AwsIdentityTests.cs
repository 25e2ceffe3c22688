using FlowSecrets.Catalogs;
using FlowSecrets.Catalogs.Drafts;
using FlowSecrets.CloudFakes.Aws;
using FlowSecrets.CloudFakes.Aws.SecretsManager;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Providers.Aws.SecretsManager;
using FlowSecrets.Tests.Catalogs;
using FlowSecrets.Tests.Transport;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Aws.Connection;

/// <summary>Whose keys sign, and who that is.</summary>
public sealed class AwsIdentityTests : IAsyncLifetime
{
    private readonly CloudSetting _setting = new();
    private AwsFake _fake = null!;

    public async ValueTask InitializeAsync() => _fake = await AwsFake.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _fake.DisposeAsync();
        _setting.Dispose();
    }

    [Fact]
    public async Task AGivenProfileWinsOverTheKeysAndTheyOverAProfileOfTheVariable()
    {
        _setting.Set("AWS_PROFILE", "identity-keys");
        Assert.Equal(("AKIDPROFILE", "profile identity-keys"), await SignedAsync(null));
        _setting.Set("AWS_ACCESS_KEY_ID", "AKIDVARIABLE");
        _setting.Set("AWS_SECRET_ACCESS_KEY", "s");
        Assert.Equal(("AKIDVARIABLE", "keys of AWS_ACCESS_KEY_ID"), await SignedAsync(null));
        Assert.Equal(("AKIDPROFILE", "profile identity-keys"), await SignedAsync("identity-keys"));
    }

    [Fact]
    public async Task ASessionTokenIsSent()
    {
        SetKeys();
        _setting.Set("AWS_SESSION_TOKEN", "session");
        await _setting.Aws(_fake.Endpoint).DescribeAsync("absent", CancellationToken.None);
        Assert.Equal("session", _fake.Calls[0].Headers["X-Amz-Security-Token"]);
    }

    [Theory]
    [InlineData("identity-empty")]
    [InlineData("identity-process")]
    public async Task AProfileWithoutCredentialsIsNotAuthenticated(string profile)
    {
        FlowSecretException error = await Assert.ThrowsAsync<FlowSecretException>(() =>
            _setting.Aws(_fake.Endpoint, Selection(profile)).DescribeAsync("absent", CancellationToken.None)
        );
        Assert.Equal(
            (ErrorIds.NotAuthenticated, $"Not authenticated: no usable AWS credentials were found (profile {profile})."),
            (error.Id, error.Cause)
        );
        Assert.Equal(
            $"Log in: aws sso login --profile '{profile}', or aws configure --profile '{profile}'; in CI set AWS_ACCESS_KEY_ID and "
                + $"AWS_SECRET_ACCESS_KEY, or a role. Then see Get-FlowSecretStore.",
            error.Remedy
        );
        Assert.DoesNotContain("CANARY", error.ToString());
        Assert.Empty(_fake.Calls);
    }

    [Fact]
    public async Task WhoItIsIsAskedOnceForAll()
    {
        SetKeys();
        AwsStore store = _setting.Aws(_fake.Endpoint);
        Assert.Equal(
            ("eu-west-1", "keys of AWS_ACCESS_KEY_ID", "Aws store in eu-west-1"),
            (store.Place.Location, store.Place.Identity, store.Place.ToString())
        );
        Place[] places = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => store.IdentifyAsync(CancellationToken.None).AsTask()));
        Assert.All(
            places,
            static p =>
                Assert.Equal(
                    ("123456789012/eu-west-1", "arn:aws:iam::123456789012:user/tester", "Aws store of account 123456789012 in eu-west-1"),
                    (p.Location, p.Identity, p.ToString())
                )
        );
        Assert.Single(_fake.Calls, static c => c.Operation == "GetCallerIdentity");
    }

    [Fact]
    public async Task WhoeverCannotBeFoundOutIsNotAskedForByEachCall()
    {
        SetKeys();
        await using LoopbackServer server = await LoopbackServer.StartAsync(static asked =>
            asked.Operation.Length > 0
                ? new Answer(400, """{"__type":"AccessDeniedException","message":"no"}""")
                : AwsTokens.Refused("AccessDenied")
        );
        AwsStore store = _setting.Aws(server.Address);
        FlowSecretException[] errors = await Task.WhenAll(
            Enumerable
                .Range(0, 10)
                .Select(i => Assert.ThrowsAsync<FlowSecretException>(() => store.DescribeAsync($"s{i}", CancellationToken.None)))
        );
        Assert.All(errors, static e => Assert.Contains("or keys of AWS_ACCESS_KEY_ID may not use it: AWS does not tell which", e.Cause));
        Assert.All(errors, static e => Assert.Contains("arn:aws:secretsmanager:eu-west-1:*:secret:", e.Remedy));
        Assert.Single(server.Calls, static c => c.Operation.Length == 0);
    }

    [Fact]
    public async Task AHangingStsDoesNotHoldACancelledCall()
    {
        SetKeys();
        using SilentServer sts = new();
        AwsStore store = _setting.Aws(sts.Address);
        await Cancelling.EndsWithinASecondAsync(ct => store.IdentifyAsync(ct).AsTask(), sts.Reached);
    }

    [Fact]
    public async Task AnArnsRegionIsFollowed()
    {
        SetKeys();
        await using LoopbackServer server = await LoopbackServer.StartAsync(static _ => new Answer(
            200,
            """{"Name":"app","VersionId":"v","SecretString":"x"}"""
        ));
        AwsStore store = _setting.Aws(server.Address);
        (await store.ReadAsync("app", VersionSelector.Current, CancellationToken.None)).Dispose();
        (
            await store.ReadAsync(
                "arn:aws:secretsmanager:us-east-2:123456789012:secret:app-AbCdEf",
                VersionSelector.Current,
                CancellationToken.None
            )
        ).Dispose();
        (
            await store.ReadAsync(
                "arn:aws:secretsmanager:ap-south-1:123456789012:secret:app",
                VersionSelector.Current,
                CancellationToken.None
            )
        ).Dispose();
        Assert.Equal(["eu-west-1", "us-east-2", "ap-south-1"], server.Calls.Select(static c => c.Authorization.Split('/')[2]));
        Assert.Contains("secret:app\"", server.Calls[2].Body);
    }

    [Fact]
    public async Task NamesThatAwsItselfMadeAreReadAndNotMade()
    {
        SetKeys();
        await using LoopbackServer server = await LoopbackServer.StartAsync(static _ => new Answer(
            200,
            """{"Name":"rds!db-1","VersionId":"v","SecretString":"x"}"""
        ));
        AwsStore store = _setting.Aws(server.Address);
        (await store.ReadAsync("rds!db-1", VersionSelector.Current, CancellationToken.None)).Dispose();
        using SecretValue value = SecretValue.FromText("v");
        FlowSecretException error = await Assert.ThrowsAsync<FlowSecretException>(() =>
            store.CreateAsync("rds!db-2", new Dictionary<string, string>(), value, CancellationToken.None)
        );
        Assert.Equal(ErrorIds.InvalidName, error.Id);
        Assert.Single(server.Calls);
    }

    [Fact]
    public async Task ACatalogOfAStoreMarksWhatOthersMade()
    {
        SetKeys();
        await using LoopbackServer server = await LoopbackServer.StartAsync(static _ => new Answer(
            200,
            """{"SecretList":[{"Name":"app-db"},{"Name":"rds!db-1"},{"Name":"events!connection/x"},{"Name":"my secret"}]}"""
        ));
        AwsStore store = _setting.Aws(server.Address);
        List<SecretDraft> drafts = await CatalogImport.FromStoreAsync(store, "", CancellationToken.None);
        CatalogDraft draft = new("app", "", DraftNames.Unique(drafts, "store", out _))
        {
            From = ("prod", new StoreSelection(StoreKind.Aws) { Region = "eu-west-1" }),
        };
        Catalog catalog = CatalogExamples.Valid(CatalogExamples.Documents.Write(draft.ToDocument()));
        Assert.Equal(
            ["app-db False", "rds!db-1 True", "events!connection/x True", "my secret True"],
            catalog.Secrets.Select(s => $"{catalog.StoreName(s, catalog.Environments["prod"])} {s.IsExternal}")
        );
    }

    [Theory]
    [InlineData("Operation not permitted on a replica secret. Call must be made in primary secret's region.", true)]
    [InlineData("Call must be made in primary secret's region.", true)]
    [InlineData("You can't perform this operation on the secret because it was invalid.", false)]
    public async Task AReplicaIsChangedWhereItsPrimaryIs(string says, bool isReplica)
    {
        SetKeys();
        await using LoopbackServer server = await LoopbackServer.StartAsync(asked =>
            asked.Operation == "DescribeSecret"
                ? new Answer(
                    200,
                    """{"ARN":"arn:aws:secretsmanager:eu-west-1:123456789012:secret:s-AbCdEf","Name":"s","PrimaryRegion":"us-east-1"}"""
                )
                : new Answer(400, $$"""{"__type":"InvalidRequestException","Message":"{{says}}"}""")
        );
        AwsStore store = _setting.Aws(server.Address);
        using SecretValue value = SecretValue.FromText("v");
        FlowSecretException[] errors =
        [
            await Assert.ThrowsAsync<FlowSecretException>(() => store.AddVersionAsync("s", value, null, null, CancellationToken.None)),
            await Assert.ThrowsAsync<FlowSecretException>(() => store.DeleteAsync("s", TimeSpan.FromDays(7), CancellationToken.None)),
        ];
        Assert.All(errors, e => Assert.Equal(isReplica ? ErrorIds.SecretIsReplica : ErrorIds.BadArgument, e.Id));
        Assert.All(errors, e => Assert.Equal(isReplica, e.Remedy.Contains("-Region us-east-1", StringComparison.Ordinal)));
        Assert.All(errors, e => Assert.Equal(isReplica, e.Remedy.Contains("arn:aws:secretsmanager:us-east-1:1", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("arn:aws:secretsmanager:eu-west-1:1234:secret:app")]
    [InlineData("arn:aws:s3:eu-west-1:123456789012:secret:app")]
    [InlineData("arn:aws:secretsmanager:evil.com/:123456789012:secret:app")]
    [InlineData("with*star")]
    [InlineData("new\nline")]
    [InlineData("")]
    public void WhatIsNeitherNameNorArnIsRefused(string name) =>
        Assert.Equal(ErrorIds.InvalidName, Assert.Throws<FlowSecretException>(() => AwsName.Parse(name)).Id);

    private static StoreSelection Selection(string? profile) => new(StoreKind.Aws) { Region = "eu-west-1", Profile = profile };

    private void SetKeys()
    {
        _setting.Set("AWS_ACCESS_KEY_ID", "AKIDVARIABLE");
        _setting.Set("AWS_SECRET_ACCESS_KEY", "s");
    }

    /// <summary>Whose key signed, and what messages call it.</summary>
    private async Task<(string Key, string Text)> SignedAsync(string? profile)
    {
        AwsStore store = _setting.Aws(_fake.Endpoint, Selection(profile));
        _fake.ClearCalls();
        await store.DescribeAsync("absent", CancellationToken.None);
        return (_fake.Calls[0].Headers["Authorization"].Split('=', '/')[1], store.Place.Identity);
    }
}
