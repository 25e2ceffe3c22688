using System.Text.Json;
using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Aws.Policies;
using FlowSecrets.Providers.Aws.Connection;
using FlowSecrets.Providers.Aws.Iam;
using FlowSecrets.Providers.Aws.Iam.Conditions;
using FlowSecrets.Providers.Aws.Iam.Policies;

namespace FlowSecrets.Tests.Aws.Iam;

/// <summary>Conditions, patterns, principals and the text of policies, by themselves.</summary>
public sealed class AwsPolicyTests
{
    private static readonly AwsKeys Keys = new AwsKeys()
        .With("aws:CurrentTime", "2026-03-04T05:06:07Z")
        .With("aws:EpochTime", "1772600767")
        .With("aws:PrincipalArn", "arn:aws:iam::123456789012:role/team/reader")
        .With("aws:SecureTransport", "true")
        .With("kms:EncryptionContextKeys", "SecretARN", "SecretVersionId")
        .With("secretsmanager:VersionStage", "AWSCURRENT")
        .Present("kms:EncryptionContext:SecretVersionId")
        .WithTags(
            "aws:ResourceTag/",
            [KeyValuePair.Create("env", "prod"), KeyValuePair.Create("none", ""), .. Twice.Select(static t => KeyValuePair.Create(t, t))]
        );

    /// <summary>Two tags whose keys differ in case alone.</summary>
    private static IEnumerable<string> Twice => ["team", "Team"];

