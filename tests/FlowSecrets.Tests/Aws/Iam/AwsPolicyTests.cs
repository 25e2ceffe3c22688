using System.Text.Json;
using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Aws.Policies;
using FlowSecrets.Providers.Aws.Connection;
using FlowSecrets.Providers.Aws.Iam;

namespace FlowSecrets.Tests.Aws.Iam;

/// <summary>Conditions, patterns, principals and the text of policies, by themselves.</summary>
public sealed class AwsPolicyTests
{
    private static readonly Dictionary<string, string> Known = new(StringComparer.Ordinal)
    {
        ["aws:CurrentTime"] = "2026-03-04T05:06:07Z",
        ["aws:PrincipalArn"] = "arn:aws:iam::123456789012:role/team/reader",
        ["aws:SecureTransport"] = "true",
        ["aws:ResourceTag/env"] = "prod",
        ["aws:ResourceTag/none"] = "",
    };

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
    [InlineData("""{"Null":{"aws:ResourceTag/none":"true"}}""", true)]
    [InlineData("""{"StringEqualsIfExists":{"aws:ResourceTag/none":"x"}}""", true)]
    [InlineData("""{"StringEquals":{"aws:ResourceTag/none":"x"}}""", false)]
    [InlineData("""{"StringNotEquals":{"aws:ResourceTag/none":"x"}}""", true)]
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
    [InlineData("""{"ForAnyValue:StringEquals":{"aws:ResourceTag/env":"prod"}}""", null)]
    [InlineData("""{"StringLike":{"aws:PrincipalArn":"arn:aws:iam::${aws:PrincipalAccount}:*"}}""", null)]
    [InlineData("""{"StringEquals":{"aws:ResourceTag/env":"test","aws:SourceVpce":"vpce-1"}}""", false)]
    [InlineData("""{"StringEquals":{"aws:SourceVpce":"vpce-1"},"Bool":{"aws:SecureTransport":"false"}}""", false)]
    [InlineData("""{"StringEquals":{"aws:ResourceTag/env":"prod","aws:SourceVpce":"vpce-1"}}""", null)]
    public void AConditionIsMetOrNotOrNotKnown(string condition, bool? met) =>
        Assert.Equal(met, AwsCondition.IsMet((JsonObject)JsonNode.Parse(condition)!, Known));

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
    [InlineData("arn:aws:iam::123456789012:role/team/reader", true, false)]
    [InlineData("arn:aws:iam::123456789012:role/reader", false, false)]
    [InlineData("arn:aws:sts::123456789012:assumed-role/reader/me", true, false)]
    [InlineData("arn:aws:sts::123456789012:assumed-role/reader/you", false, false)]
    [InlineData("arn:aws:iam::123456789012:root", true, true)]
    [InlineData("123456789012", true, true)]
    [InlineData("999988887777", false, false)]
    [InlineData("*", true, false)]
    [InlineData("ecs.amazonaws.com", false, false)]
    public void ASessionIsItsRoleAndItself(string name, bool? isIn, bool byAccount)
    {
        AwsPrincipal session = new("arn:aws:iam::123456789012:role/team/reader", "arn:aws:sts::123456789012:assumed-role/reader/me");
        Assert.Equal((isIn, byAccount), (session.IsIn(new AwsWho([name], IsExcept: false), out bool by), by));
    }

    [Fact]
    public void WhetherARoleWillBeThatSessionIsNotKnown()
    {
        AwsPrincipal role = AwsPrincipal.Parse("arn:aws:iam::123456789012:role/team/reader", "eu-west-1");
        Assert.Null(role.IsIn(new AwsWho(["arn:aws:sts::123456789012:assumed-role/reader/me"], IsExcept: false), out _));
        Assert.False(role.IsIn(new AwsWho(["arn:aws:sts::123456789012:assumed-role/other/me"], IsExcept: false), out _));
    }

    [Fact]
    public void AllButAreOpenUnlessOneIsNamed()
    {
        AwsPrincipal user = AwsPrincipal.Parse("arn:aws:iam::123456789012:user/dev", "eu-west-1");
        Assert.False(user.IsIn(new AwsWho([user.Arn], IsExcept: true), out _));
        Assert.Null(user.IsIn(new AwsWho(["arn:aws:iam::123456789012:user/other"], IsExcept: true), out _));
    }

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
