using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Aws.Iam;
using static FlowSecrets.Tests.CloudFakes.Aws.AwsAccess;

namespace FlowSecrets.Tests.CloudFakes.Aws;

/// <summary>The fake's judgement of who may read, held against AWS's documented logic.</summary>
public sealed class AwsEvaluationTests
{
    private const string Get = "secretsmanager:GetSecretValue";
    private const string NoIdentity = $"because no identity-based policy allows the {Get} action";
    private const string NoResource = $"because no resource-based policy allows the {Get} action";
    private const string NoBoundary = $"because no permissions boundary allows the {Get} action";
    private const string NoOrganisation = $"because no service control policy allows the {Get} action";

    [Fact]
    public async Task WithoutAPolicyNobodyReadsButTheAdministrator()
    {
        await using AwsAccess access = await StartAsync();
        AwsLogin user = access.Fake.Iam.AddUser("ann", "/team/");
        Assert.Equal(("arn:aws:iam::123456789012:user/team/ann", "v"), (user.Arn, await access.Read("test")));
        access.Probe.AccessKeyId = user.AccessKeyId;
        Assert.Equal(
            $"400 AccessDeniedException User: {user.Arn} is not authorized to perform: {Get} on resource: app/db {NoIdentity}",
            await access.Probe.Error("GetSecretValue", """{"SecretId":"app/db"}""")
        );
        Assert.StartsWith(
            $"400 AccessDeniedException User: {user.Arn} is not authorized to perform: {Get} on resource: none because",
            await access.Probe.Error("GetSecretValue", """{"SecretId":"none"}""")
        );
        access.Fake.Iam.PutPolicy(user.Arn, "read", Allow(Get));
        Assert.StartsWith("400 ResourceNotFoundException", await access.Probe.Error("GetSecretValue", """{"SecretId":"none"}"""));
    }

