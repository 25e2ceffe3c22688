using FlowSecrets.CloudFakes.Aws.Iam;
using FlowSecrets.Model;
using FlowSecrets.Providers.Aws.Connection;
using FlowSecrets.Providers.Aws.Iam;
using FlowSecrets.Providers.Aws.Iam.Conditions;
using FlowSecrets.Providers.Aws.Iam.Policies;

namespace FlowSecrets.Tests.Aws.Iam;

/// <summary>
/// A simulation that lacks a key's value names the key and not what hangs on it. The text of the principal's own policies tells.
/// </summary>
public sealed class AwsOwnTextTests
{
    private const string Get = "secretsmanager:GetSecretValue";

    private static readonly string Reads = AwsStage.Allow(Get);

    /// <summary>Nobody knows before the call where it comes from.</summary>
    private static readonly string ReadsFromThere = AwsStage.Allow(Get, "*", If("""{"StringEquals":{"aws:SourceVpce":"vpce-1"}}"""));

    private static readonly string NeverReads = AwsStage.Policy($$"""{"Effect":"Deny","Action":"{{Get}}","Resource":"*"}""");

    private static readonly string NothingAway = AwsStage.Policy(
        $$"""
        {"Effect":"Deny","Action":"{{Get}}","Resource":"*"{{If("""{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}""")}}}
        """
    );

    private static readonly string Limits = AwsStage.Allow("s3:*");

    [Theory]
    [InlineData("ListUserPolicies")]
    [InlineData("GetUserPolicy")]
    [InlineData("ListAttachedUserPolicies")]
    [InlineData("GetPolicy")]
    [InlineData("GetPolicyVersion")]
    [InlineData("ListGroupsForUser")]
    [InlineData("ListGroupPolicies")]
    [InlineData("GetGroupPolicy")]
    [InlineData("ListAttachedGroupPolicies")]
    [InlineData("GetUser")]
    public async Task APermissionThatIsMissingIsNamed(string operation)
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        AwsLogin user = stage.User("dev", null, ReadsFromThere);
        stage.Fake.Iam.Attach(user.Arn, stage.Fake.Iam.AddManagedPolicy("reads", Reads));
        string group = stage.Fake.Iam.AddGroup("developers");
        stage.Fake.Iam.PutPolicy(group, "more", Reads);
        stage.Fake.Iam.AddToGroup(user.Arn, group);
        stage.Fake.Iam.SetBoundary(user.Arn, AwsStage.Allow("*"));
        Assert.Equal(AccessResult.Allowed, (await AwsStage.TestAsync(stage.Admin, user.Arn)).Result);

