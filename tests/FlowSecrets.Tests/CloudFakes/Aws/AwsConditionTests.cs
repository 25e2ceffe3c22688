using FlowSecrets.CloudFakes.Aws.Iam;
using static FlowSecrets.Tests.CloudFakes.Aws.AwsAccess;

namespace FlowSecrets.Tests.CloudFakes.Aws;

/// <summary>The conditions of policies: what holds, what does not, and what is not known.</summary>
public sealed class AwsConditionTests
{
    private const string Refused = "because no identity-based policy allows the secretsmanager:GetSecretValue action";

    [Theory]
    [InlineData("StringEquals", "aws:PrincipalArn", "arn:aws:iam::123456789012:user/ann", true)]
    [InlineData("StringEquals", "AWS:principalARN", "arn:aws:iam::123456789012:user/ann", true)]
    [InlineData("StringEquals", "aws:PrincipalAccount", "999988887777", false)]
    [InlineData("StringEqualsIgnoreCase", "aws:username", "ANN", true)]
    [InlineData("StringLike", "aws:PrincipalArn", "arn:*:user/a?n", true)]
    [InlineData("StringLike", "aws:PrincipalArn", "arn:*:user/b*", false)]
    [InlineData("StringNotEquals", "aws:RequestedRegion", "us-east-1", true)]
    [InlineData("StringNotEquals", "aws:RequestedRegion", "eu-west-1", false)]
    [InlineData("StringNotEquals", "aws:none", "x", true)]
    [InlineData("StringEquals", "aws:none", "x", false)]
    [InlineData("StringEqualsIfExists", "aws:none", "x", true)]
    [InlineData("StringEqualsIfExists", "aws:PrincipalAccount", "x", false)]
    [InlineData("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:user/*", true)]
    [InlineData("ArnLike", "aws:PrincipalArn", "arn:*:user/ann", false)]
    [InlineData("ArnEquals", "aws:PrincipalArn", "arn:aws:iam::123456789012:user/ann", true)]
    [InlineData("Bool", "aws:SecureTransport", "TRUE", true)]
    [InlineData("Bool", "aws:SecureTransport", "false", false)]
    [InlineData("Null", "aws:none", "true", true)]
    [InlineData("Null", "aws:PrincipalArn", "true", false)]
    [InlineData("DateLessThan", "aws:CurrentTime", "2020-01-01T00:00:00Z", false)]
    [InlineData("DateGreaterThan", "aws:CurrentTime", "2020-01-01T00:00:00Z", true)]
    [InlineData("NumericGreaterThan", "aws:EpochTime", "1000", true)]
    [InlineData("IpAddress", "aws:SourceIp", "127.0.0.0/8", true)]
    [InlineData("IpAddress", "aws:SourceIp", "10.0.0.0/8", false)]
    [InlineData("NotIpAddress", "aws:SourceIp", "10.1.2.3", true)]
    [InlineData("StringEquals", "secretsmanager:VersionStage", "AWSCURRENT", true)]
    [InlineData("ForAnyValue:StringEquals", "secretsmanager:VersionStage", "AWSPREVIOUS", false)]
    [InlineData("StringEquals", "secretsmanager:SecretId", "app/db", true)]
    [InlineData("StringEquals", "secretsmanager:ResourceTag/env", "prod", true)]
    [InlineData("StringEquals", "aws:ResourceTag/env", "test", false)]
    [InlineData("StringEquals", "aws:ResourceTag/none", "x", false)]
    public async Task AConditionHoldsOrNot(string test, string key, string value, bool holds)
    {
        await using AwsAccess access = await StartAsync();
        AwsLogin user = access.Fake.Iam.AddUser("ann");
        access.Fake.Iam.PutPolicy(user.Arn, "p", Allow("*", more: When(test, key, value)));
        Assert.Equal(holds ? "v" : Refused, await access.Read(user.AccessKeyId, "app/db"));
    }

    [Fact]
    public async Task AllConditionsMustHoldAndOneValueOfEach()
    {
        await using AwsAccess access = await StartAsync();
        AwsLogin user = access.Fake.Iam.AddUser("ann");
        access.Fake.Iam.PutPolicy(
            user.Arn,
            "p",
            Allow(
                "*",
                more: """
                ,"Condition":{"StringEquals":{"aws:username":["bob","ann"],"aws:PrincipalAccount":"123456789012"},
                "Bool":{"aws:SecureTransport":"true"}}
                """
            )
        );
        Assert.Equal("v", await access.Read(user.AccessKeyId));
        access.Fake.Iam.PutPolicy(
            user.Arn,
            "p",
            Allow("*", more: ""","Condition":{"StringEquals":{"aws:username":["bob","ann"]},"Bool":{"aws:SecureTransport":"false"}} """)
        );
        Assert.Equal(Refused, await access.Read(user.AccessKeyId));
    }

    [Fact]
    public async Task AGrantMayEnd()
    {
        await using AwsAccess access = await StartAsync();
        AwsLogin user = access.Fake.Iam.AddUser("ann");
        await access.SetPolicy(
            To(
                user.Arn,
                more: When("DateLessThan", "aws:CurrentTime", DateTimeOffset.UtcNow.AddDays(1).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'"))
            )
        );
        Assert.Equal("v", await access.Read(user.AccessKeyId));
        access.Fake.Skew = TimeSpan.FromDays(1.1);
        Assert.Equal(Refused, await access.Read(user.AccessKeyId));
    }
}