    [Theory]
    [InlineData("{}", true)]
    [InlineData("""{"StringEquals":{"aws:ResourceTag/env":"prod"}}""", true)]
    [InlineData("""{"StringEquals":{"AWS:resourcetag/ENV":["test","prod"]}}""", true)]
    [InlineData("""{"StringEquals":{"aws:ResourceTag/env":"PROD"}}""", false)]
    [InlineData("""{"StringEqualsIgnoreCase":{"aws:ResourceTag/env":"PROD"}}""", true)]
    [InlineData("""{"StringNotEquals":{"aws:ResourceTag/env":["test","prod"]}}""", false)]
    [InlineData("""{"StringNotEqualsIgnoreCase":{"aws:ResourceTag/env":"PROD"}}""", false)]
    [InlineData("""{"StringLike":{"aws:ResourceTag/env":"pr?d"}}""", true)]
    [InlineData("""{"StringNotLike":{"aws:ResourceTag/env":"p*"}}""", false)]
    [InlineData("""{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/*/reader"}}""", true)]
    [InlineData("""{"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::123456789012:role/reader"}}""", false)]
    [InlineData("""{"ArnNotEquals":{"aws:PrincipalArn":"arn:aws:iam::123456789012:role/reader"}}""", true)]
    [InlineData("""{"Bool":{"aws:SecureTransport":"true"}}""", true)]
    [InlineData("""{"Bool":{"aws:SecureTransport":false}}""", false)]
    [InlineData("""{"Null":{"aws:ResourceTag/env":"false"}}""", true)]
    [InlineData("""{"Null":{"aws:ResourceTag/env":"true"}}""", false)]
    [InlineData("""{"Null":{"aws:ResourceTag/none":"true"}}""", false)]
    [InlineData("""{"StringEquals":{"aws:ResourceTag/none":""}}""", true)]
    [InlineData("""{"StringEqualsIfExists":{"aws:ResourceTag/none":"x"}}""", false)]
    [InlineData("""{"Null":{"aws:ResourceTag/absent":"true"}}""", true)]
    [InlineData("""{"Null":{"aws:ResourceTag/absent":["false"]}}""", false)]
    [InlineData("""{"Null":{"aws:ResourceTag/absent":[]}}""", null)]
    [InlineData("""{"Null":{"aws:ResourceTag/absent":"maybe"}}""", null)]
    [InlineData("""{"Null":{"kms:EncryptionContext:SecretVersionId":"false"}}""", true)]
    [InlineData("""{"StringEquals":{"kms:EncryptionContext:SecretVersionId":"x"}}""", null)]
    [InlineData("""{"StringEquals":{"aws:ResourceTag/team":"team"}}""", null)]
    [InlineData("""{"Null":{"aws:ResourceTag/team":"false"}}""", true)]
    [InlineData("""{"StringEqualsIfExists":{"aws:ResourceTag/absent":"x"}}""", true)]
    [InlineData("""{"StringEquals":{"aws:ResourceTag/absent":"x"}}""", false)]
    [InlineData("""{"StringNotEquals":{"aws:ResourceTag/absent":"x"}}""", true)]
    [InlineData("""{"NotStringEquals":{"aws:ResourceTag/absent":"x"}}""", null)]
    [InlineData("""{"BinaryEquals":{"aws:ResourceTag/env":"cHJvZA=="}}""", null)]
    [InlineData("""{"StringEquals":{"aws:ResourceTag/env":[]}}""", null)]
    [InlineData("""{"StringEquals":"prod"}""", null)]
    [InlineData("""{"DateLessThan":{"aws:CurrentTime":"2026-03-04T05:06:08Z"}}""", true)]
    [InlineData("""{"DateLessThan":{"aws:CurrentTime":"2026-03-04T05:06:07Z"}}""", false)]
    [InlineData("""{"DateLessThanEquals":{"aws:CurrentTime":"2026-03-04T05:06:07Z"}}""", true)]
    [InlineData("""{"DateGreaterThan":{"aws:CurrentTime":"1772600766"}}""", true)]
    [InlineData("""{"DateGreaterThanEquals":{"aws:CurrentTime":"2027-01-01"}}""", false)]
    [InlineData("""{"DateLessThan":{"aws:CurrentTime":"soon"}}""", null)]
    [InlineData("""{"StringEquals":{"aws:SourceVpce":"vpce-1"}}""", null)]
    [InlineData("""{"StringNotEqualsIfExists":{"aws:SourceVpce":"vpce-1"}}""", null)]
    [InlineData("""{"Null":{"aws:SourceVpce":"true"}}""", null)]
    [InlineData("""{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}""", null)]
    [InlineData("""{"NumericLessThan":{"aws:ResourceTag/env":"3"}}""", null)]
    [InlineData("""{"NumericGreaterThan":{"aws:EpochTime":"1772600766"}}""", true)]
    [InlineData("""{"DateEquals":{"aws:CurrentTime":["2026-03-04","2026-03-04T06:06:07+01:00"]}}""", true)]
    [InlineData("""{"DateNotEquals":{"aws:CurrentTime":["2026-03-04","2026-03-04T06:06:07+01:00"]}}""", false)]
    [InlineData("""{"DateLessThan":{"aws:CurrentTime":"3/5/2026"}}""", null)]
    [InlineData("""{"DateLessThan":{"aws:CurrentTime":"99999999999999999999"}}""", null)]
    [InlineData("""{"ForAnyValue:StringEquals":{"aws:ResourceTag/env":"prod"}}""", true)]
    [InlineData("""{"ForAnyValue:StringEquals":{"secretsmanager:VersionStage":"AWSCURRENT"}}""", true)]
    [InlineData("""{"ForAnyValue:StringEquals":{"secretsmanager:VersionStage":"AWSPREVIOUS"}}""", false)]
    [InlineData("""{"ForAnyValue:StringNotEquals":{"secretsmanager:VersionStage":"AWSCURRENT"}}""", false)]
    [InlineData("""{"ForAllValues:StringEquals":{"kms:EncryptionContextKeys":["SecretARN","SecretVersionId","x"]}}""", true)]
    [InlineData("""{"ForAllValues:StringEquals":{"kms:EncryptionContextKeys":"SecretARN"}}""", false)]
    [InlineData("""{"ForAnyValue:StringEquals":{"kms:EncryptionContextKeys":"SecretARN"}}""", true)]
    [InlineData("""{"StringEquals":{"kms:EncryptionContextKeys":"SecretARN"}}""", null)]
    [InlineData("""{"ForAllValues:StringEquals":{"aws:ResourceTag/absent":"x"}}""", true)]
    [InlineData("""{"ForAnyValue:StringNotEquals":{"aws:ResourceTag/absent":"x"}}""", false)]
    [InlineData("""{"ForAnyValue:StringEqualsIfExists":{"aws:ResourceTag/absent":"x"}}""", null)]
    [InlineData("""{"ArnLike":{"aws:PrincipalArn":"arn:aws:*:role/team/reader"}}""", null)]
    [InlineData("""{"ArnLike":{"aws:PrincipalArn":"arn:aws:*::*:role/team/reader"}}""", true)]
    [InlineData("""{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:reader"}}""", false)]
    [InlineData("""{"StringLike":{"aws:PrincipalArn":"arn:aws:iam::${aws:PrincipalAccount}:*"}}""", null)]
    [InlineData("""{"StringEquals":{"aws:ResourceTag/env":"${secretsmanager:VersionStage}"}}""", false)]
    [InlineData("""{"StringEquals":{"aws:ResourceTag/env":"${aws:ResourceTag/absent, 'prod'}"}}""", true)]
    [InlineData("""{"StringLike":{"aws:ResourceTag/env":"pr${*}"}}""", false)]
    [InlineData("""{"StringEquals":{"aws:ResourceTag/env":"test","aws:SourceVpce":"vpce-1"}}""", false)]
    [InlineData("""{"StringEquals":{"aws:SourceVpce":"vpce-1"},"Bool":{"aws:SecureTransport":"false"}}""", false)]
    [InlineData("""{"StringEquals":{"aws:ResourceTag/env":"prod","aws:SourceVpce":"vpce-1"}}""", null)]
    public void AConditionIsMetOrNotOrNotKnown(string condition, bool? met) =>
        Assert.Equal(met, AwsCondition.IsMet((JsonObject)JsonNode.Parse(condition)!, Keys));

