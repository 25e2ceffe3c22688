using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Aws.Iam;
using FlowSecrets.Model;
using FlowSecrets.Providers.Aws.Connection;
using FlowSecrets.Providers.Aws.Iam;
using FlowSecrets.Providers.Aws.Iam.Conditions;
using FlowSecrets.Providers.Aws.Iam.Policies;

namespace FlowSecrets.Tests.Aws.Iam;

/// <content>What a remedy of theirs says, and how their scenes are set.</content>
public sealed partial class AwsVerdictTests
{
    [Fact]
    public void ThePolicyForOneSecretNeverTakesThePlaceOfAnothers()
    {
        AwsPrincipal user = AwsPrincipal.Parse("arn:aws:iam::123456789012:user/dev", "eu-west-1");
        string[] secrets = ["eu-west-1:123456789012:secret:a/b", "eu-west-1:123456789012:secret:a-b", "us-east-1:123456789012:secret:a/b"];
        string[] longer = ["x", "y"];
        Assert.Distinct(
            secrets
                .Concat(longer.Select(static l => $"eu-west-1:123456789012:secret:{new string('n', 300)}{l}"))
                .Select(s =>
                    AwsRemedies.Attach(user, Get, $"arn:aws:secretsmanager:{s}-AbCdEf", "n").ToString().Split("--policy-document")[0]
                )
        );
    }

    [Theory]
    [InlineData("secretsmanager:ListSecretVersionIds", false)]
    [InlineData("secretsmanager:GetResourcePolicy", false)]
    [InlineData("secretsmanager:DeleteSecret", true)]
    public void WhoeverMayNotSeeMetadataIsNotToldToAskForMore(string action, bool manages)
    {
        AwsPrincipal user = AwsPrincipal.Parse("arn:aws:iam::123456789012:user/dev", "eu-west-1");
        Assert.Equal(
            manages,
            AwsRemedies.Allow(user, action, SomeSecret, "app/db").ToString().Contains("Manage", StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData("arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Dev_0123456789abcdef/me", true)]
    [InlineData("arn:aws:iam::123456789012:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS", true)]
    [InlineData("arn:aws:sts::123456789012:assumed-role/AWSServiceRoleForECS/me", true)]
    [InlineData("arn:aws:sts::123456789012:assumed-role/reader/me", false)]
    public void ARoleThatNobodyMayChangeIsKnownByItsName(string arn, bool isManaged) =>
        Assert.Equal(isManaged, AwsPrincipal.Parse(arn, "eu-west-1").IsManaged);

    [Theory]
    [InlineData("""{"NumericGreaterThan":{"aws:EpochTime":"1"}}""")]
    [InlineData("""{"StringEquals":{"aws:username":"dev","aws:PrincipalType":"User","aws:ResourceAccount":"123456789012"}}""")]
    [InlineData("""{"Bool":{"aws:PrincipalIsAWSService":"false","aws:ViaAWSService":"false"}}""")]
    [InlineData("""{"Null":{"aws:ResourceTag/absent":"true","secretsmanager:VersionStage":"false"}}""")]
    public async Task WhatIsKnownOfARequestDecides(string condition)
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        AwsLogin byOwn = stage.User("dev", null, AwsStage.Allow(Get, "*", If(condition)));
        await IsAsync(stage, byOwn, AccessResult.Allowed, null, reads: true);
        stage.Fake.Iam.DeletePolicy(byOwn.Arn, "p0");
        await stage.SetPolicyAsync(Policy(Allows(byOwn.Arn, Get, If(condition))));
        await IsAsync(stage, byOwn, AccessResult.Allowed, null, reads: true);
    }

    [Theory]
    [InlineData("""{"Effect":"Deny","Principal":"*","Action":"secretsmanager:PutSecretValue","Resource":"*","Then":"x"}""", "Then")]
    [InlineData("""{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Condition":{"Resembles":{"a:b":"x"}}}""", "Resembles a:b")]
    [InlineData("""{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Condition":{"StringEquals":{"a:b":"x"}}}""", "a:b")]
    [InlineData("""{"Effect":"Deny","Principal":{"Planet":"x"},"Action":"*","Resource":"*"}""", "Planet")]
    [InlineData("""{"Effect":"Perhaps","Principal":"*","Action":"*","Resource":"*"}""", "its effect")]
    public void WhatIsNotUnderstoodIsNamedAndNeverAllowed(string statement, string named)
    {
        AwsAsk ask = new(AwsPrincipal.Parse("arn:aws:iam::123456789012:user/dev", "eu-west-1"), Get, SomeSecret, new AwsKeys());
        AwsResourceSays says = AwsResourceSays.Of(AwsPolicy.Read(Policy(statement)), ask, hasBoundary: false);
        Assert.Null(says.Denial);
        Assert.Contains(named, says.OpenDenial, StringComparison.Ordinal);
    }

    private static string Admin => Allows("arn:aws:iam::123456789012:user/tester", "kms:*");

    private static string NoPolicy => AwsStage.Allow("s3:*");

    private static string Policy(params string[] statements) => AwsStage.Policy(string.Join(',', statements));

    private static string KeyPolicy(params string[] statements) => Policy([Admin, .. statements]);

    private static string Allows(string principal, string action, string more = "") =>
        $$"""{"Effect":"Allow","Principal":{"AWS":"{{principal}}"},"Action":"{{action}}","Resource":"*"{{more}}}""";

    private static string AllBut(params string[] principals) =>
        Policy(
            $$"""
            {"Effect":"Deny","NotPrincipal":{"AWS":[{{string.Join(',', principals.Select(static p => $"\"{p}\""))}}]},
            "Action":"{{Get}}","Resource":"*"}
            """
        );

    private static string Deny(string action, string? condition = null) =>
        Policy($$"""{"Effect":"Deny","Action":"{{action}}","Resource":"*"{{(condition is null ? "" : If(condition))}}}""");

    private static string If(string condition) => $",\"Condition\":{condition}";

    private static Task GrantAsync(AwsStage stage, string principal) => stage.SetPolicyAsync(Policy(Allows(principal, "secretsmanager:*")));

    private static Task TagAsync(AwsStage stage, string key, string value) =>
        stage.SendAsync(
            "secretsmanager",
            "TagResource",
            new JsonObject { ["SecretId"] = stage.Secret, ["Tags"] = new JsonArray(new JsonObject { ["Key"] = key, ["Value"] = value }) }
        );

    private static async Task IsAsync(AwsStage stage, AwsLogin who, AccessResult result, string? cause, bool reads)
    {
        AccessAnswer told = await AwsStage.TestAsync(stage.Admin, who.Arn);
        Assert.True((result, cause) == (told.Result, told.Cause), $"{told.Result} {told.Cause}: {told.Evidence}");
        string? refused = await ReadAsync(stage, who);
        Assert.Equal(reads, refused is null);
    }

    /// <returns>Why it was refused; null: it was read.</returns>
    private static async Task<string?> ReadAsync(AwsStage stage, AwsLogin who, string name = AwsStage.Name)
    {
        try
        {
            (await stage.As(who.AccessKeyId).ReadAsync(name, VersionSelector.Current, CancellationToken.None)).Dispose();
            return null;
        }
        catch (FlowSecretException e)
        {
            return e.AccessCause ?? e.Id;
        }
    }
}
