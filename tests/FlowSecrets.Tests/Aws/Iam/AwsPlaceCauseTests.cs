using FlowSecrets.Model;
using FlowSecrets.Operations.Access;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Aws.Iam;

/// <summary>Secrets that are elsewhere: another region, another environment, another account.</summary>
public sealed class AwsPlaceCauseTests : IDisposable
{
    private readonly Sandbox _sandbox = new();

    public AwsPlaceCauseTests()
    {
        _sandbox.Set("AWS_ACCESS_KEY_ID", "test");
        _sandbox.Set("AWS_SECRET_ACCESS_KEY", "test");
    }

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task AnotherRegion()
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        await stage.CreateAsync("app/there", region: "us-east-2");
        _sandbox.Set("AWS_ENDPOINT_URL", stage.Fake.Endpoint.AbsoluteUri);
        _sandbox.Set("AWS_REGION", "eu-west-1");
        SecretAccess access = Assert.Single(await TestAsync(new TestAccessOptions { Store = StoreKind.Aws, StoreNames = ["app/there"] }));
        Assert.Equal(
            (nameof(AccessResult.Denied), AccessCauses.OtherPlace, "Use that one: Connect-FlowSecretStore -Store Aws -Region 'us-east-2'"),
            (access.Result, access.Cause, access.Remedy)
        );
        Assert.Equal(
            "'app/there' is in the Aws store of account 123456789012 in us-east-2 (another region), and the Aws store of account "
                + "123456789012 in eu-west-1 was asked",
            access.Evidence
        );
    }

    [Fact]
    public async Task AnotherEnvironmentOfTheCatalog()
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        await stage.CreateAsync("app/there", region: "us-east-2");
        _sandbox.Set("AWS_ENDPOINT_URL", stage.Fake.Endpoint.AbsoluteUri);
        _sandbox.Write(
            "flowsecrets.yaml",
            """
            application: app
            prefix: app/
            default: dev
            environments: { dev: { store: aws, region: eu-west-1 }, prod: { store: aws, region: us-east-2 } }
            secrets: { there: { } }
            """
        );
        SecretAccess access = Assert.Single(await TestAsync(new TestAccessOptions { Names = ["there"] }));
        Assert.Equal(
            (nameof(AccessResult.Denied), AccessCauses.OtherPlace, "Use that one: -Environment 'prod'"),
            (access.Result, access.Cause, access.Remedy)
        );
        Assert.Equal(
            "'app/there' is in the Aws store of account 123456789012 in us-east-2, and the Aws store of account 123456789012 in "
                + "eu-west-1 was asked",
            access.Evidence
        );
    }

    [Fact]
    public async Task AnArnsOwnRegionIsAsked()
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        string arn = await stage.CreateAsync("app/there", region: "us-east-2");
        Assert.Equal(AccessResult.Allowed, (await AwsStage.TestAsync(stage.Admin, name: arn)).Result);
    }

    private Task<List<SecretAccess>> TestAsync(TestAccessOptions options) =>
        new TestAccessOperation(_sandbox.Context).RunAsync(options, new TestHost());
}