    [Theory]
    [InlineData("""{"DateLessThan":{"aws:CurrentTime":"2026-03-04T05:06:07Z"}}""", 1772600767L)]
    [InlineData("""{"DateLessThan":{"aws:CurrentTime":"1772600767"}}""", 1772600767L)]
    [InlineData("""{"DateLessThan":{"aws:CurrentTime":"2026-03-04T05:06:07Z"},"Bool":{"aws:SecureTransport":"true"}}""", null)]
    [InlineData("""{"DateLessThan":{"aws:TokenIssueTime":"2026-03-04T05:06:07Z"}}""", null)]
    [InlineData("""{"DateGreaterThan":{"aws:CurrentTime":"2026-03-04T05:06:07Z"}}""", null)]
    public void TheEndIsThatOfAConditionWhichSaysNothingElse(string condition, long? end) =>
        Assert.Equal(end, AwsCondition.EndOf((JsonObject)JsonNode.Parse(condition)!)?.ToUnixTimeSeconds());

    [Theory]
    [InlineData("*", "", true)]
    [InlineData("*", "a\nb", true)]
    [InlineData("a*c", "abbc", true)]
    [InlineData("a*c", "abcd", false)]
    [InlineData("a?c", "abc", true)]
    [InlineData("a?c", "ac", false)]
    [InlineData("secret:app/db-??????", "secret:app/db-AbCdEf", true)]
    [InlineData("secret:app/db-??????", "secret:app/db-AbCdEfg", false)]
    [InlineData("a.c", "abc", false)]
    [InlineData("a+(b)[c]$", "a+(b)[c]$", true)]
    [InlineData("ABC", "abc", false)]
    public void AsteriskAndQuestionMarkStandForAnything(string pattern, string text, bool isLike) =>
        Assert.Equal(isLike, AwsPolicy.IsLike(pattern, text));

    [Fact]
    public void ActionsHaveNoCase() =>
        Assert.True(AwsPolicy.IsLike("SecretsManager:get*", "secretsmanager:GetSecretValue", ignoreCase: true));

    [Theory]
    [InlineData("arn:aws:iam::123456789012:role/team/reader", "Role")]
    [InlineData("arn:aws:iam::123456789012:role/reader", null)]
    [InlineData("arn:aws:sts::123456789012:assumed-role/reader/me", "Direct")]
    [InlineData("arn:aws:sts::123456789012:assumed-role/reader/you", null)]
    [InlineData("arn:aws:iam::123456789012:root", "Account")]
    [InlineData("123456789012", "Account")]
    [InlineData("999988887777", null)]
    [InlineData("*", "Everyone")]
    [InlineData("ecs.amazonaws.com", null)]
    public void ASessionIsItsRoleAndItself(string name, string? reach)
    {
        AwsPrincipal session = new("arn:aws:iam::123456789012:role/team/reader", "arn:aws:sts::123456789012:assumed-role/reader/me");
        Assert.Equal(reach is null ? [] : [$"({reach}, True)"], In(session, name));
    }

    [Fact]
    public void WhetherARoleWillBeThatSessionIsNotKnown()
    {
        AwsPrincipal role = AwsPrincipal.Parse("arn:aws:iam::123456789012:role/team/reader", "eu-west-1");
        Assert.Equal(["(Direct, )"], In(role, "arn:aws:sts::123456789012:assumed-role/reader/me"));
        Assert.Empty(In(role, "arn:aws:sts::123456789012:assumed-role/other/me"));
    }

