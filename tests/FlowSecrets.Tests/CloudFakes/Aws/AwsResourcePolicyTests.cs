using FlowSecrets.CloudFakes.Aws;
using FlowSecrets.CloudFakes.Aws.Iam;
using static FlowSecrets.Tests.CloudFakes.Aws.AwsAccess;

namespace FlowSecrets.Tests.CloudFakes.Aws;

/// <summary>The policies of secrets as they are kept and refused.</summary>
public sealed class AwsResourcePolicyTests
{
    [Fact]
    public async Task AResourcePolicyIsKeptLetterForLetterAndMayBeHeldAgainstTheDirectory()
    {
        await using AwsAccess access = await StartAsync(options: new AwsFakeOptions { ChecksPrincipals = true });
        string role = access.Fake.Iam.AddRole("app");
        string odd =
            "{ \"Statement\" :\n\t[ {\"Sid\":\"Grüße\", \"Principal\":{\"AWS\":[\""
            + role
            + "\"]},\"Effect\":\"Allow\",\"Action\":[\"secretsmanager:GetSecretValue\"],\"Resource\":\"*\"}]}";
        await access.SetPolicy(odd);
        Assert.Equal(odd, (string?)(await access.Probe.Ok("GetResourcePolicy", """{"SecretId":"app/db"}"""))["ResourcePolicy"]);
        string unknown = To($"arn:aws:iam::{Account}:role/none").Replace("\"", "\\\"");
        Assert.Equal(
            "400 MalformedPolicyDocumentException This resource policy contains an unsupported principal.",
            await access.Probe.Error("PutResourcePolicy", $$"""{"SecretId":"app/db","ResourcePolicy":"{{unknown}}"}""")
        );
        await access.SetPolicy(To($"arn:aws:iam::{Other}:role/none"));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"Statement":[{"Effect":"Permit","Principal":"*","Action":"*","Resource":"*"}]}""")]
    [InlineData("""{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}""")]
    [InlineData("""{"Statement":["x"]}""")]
    [InlineData("""{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*","Condition":{"StringEquals":"x"}}]}""")]
    public async Task WhatIsNoPolicyIsRefused(string policy)
    {
        await using AwsAccess access = await StartAsync();
        Assert.StartsWith(
            "400 MalformedPolicyDocumentException",
            await access.Probe.Error(
                "PutResourcePolicy",
                $$"""{"SecretId":"app/db","ResourcePolicy":{{System.Text.Json.JsonSerializer.Serialize(policy)}} }"""
            )
        );
        Assert.Equal("v", await access.Read("test"));
    }

    [Fact]
    public async Task WhatNeedsAnotherPermissionAsksForIt()
    {
        await using AwsAccess access = await StartAsync();
        AwsLogin user = access.Fake.Iam.AddUser("ann");
        access.Fake.Iam.PutPolicy(
            user.Arn,
            "p",
            """
            {"Statement":[{"Effect":"Allow","Action":["secretsmanager:GetSecretValue","secretsmanager:CreateSecret"],
            "Resource":"arn:aws:secretsmanager:*:*:secret:app/*"}]}
            """
        );
        access.Probe.AccessKeyId = user.AccessKeyId;
        await access.Probe.Create("app/new", "w", 2);
        Assert.Equal("w", await access.Probe.Get("app/new"));
        foreach (
            (string operation, string body) in new[]
            {
                ("CreateSecret", $$"""{"Name":"other","SecretString":"v","ClientRequestToken":"{{AwsProbe.Token(3)}}"}"""),
                ("DescribeSecret", """{"SecretId":"app/db"}"""),
                ("ListSecrets", "{}"),
                ("BatchGetSecretValue", """{"SecretIdList":["app/db"]}"""),
                ("DeleteSecret", """{"SecretId":"app/db"}"""),
                ("GetResourcePolicy", """{"SecretId":"app/db"}"""),
            }
        )
        {
            Assert.Contains(
                $"is not authorized to perform: secretsmanager:{operation} on resource: ",
                await access.Probe.Error(operation, body)
            );
        }
    }
}