    [Theory]
    [InlineData("secretsmanager:GetSecretValue", "*", true)]
    [InlineData("secretsmanager:getsecretvalue", "*", true)]
    [InlineData("secretsmanager:Get*", "arn:aws:secretsmanager:*:123456789012:secret:app/*", true)]
    [InlineData("*", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:app/db-??????", true)]
    [InlineData("secretsmanager:*", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:app/db", false)]
    [InlineData("secretsmanager:*", "arn:aws:secretsmanager:us-east-1:123456789012:secret:app/*", false)]
    [InlineData("secretsmanager:DescribeSecret", "*", false)]
    [InlineData("secretsmanager:GetSecretValu", "*", false)]
    public async Task ActionsAndResourcesHaveWildcards(string action, string resource, bool allowed)
    {
        await using AwsAccess access = await StartAsync();
        AwsLogin user = access.Fake.Iam.AddUser("ann");
        access.Fake.Iam.PutPolicy(user.Arn, "p", Allow(action, resource));
        Assert.Equal(allowed ? "v" : NoIdentity, await access.Read(user.AccessKeyId, "app/db"));
    }

    [Fact]
    public async Task NotActionAndNotResourceMeanTheOthers()
    {
        await using AwsAccess access = await StartAsync();
        AwsLogin user = access.Fake.Iam.AddUser("ann");
        access.Fake.Iam.PutPolicy(
            user.Arn,
            "p",
            """{"Statement":{"Effect":"Allow","NotAction":"iam:*","NotResource":["arn:aws:secretsmanager:*:*:secret:other/*"]}}"""
        );
        Assert.Equal("v", await access.Read(user.AccessKeyId));
        access.Fake.Iam.PutPolicy(user.Arn, "p", """{"Statement":{"Effect":"Allow","NotAction":"secretsmanager:*","Resource":"*"}}""");
        Assert.Equal(NoIdentity, await access.Read(user.AccessKeyId));
    }

    [Fact]
    public async Task ADenyWinsAndSaysWhereItStands()
    {
        await using AwsAccess access = await StartAsync();
        string role = access.Fake.Iam.AddRole("app", "/service/");
        string session = access.Fake.Iam.SessionOf(role, "s1");
        access.Fake.Iam.PutPolicy(role, "allow", Allow("*"));
        Assert.Equal("v", await access.Read(session));
        await access.SetPolicy(To(role, "Deny"));
        Assert.Equal("with an explicit deny in a resource-based policy", await access.Read(session));
        await access.SetPolicy(
            To($"arn:aws:iam::{Account}:root", "Deny", When("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/service/*"))
        );
        Assert.Equal("with an explicit deny in a resource-based policy", await access.Read(session));
        await access.Probe.Ok("DeleteResourcePolicy", $$"""{"SecretId":"{{access.Secret}}"}""");
        access.Fake.Iam.SetBoundary(role, Deny(Get));
        Assert.Equal("with an explicit deny in a permissions boundary", await access.Read(session));
        access.Fake.Iam.PutPolicy(role, "deny", Deny(Get));
        Assert.Equal("with an explicit deny in an identity-based policy", await access.Read(session));
        access.Fake.Iam.ServiceControlPolicy(Account, Deny("secretsmanager:*"));
        Assert.Equal("with an explicit deny in a service control policy", await access.Read(session));
    }

    [Fact]
    public async Task WithinAnAccountOneOfTheTwoPoliciesIsEnough()
    {
        await using AwsAccess access = await StartAsync();
        AwsLogin user = access.Fake.Iam.AddUser("ann");
        string role = access.Fake.Iam.AddRole("app", "/service/");
        string session = access.Fake.Iam.SessionOf(role, "s1");
        foreach (
            (string principal, string first, string second) in new[]
            {
                (user.Arn, "v", NoIdentity),
                (role, NoIdentity, "v"),
                ($"arn:aws:sts::{Account}:assumed-role/app/s1", NoIdentity, "v"),
                ($"arn:aws:sts::{Account}:assumed-role/app/other", NoIdentity, NoIdentity),
                ($"arn:aws:iam::{Account}:role/app", NoIdentity, NoIdentity),
                ("*", "v", "v"),
                (Account, NoIdentity, NoIdentity),
                ($"arn:aws:iam::{Account}:root", NoIdentity, NoIdentity),
            }
        )
        {
            await access.SetPolicy(To(principal));
            Assert.Equal((principal, first, second), (principal, await access.Read(user.AccessKeyId), await access.Read(session)));
        }
    }

    [Fact]
    public async Task ABoundaryLimitsWhatIsGrantedToARoleButNotToASessionOrAUser()
    {
        await using AwsAccess access = await StartAsync();
        AwsLogin user = access.Fake.Iam.AddUser("ann");
        string role = access.Fake.Iam.AddRole("app");
        string session = access.Fake.Iam.SessionOf(role, "s1");
        access.Fake.Iam.SetBoundary(user.Arn, Allow("s3:*"));
        access.Fake.Iam.SetBoundary(role, Allow("s3:*"));
        access.Fake.Iam.PutPolicy(role, "allow", Allow("*"));
        Assert.Equal(NoBoundary, await access.Read(session));
        await access.SetPolicy(To(role));
        Assert.Equal(NoBoundary, await access.Read(session));
        await access.SetPolicy(To($"arn:aws:sts::{Account}:assumed-role/app/s1"));
        Assert.Equal("v", await access.Read(session));
        await access.SetPolicy(To(user.Arn));
        Assert.Equal("v", await access.Read(user.AccessKeyId));
        access.Fake.Iam.SetBoundary(role, null);
        Assert.Equal("v", await access.Read(session));
    }

    [Fact]
    public async Task AnOrganisationLimitsEverybody()
    {
        await using AwsAccess access = await StartAsync();
        AwsLogin user = access.Fake.Iam.AddUser("ann");
        access.Fake.Iam.PutPolicy(user.Arn, "allow", Allow("*"));
        access.Fake.Iam.ServiceControlPolicy(Account, Deny("*", more: When("StringNotEquals", "aws:RequestedRegion", "eu-west-1")));
        Assert.Equal("v", await access.Read(user.AccessKeyId));
        access.Fake.Iam.ServiceControlPolicy(Account, Allow("s3:*"));
        await access.SetPolicy(To(user.Arn));
        Assert.Equal((NoOrganisation, "v"), (await access.Read(user.AccessKeyId), await access.Read("test")));
    }

    [Fact]
    public async Task AcrossAccountsBothMustAllowAndTheDefaultKeyNeverServes()
    {
        await using AwsAccess access = await StartAsync();
        string role = access.Fake.Iam.AddRole("app", account: Other);
        string session = access.Fake.Iam.SessionOf(role, "s1");
        Assert.Equal(NoIdentity, await access.Read(session));
        access.Fake.Iam.PutPolicy(role, "allow", Allow(Get));
        Assert.Equal(NoResource, await access.Read(session));
        await access.SetPolicy(To($"arn:aws:iam::{Other}:root"));
        Assert.Equal(
            "400 InvalidRequestException You can't access a secret from a different AWS account if you encrypt the secret with the "
                + "default KMS service key.",
            await access.Read(session)
        );
        access.Fake.Iam.DeletePolicy(role, "allow");
        Assert.Equal(NoIdentity, await access.Read(session));

        // Without an ARN it is a secret of one's own that is meant.
        access.Fake.Iam.PutPolicy(role, "allow", Allow("*"));
        Assert.StartsWith("400 ResourceNotFoundException", await access.Read(session, "app/db"));
        access.Probe.AccessKeyId = session;
        Assert.Empty((await access.Probe.Ok("ListSecrets", "{}"))["SecretList"]!.AsArray());
    }

    [Fact]
    public async Task ABatchIsJudgedItemByItem()
    {
        await using AwsAccess access = await StartAsync();
        await access.Probe.Create("b", "2");
        AwsLogin user = access.Fake.Iam.AddUser("ann");
        access.Fake.Iam.PutPolicy(
            user.Arn,
            "p",
            """
            {"Statement":[{"Effect":"Allow","Action":"secretsmanager:BatchGetSecretValue","Resource":"*"},
            {"Effect":"Allow","Action":"secretsmanager:GetSecretValue","Resource":"*:secret:app/*"}]}
            """
        );
        access.Probe.AccessKeyId = user.AccessKeyId;
        JsonObject reply = await access.Probe.Ok("BatchGetSecretValue", """{"SecretIdList":["app/db","b"]}""");
        Assert.Equal("v", (string?)Assert.Single(reply["SecretValues"]!.AsArray())!["SecretString"]);
        Assert.Equal("b AccessDeniedException", $"{reply["Errors"]![0]!["SecretId"]} {reply["Errors"]![0]!["ErrorCode"]}");
    }

    [Fact]
    public async Task AGrantTakesItsTime()
    {
        await using AwsAccess access = await StartAsync();
        AwsLogin user = access.Fake.Iam.AddUser("ann");
        access.Fake.Iam.PropagationDelay = TimeSpan.FromMinutes(2);
        access.Fake.Iam.PutPolicy(user.Arn, "allow", Allow(Get));
        Assert.Equal(NoIdentity, await access.Read(user.AccessKeyId));
        access.Fake.Skew = TimeSpan.FromMinutes(2.1);
        Assert.Equal("v", await access.Read(user.AccessKeyId));
    }

    [Fact]
    public async Task AKeyThatIsOverIsSaidToBe()
    {
        await using AwsAccess access = await StartAsync();
        string session = access.Fake.Iam.SessionOf(access.Fake.Iam.AddRole("app"), "s1");
        access.Fake.Iam.Expire(session);
        Assert.Equal("400 ExpiredTokenException The security token included in the request is expired", await access.Read(session));
    }
}