        stage.Fake.Faults.Deny($"Iam.{operation}");
        AccessAnswer answer = await AwsStage.TestAsync(stage.Admin, user.Arn);
        Assert.Equal((AccessResult.Unknown, AccessCauses.ConditionUnresolved), (answer.Result, answer.Cause));
        Assert.EndsWith(
            "its own policies hang on aws:SourceVpce, whose value is not known here, and their text may not be read here "
                + $"(iam:{operation})",
            answer.Evidence
        );
    }

    [Theory]
    [InlineData("ListRolePolicies")]
    [InlineData("GetRolePolicy")]
    [InlineData("ListAttachedRolePolicies")]
    public async Task APermissionThatIsMissingForARoleIsNamed(string operation)
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        string role = stage.Fake.Iam.AddRole("reader", "/team/");
        stage.Fake.Iam.PutPolicy(role, "open", ReadsFromThere);
        stage.Fake.Iam.Attach(role, stage.Fake.Iam.AddManagedPolicy("reads", Reads));
        stage.Fake.Iam.SetBoundary(role, AwsStage.Allow("*"));
        Assert.Equal(AccessResult.Allowed, (await AwsStage.TestAsync(stage.Admin, role)).Result);

        stage.Fake.Faults.Deny($"Iam.{operation}");
        AccessAnswer answer = await AwsStage.TestAsync(stage.Admin, role);
        Assert.Equal((AccessResult.Unknown, AccessCauses.ConditionUnresolved), (answer.Result, answer.Cause));
        Assert.EndsWith($"(iam:{operation})", answer.Evidence);
    }

    [Fact]
    public async Task WithoutAMissingKeyNoTextIsRead()
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        AwsLogin user = stage.User("dev", null, Reads);
        stage.Fake.Faults.Deny("Iam.ListUserPolicies");
        Assert.Equal(AccessResult.Allowed, (await AwsStage.TestAsync(stage.Admin, user.Arn)).Result);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ADenyOfAGroupDecidesBesideAnOpenStatement(bool isAttached)
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        AwsLogin user = stage.User("dev", null, ReadsFromThere);
        string group = stage.Fake.Iam.AddGroup("interns");
        stage.Fake.Iam.AddToGroup(user.Arn, group);
        if (isAttached)
        {
            stage.Fake.Iam.Attach(group, stage.Fake.Iam.AddManagedPolicy("never", NeverReads));
        }
        else
        {
            stage.Fake.Iam.PutPolicy(group, "never", NeverReads);
        }

        AccessAnswer answer = await AwsStage.TestAsync(stage.Admin, user.Arn);
        Assert.Equal((AccessResult.Denied, AccessCauses.ExplicitDeny), (answer.Result, answer.Cause));
        Assert.EndsWith("its policy 'never' forbids it", answer.Evidence);
    }

    [Fact]
    public async Task WhatStaysOpenIsNamedWithItsPolicy()
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        AwsLogin user = stage.User("dev", null, Reads, NothingAway);
        AccessAnswer answer = await AwsStage.TestAsync(stage.Admin, user.Arn);
        Assert.Equal((AccessResult.Unknown, AccessCauses.ConditionUnresolved), (answer.Result, answer.Cause));
        Assert.EndsWith(
            "the statement without a Sid of its policy 'p1' hangs on aws:SourceIp, whose value is not known here",
            answer.Evidence
        );
    }

    [Fact]
    public async Task ABoundaryThatAllowsNothingDecidesBesideAnOpenStatement()
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        AwsLogin user = stage.User("dev", null, ReadsFromThere);
        stage.Fake.Iam.SetBoundary(user.Arn, Limits);
        AccessAnswer answer = await AwsStage.TestAsync(stage.Admin, user.Arn);
        Assert.Equal((AccessResult.Denied, AccessCauses.PermissionsBoundary), (answer.Result, answer.Cause));
    }

    [Theory]
    [InlineData("allowed", "Allow", false)]
    [InlineData("allowed", "Deny", true)]
    [InlineData("allowed", null, true)]
    [InlineData("explicitDeny", "Allow", true)]
    [InlineData("explicitDeny", "Deny", false)]
    [InlineData("implicitDeny", "Allow", true)]
    [InlineData("implicitDeny", "Deny", true)]
    [InlineData("implicitDeny", null, false)]
    public void ASimulationThatSaysOtherThanTheTextIsNotBelieved(string decision, string? effect, bool contradict)
    {
        string[] statements = effect is null ? [] : [$$"""{"Effect":"{{effect}}","Action":"{{Get}}","Resource":"*"}"""];
        AwsAsk ask = new(
            AwsPrincipal.Parse("arn:aws:iam::123456789012:user/dev", "eu-west-1"),
            Get,
            "arn:aws:secretsmanager:eu-west-1:123456789012:secret:app/db-AbCdEf",
            new AwsKeys()
        );
        AwsIdentitySays says = new AwsIdentityPolicies(
            [.. statements.Select(static s => AwsIdentityPolicy.Read("p", AwsStage.Policy(s)))],
            Boundary: null
        ).Say(ask);
        AwsSimulation simulation = new(decision, null, ["aws:SourceIp"], ByOrganization: null, ByBoundary: null);
        Assert.Equal(contradict, AwsOwnPolicies.Contradict(simulation, says));
    }

    private static string If(string condition) => $",\"Condition\":{condition}";
}