    [Fact]
    public void WhetherASessionIsOfARoleWhosePathIsNotKnownIsNotKnown()
    {
        AwsPrincipal session = AwsPrincipal.Parse("arn:aws:sts::123456789012:assumed-role/reader/me", "eu-west-1") with
        {
            IsPathKnown = false,
        };
        Assert.Equal(["(Role, )"], In(session, "arn:aws:iam::123456789012:role/team/reader"));
        Assert.Empty(In(session, "arn:aws:iam::123456789012:role/team/writer"));
    }

    [Theory]
    [InlineData("arn:aws:iam::123456789012:user/other", true)]
    [InlineData("arn:aws:iam::123456789012:user/dev", null)]
    [InlineData("123456789012", null)]
    [InlineData("123456789012 arn:aws:iam::123456789012:user/dev", false)]
    [InlineData("*", false)]
    public void AllButSomeLeaveOutWhomTheyNameWithTheAccount(string names, bool? isIn)
    {
        AwsPrincipal user = AwsPrincipal.Parse("arn:aws:iam::123456789012:user/dev", "eu-west-1");
        IReadOnlyList<(AwsReach Reach, bool? Is)> found = user.In(new AwsWho(names.Split(' '), IsExcept: true));
        Assert.Equal(isIn, found.Count == 0 ? false : found[0].Is);
    }

    [Fact]
    public void AServiceThatIsNamedByAnAsteriskIsNotEverybody()
    {
        AwsStatement statement = AwsPolicy.Read(
            """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"*"},"Action":"*","Resource":"*"}}"""
        )[0];
        Assert.Empty(AwsPrincipal.Parse("arn:aws:iam::123456789012:user/dev", "eu-west-1").In(statement.Who));
    }

    private static string[] In(AwsPrincipal principal, string name) =>
        [.. principal.In(new AwsWho([name], IsExcept: false)).Select(static n => n.ToString())];

    [Theory]
    [InlineData("123456789012", "eu-west-1", "arn:aws:iam::123456789012:root", null)]
    [InlineData("123456789012", "cn-north-1", "arn:aws-cn:iam::123456789012:root", null)]
    [InlineData(
        "arn:aws-us-gov:sts::123456789012:assumed-role/reader/a@b",
        "eu-west-1",
        "arn:aws-us-gov:iam::123456789012:role/reader",
        "arn:aws-us-gov:sts::123456789012:assumed-role/reader/a@b"
    )]
    [InlineData("arn:aws:sts::123456789012:federated-user/me", "eu-west-1", "arn:aws:sts::123456789012:federated-user/me", null)]
    public void APrincipalIsParsed(string text, string region, string arn, string? session) =>
        Assert.Equal(new AwsPrincipal(arn, session), AwsPrincipal.Parse(text, region));

    [Theory]
    [InlineData("[]")]
    [InlineData("\"x\"")]
    [InlineData("1")]
    [InlineData("{}")]
    [InlineData("")]
    [InlineData("{\"Statement\":[")]
    [InlineData("{\"Statement\":\"x\"}")]
    [InlineData("{\"Statement\":[1]}")]
    [InlineData("{\"Other\":{\"Statement\":[]}}")]
    public void WhatIsNoPolicyIsNotCut(string text) => Assert.ThrowsAny<JsonException>(() => AwsPolicyText.Parse(text));

    [Fact]
    public void TheTextAroundTheStatementsStays()
    {
        const string Text =
            "{ \"Version\" : \"2012-10-17\",\r\n \"Statement\": [ {\"Effect\":\"Allow\"} , { \"Sid\" : \"ü\" } ] , \"Id\":\"é\" } \n";
        AwsPolicyText policy = AwsPolicyText.Parse(Text);
        Assert.Equal(["{\"Effect\":\"Allow\"}", "{ \"Sid\" : \"ü\" }"], policy.Statements);
        Assert.Equal(
            "{ \"Version\" : \"2012-10-17\",\r\n \"Statement\": [{\"Effect\":\"Allow\"},{ \"Sid\" : \"ü\" }] , \"Id\":\"é\" } \n",
            policy.ToString()
        );
        Assert.Equal("""{"Version":"2012-10-17","Statement":[]}""", AwsPolicyText.Parse(null).ToString());
    }
}
