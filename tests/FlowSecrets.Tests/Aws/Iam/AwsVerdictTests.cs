using FlowSecrets.CloudFakes.Aws.Iam;
using FlowSecrets.Model;

namespace FlowSecrets.Tests.Aws.Iam;

/// <summary>
/// The smallest policies that once had a wrong answer: what a test tells of somebody, and what that somebody's read then meets.
/// </summary>
public sealed partial class AwsVerdictTests
{
    private const string Get = "secretsmanager:GetSecretValue";
    private const string SomeSecret = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:app/db-AbCdEf";
    private static readonly string Reads = AwsStage.Allow("secretsmanager:*");
    private static readonly string NoMfa = Deny("*", """{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}""");

    [Theory]
    [InlineData("""{"StringNotEquals":{"aws:RequestedRegion":["eu-west-1","us-east-1"]}}""", true)]
    [InlineData("""{"StringEquals":{"aws:RequestedRegion":"eu-west-1"}}""", false)]
    public async Task ANoOfTheSimulationInAnOrganisationWhosePoliciesHaveConditionsIsNone(string condition, bool reads)
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        AwsLogin user = stage.User("dev", null, Reads);
        stage.Fake.Iam.ServiceControlPolicy(AwsStage.Account, Deny("*", condition));
        await IsAsync(stage, user, AccessResult.Unknown, AccessCauses.OrganizationPolicy, reads);
    }

    [Fact]
    public async Task WhoeverIsDeniedByAnOrganisationIsToldSoByTheReadItself()
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        AwsLogin user = stage.User("dev", null, AwsStage.Looks, Reads);
        stage.Fake.Iam.ServiceControlPolicy(AwsStage.Account, Deny("secretsmanager:*"));
        AccessAnswer live = await AwsStage.TestAsync(stage.As(user.AccessKeyId), live: true);
        Assert.Equal((AccessResult.Denied, AccessCauses.OrganizationPolicy), (live.Result, live.Cause));
    }

    [Fact]
    public async Task ADenyOfItsOwnThatHangsOnMfaHoldsAGrantOnTheSecretOpen()
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        AwsLogin user = stage.User("dev", null, NoMfa);
        await GrantAsync(stage, user.Arn);
        await IsAsync(stage, user, AccessResult.Unknown, AccessCauses.ConditionUnresolved, reads: false);
    }

    [Fact]
    public async Task ADenyOfItsOwnBesideAStatementWithAnUnknownKeyIsNoGrant()
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        AwsLogin user = stage.User(
            "dev",
            null,
            Deny(Get),
            AwsStage.Allow(Get, "*", If("""{"StringEquals":{"aws:SourceVpce":"vpce-1"}}"""))
        );
        await GrantAsync(stage, user.Arn);
        await IsAsync(stage, user, AccessResult.Denied, AccessCauses.ExplicitDeny, reads: false);
        stage.Fake.Faults.Deny("Iam.ListUserPolicies");
        await IsAsync(stage, user, AccessResult.Unknown, AccessCauses.ConditionUnresolved, reads: false);
    }

    [Fact]
    public async Task ADenyOfItsOwnThatMayNotBeSimulatedIsNoGrant()
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        AwsLogin user = stage.User("dev", null, Deny(Get));
        await GrantAsync(stage, user.Arn);
        stage.Fake.Faults.Deny("Iam.SimulatePrincipalPolicy");
        await IsAsync(stage, user, AccessResult.Unknown, AccessCauses.PolicyUnreadable, reads: false);
    }

    [Fact]
    public async Task AcrossAccountsTheKeysPolicyIsNotEnough()
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        AwsLogin guest = stage.User("guest", AwsStage.Other, AwsStage.Looks, Reads);
        await stage.RekeyAsync(stage.Fake.Kms.AddKey(KeyPolicy(Allows(guest.Arn, "kms:*"))));
        await GrantAsync(stage, guest.Arn);
        AccessAnswer answer = await AwsStage.TestAsync(stage.As(guest.AccessKeyId), name: stage.Secret);
        Assert.Equal((AccessResult.Denied, AccessCauses.KmsKeyNotUsable), (answer.Result, answer.Cause));
        Assert.Equal(AccessCauses.KmsKeyNotUsable, await ReadAsync(stage, guest, stage.Secret));
    }

    [Fact]
    public async Task WithinTheAccountADenyOfItsOwnEndsWhatTheKeysPolicyAllows()
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        AwsLogin user = stage.User("dev", null, Reads, Deny("kms:Decrypt"));
        await stage.RekeyAsync(stage.Fake.Kms.AddKey(KeyPolicy(Allows(user.Arn, "kms:*"))));
        await IsAsync(stage, user, AccessResult.Denied, AccessCauses.KmsKeyNotUsable, reads: false);
    }

    [Theory]
    [InlineData("prod", false)]
    [InlineData("dev", true)]
    public async Task AKeyIsJudgedByItsOwnTags(string wanted, bool reads)
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        string key = stage.Fake.Kms.AddKey();
        stage.Fake.Kms.Tag(key, "env", "dev");
        await stage.RekeyAsync(key);
        await TagAsync(stage, "env", "prod");
        string condition = $$$"""{"StringEquals":{"aws:ResourceTag/env":"{{{wanted}}}"}}""";
        AwsLogin user = stage.User("dev", null, Reads, AwsStage.Allow("kms:Decrypt", "*", If(condition)));
        await IsAsync(stage, user, reads ? AccessResult.Allowed : AccessResult.Denied, reads ? null : AccessCauses.KmsKeyNotUsable, reads);
    }

    [Fact]
    public async Task TagsOfAKeyThatMayNotBeReadAreNotKnown()
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        AwsLogin user = stage.User("dev", null, Reads);
        const string Condition = """{"StringEquals":{"aws:ResourceTag/env":"prod"}}""";
        await stage.RekeyAsync(stage.Fake.Kms.AddKey(KeyPolicy(Admin, Allows(user.Arn, "kms:*", If(Condition)))));
        stage.Fake.Faults.Deny("Kms.ListResourceTags");
        await IsAsync(stage, user, AccessResult.Unknown, AccessCauses.ConditionUnresolved, reads: false);
    }

    [Fact]
    public async Task TheStatementForTheAccountDoesNotHideAnOpenOneForTheUser()
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        AwsLogin user = stage.User("dev", null, Reads);
        const string Home = """{"IpAddress":{"aws:SourceIp":"127.0.0.1"}}""";
        await stage.RekeyAsync(
            stage.Fake.Kms.AddKey(KeyPolicy(Allows("arn:aws:iam::123456789012:root", "kms:*"), Allows(user.Arn, "kms:Decrypt", If(Home))))
        );
        await IsAsync(stage, user, AccessResult.Unknown, AccessCauses.ConditionUnresolved, reads: true);
    }

    [Fact]
    public async Task ABoundaryDoesNotLimitWhatTheSecretGrantsToAUserByName()
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        AwsLogin user = stage.User("dev");
        stage.Fake.Iam.SetBoundary(user.Arn, AwsStage.Allow("s3:*"));
        await GrantAsync(stage, user.Arn);
        await IsAsync(stage, user, AccessResult.Allowed, null, reads: true);
    }

    [Fact]
    public async Task ABoundaryLimitsWhatTheSecretGrantsToARole()
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        string role = stage.Fake.Iam.AddRole("reader");
        stage.Fake.Iam.SetBoundary(role, AwsStage.Allow("s3:*"));
        await GrantAsync(stage, role);
        await IsAsync(
            stage,
            new AwsLogin(role, stage.Fake.Iam.SessionOf(role, "me")),
            AccessResult.Denied,
            AccessCauses.PermissionsBoundary,
            reads: false
        );
    }

    [Theory]
    [InlineData("Allow", "NotResource")]
    [InlineData("Allow", "Resource")]
    [InlineData("Deny", "NotResource")]
    [InlineData("Deny", "Resource")]
    public async Task AVariableInAResourceIsNoText(string effect, string element)
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        AwsLogin user = stage.User("dev", null, effect == "Deny" ? Reads : NoPolicy);
        await stage.SetPolicyAsync(
            Policy(
                $$"""
                {"Effect":"{{effect}}","Principal":{"AWS":"{{user.Arn}}"},"Action":"{{Get}}",
                "{{element}}":"arn:aws:secretsmanager:eu-west-1:123456789012:secret:${aws:PrincipalTag/team}/*"}
                """
            )
        );
        AccessAnswer answer = await AwsStage.TestAsync(stage.Admin, user.Arn);
        Assert.Equal((AccessResult.Unknown, AccessCauses.ConditionUnresolved), (answer.Result, answer.Cause));
    }

    [Theory]
    [InlineData("app", true)]
    [InlineData("dev", false)]
    public async Task AVariableWhoseValueIsKnownIsThatValue(string name, bool reads)
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        AwsLogin user = stage.User(name);
        await stage.SetPolicyAsync(
            Policy(
                $$"""
                {"Effect":"Allow","Principal":{"AWS":"{{user.Arn}}"},"Action":"{{Get}}",
                "Resource":"arn:aws:secretsmanager:eu-west-1:123456789012:secret:${aws:username}/*"}
                """
            )
        );
        await IsAsync(stage, user, reads ? AccessResult.Allowed : AccessResult.Denied, reads ? null : AccessCauses.NoGrant, reads);
    }

    [Fact]
    public async Task ABoundaryThatHangsOnAnUnknownKeyIsOpen()
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        AwsLogin user = stage.User("dev", null, Reads);
        stage.Fake.Iam.SetBoundary(user.Arn, AwsStage.Allow("*", "*", If("""{"IpAddress":{"aws:SourceIp":"127.0.0.1"}}""")));
        await IsAsync(stage, user, AccessResult.Unknown, AccessCauses.ConditionUnresolved, reads: true);
    }

    [Fact]
    public async Task WhetherOthersNameTheSecretByItsArnIsNotKnown()
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        AwsLogin user = stage.User("dev", null, AwsStage.Looks);
        string condition = $$$"""{"StringEquals":{"secretsmanager:SecretId":"{{{stage.Secret}}}"}}""";
        await stage.SetPolicyAsync(Policy(Allows(user.Arn, Get, If(condition))));
        await IsAsync(stage, user, AccessResult.Unknown, AccessCauses.ConditionUnresolved, reads: false);

        // Whoever asks is known to ask as it does.
        AccessAnswer byName = await AwsStage.TestAsync(stage.As(user.AccessKeyId));
        Assert.Equal((AccessResult.Denied, AccessCauses.ConditionNotMet), (byName.Result, byName.Cause));
        Assert.Null(await ReadAsync(stage, user, stage.Secret));
    }

    [Fact]
    public async Task AStageIsSaidOnlyWhereAValueIsRead()
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        AwsLogin user = stage.User();
        const string Current = """{"ForAnyValue:StringEquals":{"secretsmanager:VersionStage":"AWSCURRENT"}}""";
        await stage.SetPolicyAsync(Policy(Allows(user.Arn, "secretsmanager:*", If(Current))));
        await IsAsync(stage, user, AccessResult.Allowed, null, reads: true);
        AccessAnswer write = await AwsStage.TestAsync(stage.Admin, user.Arn, SecretPermission.Write);
        Assert.Equal((AccessResult.Denied, AccessCauses.ConditionNotMet), (write.Result, write.Cause));
    }

    [Fact]
    public async Task ADenyToAllButSomeAlwaysDeniesWhoeverHasABoundary()
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        AwsLogin user = stage.User("dev", null, Reads);
        stage.Fake.Iam.SetBoundary(user.Arn, AwsStage.Allow("*"));
        await stage.SetPolicyAsync(AllBut("arn:aws:iam::123456789012:root", user.Arn));
        await IsAsync(stage, user, AccessResult.Denied, AccessCauses.ExplicitDeny, reads: false);
    }

    [Fact]
    public async Task ADenyToAllButTheRoleOfASessionIsOpen()
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        string role = stage.Fake.Iam.AddRole("reader");
        stage.Fake.Iam.PutPolicy(role, "reads", Reads);
        await stage.SetPolicyAsync(AllBut("arn:aws:iam::123456789012:root", role));
        AccessAnswer answer = await AwsStage.TestAsync(stage.Admin, "arn:aws:sts::123456789012:assumed-role/reader/me");
        Assert.Equal((AccessResult.Unknown, AccessCauses.ConditionUnresolved), (answer.Result, answer.Cause));
    }

    [Theory]
    [InlineData("""{"Null":{"aws:ResourceTag/empty":"true"}}""", false)]
    [InlineData("""{"StringEquals":{"aws:ResourceTag/empty":""}}""", true)]
    [InlineData("""{"Null":{"aws:ResourceTag/absent":"true"}}""", true)]
    public async Task AnEmptyTagIsThere(string condition, bool reads)
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        AwsLogin user = stage.User();
        await TagAsync(stage, "empty", "");
        await stage.SetPolicyAsync(Policy(Allows(user.Arn, Get, If(condition))));
        await IsAsync(stage, user, reads ? AccessResult.Allowed : AccessResult.Denied, reads ? null : AccessCauses.ConditionNotMet, reads);
    }

    [Fact]
    public async Task ADenyToARoleWhosePathIsNotKnownIsOpen()
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        string role = stage.Fake.Iam.AddRole("reader", "/team/");
        await stage.SetPolicyAsync(
            Policy(
                """{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}""",
                $$"""{"Effect":"Deny","Principal":{"AWS":"{{role}}"},"Action":"*","Resource":"*"}"""
            )
        );
        stage.Fake.Faults.Deny("Iam.GetRole");
        AccessAnswer answer = await AwsStage.TestAsync(stage.Admin, "arn:aws:sts::123456789012:assumed-role/reader/me");
        Assert.Equal(AccessResult.Unknown, answer.Result);
    }

    [Fact]
    public async Task AnAccountsRootIsBoundByItsOrganisation()
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        stage.Fake.Iam.ServiceControlPolicy(AwsStage.Account, Deny("s3:*"));
        AccessAnswer answer = await AwsStage.TestAsync(stage.Admin, AwsStage.Account);
        Assert.Equal((AccessResult.Unknown, AccessCauses.OrganizationPolicy), (answer.Result, answer.Cause));
    }

    [Fact]
    public async Task ADenyInsideTheBoundaryIsToldAsADeny()
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        AwsLogin user = stage.User("dev", null, Reads);
        stage.Fake.Iam.SetBoundary(user.Arn, Deny(Get));
        await IsAsync(stage, user, AccessResult.Denied, AccessCauses.ExplicitDeny, reads: false);
    }

    [Fact]
    public async Task ATagThatEndsInTimeIsNoTime()
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        await TagAsync(stage, "CreatedTime", "yesterday");
        await IsAsync(stage, stage.User("dev", null, Reads), AccessResult.Allowed, null, reads: true);
    }
}
