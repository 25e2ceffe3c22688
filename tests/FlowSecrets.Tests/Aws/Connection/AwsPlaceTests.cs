using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Providers.Aws.Connection;
using FlowSecrets.Tests.Transport;

namespace FlowSecrets.Tests.Aws.Connection;

public sealed class AwsPlaceTests : IDisposable
{
    private readonly CloudSetting _setting = new();

    public void Dispose() => _setting.Dispose();

    [Fact]
    public void TheRegionIsTheParametersThenTheVariablesThenTheProfiles()
    {
        _setting.Set("AWS_PROFILE", "place-region");
        Assert.Equal("eu-west-2", Find().Region);
        _setting.Set("AWS_DEFAULT_REGION", "us-east-2");
        Assert.Equal("us-east-2", Find().Region);
        _setting.Set("AWS_REGION", "ap-south-1");
        Assert.Equal("ap-south-1", Find().Region);
        Assert.Equal("eu-west-3", Find(new StoreSelection(StoreKind.Aws) { Region = "eu-west-3" }).Region);
    }

    [Fact]
    public void WithoutARegionTheErrorSaysWhereToSetIt()
    {
        FlowSecretException error = Assert.Throws<FlowSecretException>(() => Find());
        Assert.Equal((ErrorIds.NoRegion, "No AWS region is set."), (error.Id, error.Cause));
        Assert.Equal(
            "Name it: Connect-FlowSecretStore -Store Aws -Region YOUR_REGION; or 'region' in the catalog's environment, AWS_REGION, or: "
                + "aws configure set region YOUR_REGION",
            error.Remedy
        );
    }

    [Theory]
    [InlineData("eu-west-1")]
    [InlineData("us-gov-west-1")]
    [InlineData("us-isob-east-1")]
    [InlineData("cn-north-1")]
    [InlineData("eusc-de-east-1")]
    public void RegionsOfAllPartitionsAreTaken(string region) =>
        Assert.Equal(region, Find(new StoreSelection(StoreKind.Aws) { Region = region }).Region);

    [Theory]
    [InlineData("Ireland")]
    [InlineData("eu-west-1.evil.com")]
    [InlineData("eu-west-1/")]
    [InlineData("EU-WEST-1")]
    [InlineData("eu-west-1\n")]
    public void OtherTextIsNoRegion(string region) =>
        Assert.Equal(
            ErrorIds.BadArgument,
            Assert.Throws<FlowSecretException>(() => Find(new StoreSelection(StoreKind.Aws) { Region = region })).Id
        );

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AProfileThatIsNotThereIsNamed(bool given)
    {
        if (!given)
        {
            _setting.Set("AWS_PROFILE", "no one");
        }

        FlowSecretException error = Assert.Throws<FlowSecretException>(() =>
            Find(new StoreSelection(StoreKind.Aws) { Region = "eu-west-1", Profile = given ? "no one" : null })
        );
        Assert.Equal((ErrorIds.NotAuthenticated, "There is no profile 'no one' in the AWS configuration."), (error.Id, error.Cause));
        Assert.Equal("See which there are: aws configure list-profiles; or make it: aws configure --profile NAME", error.Remedy);
    }

    [Fact]
    public void TheAddressIsTheParametersThenTheVariablesThenTheServicesThenTheProfiles()
    {
        _setting.Set("AWS_REGION", "eu-west-1");
        Assert.Null(Find().Address);
        _setting.Set("AWS_PROFILE", "place-endpoint");
        Assert.Equal("http://127.0.0.1:71/", Find().Address?.AbsoluteUri);
        _setting.Set("AWS_PROFILE", "place-services");
        Assert.Equal("http://127.0.0.1:72/", Find().Address?.AbsoluteUri);
        _setting.Set("AWS_ENDPOINT_URL", "http://127.0.0.1:73");
        Assert.Equal("http://127.0.0.1:73/", Find().Address?.AbsoluteUri);
        _setting.Set("AWS_ENDPOINT_URL_SECRETS_MANAGER", "http://127.0.0.1:74");
        Assert.Equal("http://127.0.0.1:74/", Find().Address?.AbsoluteUri);
        Assert.Equal(
            "http://127.0.0.1:75/",
            Find(new StoreSelection(StoreKind.Aws) { Endpoint = "http://127.0.0.1:75" }).Address?.AbsoluteUri
        );
    }

    [Theory]
    [InlineData("true")]
    [InlineData("True")]
    public void ConfiguredAddressesAreIgnoredWhereThatIsSaid(string word)
    {
        _setting.Set("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", word);
        _setting.Set("AWS_ENDPOINT_URL", "http://127.0.0.1:73");
        _setting.Set("AWS_PROFILE", "place-services");
        Assert.Equal((null, null), (Find().Address, Find().IdentityAddress));
        Assert.Equal(
            "http://127.0.0.1:75/",
            Find(new StoreSelection(StoreKind.Aws) { Endpoint = "http://127.0.0.1:75" }).Address?.AbsoluteUri
        );
    }

    [Fact]
    public void AProfileMayIgnoreItsOwn() => Assert.Null(Find(new StoreSelection(StoreKind.Aws) { Profile = "place-ignores" }).Address);

    [Fact]
    public void NoAddressEscapesTheCheck()
    {
        Assert.Equal(
            ErrorIds.EndpointNotAllowed,
            Assert.Throws<FlowSecretException>(() => Find(new StoreSelection(StoreKind.Aws) { Profile = "place-plain" })).Id
        );
        _setting.Set("AWS_REGION", "eu-west-1");
        _setting.Set("AWS_ENDPOINT_URL_STS", "http://elsewhere/");
        Assert.Equal(ErrorIds.EndpointNotAllowed, Assert.Throws<FlowSecretException>(() => Find()).Id);
    }

    [Fact]
    public void StsIsAskedAtAnEmulatorAndOtherwiseWhereTheVariablesSay()
    {
        _setting.Set("AWS_REGION", "eu-west-1");
        Assert.Null(Find().IdentityAddress);
        _setting.Set("AWS_ENDPOINT_URL_SECRETS_MANAGER", "https://vpce.example");
        Assert.Null(Find().IdentityAddress);
        _setting.Set("AWS_ENDPOINT_URL_STS", "https://sts.example");
        Assert.Equal("https://sts.example/", Find().IdentityAddress?.AbsoluteUri);
        Assert.Equal(
            "http://127.0.0.1:75/",
            Find(new StoreSelection(StoreKind.Aws) { Endpoint = "http://127.0.0.1:75" }).IdentityAddress?.AbsoluteUri
        );
    }

    [Theory]
    [InlineData("eu-west-1", false, "https://secretsmanager.eu-west-1.amazonaws.com/")]
    [InlineData("us-east-1", true, "https://secretsmanager-fips.us-east-1.amazonaws.com/")]
    [InlineData("cn-north-1", false, "https://secretsmanager.cn-north-1.amazonaws.com.cn/")]
    [InlineData("us-gov-west-1", false, "https://secretsmanager.us-gov-west-1.amazonaws.com/")]
    [InlineData("us-gov-west-1", true, "https://secretsmanager-fips.us-gov-west-1.amazonaws.com/")]
    [InlineData("us-iso-east-1", false, "https://secretsmanager.us-iso-east-1.c2s.ic.gov/")]
    public void EachPartitionHasItsAddresses(string region, bool fips, string address) =>
        Assert.Equal(address, SecretsManagerConfig.AddressOf(region, fips).AbsoluteUri);

    private AwsPlace Find(StoreSelection? selection = null) =>
        AwsPlace.Find(selection ?? new StoreSelection(StoreKind.Aws), _setting.Variable);
}
