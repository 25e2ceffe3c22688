using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Aws;

namespace FlowSecrets.Tests.CloudFakes.Aws;

/// <summary>What of the AWS fake no client of others shows: raw requests, batches, limits, rates.</summary>
public sealed class AwsFakeTests
{
    [Fact]
    public async Task ARequestIsSignedInTimeForItsRegion()
    {
        await using AwsProbe amazon = await AwsProbe.StartAsync(new AwsFakeOptions { RequiredAccessKeyId = "right" });
        Assert.Equal(
            "400 UnrecognizedClientException The security token included in the request is invalid.",
            await amazon.Error("ListSecrets", "{}")
        );
        Assert.Equal(403, (await amazon.WhoAmI()).Status);
        amazon.AccessKeyId = "right";
        Assert.Contains("<Arn>arn:aws:iam::123456789012:user/tester</Arn>", (await amazon.WhoAmI()).Body);
        await amazon.Create("x", "v");
        amazon.Region = "us-east-1";
        Assert.StartsWith("400 ResourceNotFoundException", await amazon.Error("GetSecretValue", """{"SecretId":"x"}"""));
        Assert.StartsWith("arn:aws:secretsmanager:us-east-1:123456789012:secret:x-", (string?)(await amazon.Create("x", "w"))["ARN"]);
        amazon.ClockError = TimeSpan.FromMinutes(-6);
        Assert.StartsWith("400 InvalidSignatureException Signature expired: ", await amazon.Error("ListSecrets", "{}"));
        amazon.ClockError = TimeSpan.FromMinutes(6);
        Assert.StartsWith("400 InvalidSignatureException Signature not yet current: ", await amazon.Error("ListSecrets", "{}"));
        (amazon.ClockError, amazon.IsSigned) = (TimeSpan.Zero, false);
        Assert.Equal("400 MissingAuthenticationTokenException Missing Authentication Token", await amazon.Error("ListSecrets", "{}"));
    }

    [Fact]
    public async Task WhatIsNoRequestIsRefused()
    {
        await using AwsProbe amazon = await AwsProbe.StartAsync();
        Assert.StartsWith("400 SerializationException", await amazon.Error("ListSecrets", "{"));
        Assert.StartsWith("400 UnknownOperationException", await amazon.Error("StealSecrets", "{}"));
        Assert.Equal(
            "400 ValidationException 1 validation error detected: Value null at 'secretId' failed to satisfy constraint: Member must "
                + "not be null",
            await amazon.Error("GetSecretValue", "{}")
        );
        Assert.StartsWith(
            "400 InvalidRequestException You must provide a ClientRequestToken value.",
            await amazon.Error("CreateSecret", """{"Name":"x","SecretString":"v"}""")
        );
        Assert.StartsWith(
            "400 ValidationException",
            await amazon.Error("CreateSecret", """{"Name":"x","SecretString":"v","ClientRequestToken":"short"}""")
        );
        Assert.StartsWith(
            "400 InvalidParameterException",
            await amazon.Error(
                "CreateSecret",
                $$"""{"Name":"x","SecretString":"v","SecretBinary":"dg==","ClientRequestToken":"{{AwsProbe.Token(1)}}"}"""
            )
        );
        Assert.DoesNotContain(amazon.Fake.Calls, static c => c.Applied);
    }

    [Fact]
    public async Task ABatchIsDeniedWholeOrItemByItem()
    {
        await using AwsProbe amazon = await AwsProbe.StartAsync();
        await amazon.Create("a", "1");
        await amazon.Create("b", "2");
        amazon.Fake.Faults.Deny("GetSecretValue", "b");
        JsonObject reply = await amazon.Ok("BatchGetSecretValue", """{"SecretIdList":["a","b","c"]}""");
        Assert.Equal("a", (string?)Assert.Single(reply["SecretValues"]!.AsArray())!["Name"]);
        Assert.Equal(
            ["b AccessDeniedException", "c ResourceNotFoundException"],
            reply["Errors"]!.AsArray().Select(static e => $"{e!["SecretId"]} {e["ErrorCode"]}")
        );
        Assert.Equal(
            "400 AccessDeniedException User: arn:aws:iam::123456789012:user/tester is not authorized to perform: "
                + "secretsmanager:GetSecretValue on resource: b because no identity-based policy allows the "
                + "secretsmanager:GetSecretValue action",
            await amazon.Error("GetSecretValue", """{"SecretId":"b"}""")
        );
        amazon.Fake.Faults.Deny("ListSecrets");
        Assert.StartsWith(
            "400 AccessDeniedException",
            await amazon.Error("BatchGetSecretValue", """{"Filters":[{"Key":"name","Values":["a"]}]}""")
        );
        amazon.Fake.Faults.Deny("BatchGetSecretValue");
        Assert.StartsWith("400 AccessDeniedException", await amazon.Error("BatchGetSecretValue", """{"SecretIdList":["a"]}"""));
    }

    [Fact]
    public async Task AFilteredBatchComesInPages()
    {
        await using AwsProbe amazon = await AwsProbe.StartAsync();
        for (int i = 0; i < 5; i++)
        {
            await amazon.Create($"p{i}", $"{i}", i);
        }

        JsonObject first = await amazon.Ok("BatchGetSecretValue", """{"Filters":[{"Key":"name","Values":["p"]}],"MaxResults":3}""");
        JsonObject second = await amazon.Ok(
            "BatchGetSecretValue",
            $$"""{"Filters":[{"Key":"name","Values":["p"]}],"MaxResults":3,"NextToken":"{{first["NextToken"]}}"}"""
        );
        Assert.Equal(
            "0 1 2 3 4",
            string.Join(
                ' ',
                first["SecretValues"]!.AsArray().Concat(second["SecretValues"]!.AsArray()).Select(static v => (string?)v!["SecretString"])
            )
        );
        Assert.False(second.ContainsKey("NextToken"));
        Assert.StartsWith("400 InvalidNextTokenException", await amazon.Error("ListSecrets", """{"NextToken":"nonsense"}"""));
    }

    [Fact]
    public async Task ValuesAndNamesAndTagsHaveTheirLimits()
    {
        await using AwsProbe amazon = await AwsProbe.StartAsync();
        await amazon.Create("x", new string('x', 65_536));
        Assert.Equal(
            "400 ValidationException 1 validation error detected: Value at 'secretString' failed to satisfy constraint: Member must "
                + "have length less than or equal to 65536",
            await amazon.Error(
                "PutSecretValue",
                $$"""{"SecretId":"x","SecretString":"{{new string('x', 65_537)}}","ClientRequestToken":"{{AwsProbe.Token(2)}}"}"""
            )
        );
        Assert.StartsWith(
            "400 ValidationException",
            await amazon.Error(
                "PutSecretValue",
                $$"""{"SecretId":"x","SecretString":"{{new string('ß', 32_769)}}","ClientRequestToken":"{{AwsProbe.Token(2)}}"}"""
            )
        );
        string large = Convert.ToBase64String(new byte[65_537]);
        Assert.StartsWith(
            "400 ValidationException",
            await amazon.Error(
                "PutSecretValue",
                $$"""{"SecretId":"x","SecretBinary":"{{large}}","ClientRequestToken":"{{AwsProbe.Token(2)}}"}"""
            )
        );
        await amazon.Create(new string('n', 512), "v");
        Assert.StartsWith(
            "400 ValidationException",
            await amazon.Error("CreateSecret", $$"""{"Name":"{{new string('n', 513)}}","ClientRequestToken":"{{AwsProbe.Token(1)}}"}""")
        );
        await amazon.Ok("TagResource", $$"""{"SecretId":"x","Tags":[{{Tags(50)}}]}""");
        Assert.StartsWith(
            "400 InvalidParameterException",
            await amazon.Error("TagResource", """{"SecretId":"x","Tags":[{"Key":"another","Value":""}]}""")
        );
        Assert.StartsWith(
            "400 InvalidParameterException",
            await amazon.Error("TagResource", """{"SecretId":"x","Tags":[{"Key":"aws:x","Value":""}]}""")
        );
        await amazon.Ok("UntagResource", """{"SecretId":"x","TagKeys":["t0","none"]}""");

        static string Tags(int count) =>
            string.Join(',', Enumerable.Range(0, count).Select(static i => "{\"Key\":\"t" + i + "\",\"Value\":\"v\"}"));
    }

    [Fact]
    public async Task PasswordsHaveWhatIsAskedFor()
    {
        await using AwsProbe amazon = await AwsProbe.StartAsync();
        string password = (string)(await amazon.Ok("GetRandomPassword", "{}"))["RandomPassword"]!;
        Assert.Equal(32, password.Length);
        Assert.True(
            password.Any(char.IsAsciiLetterLower)
                && password.Any(char.IsAsciiLetterUpper)
                && password.Any(char.IsAsciiDigit)
                && password.Any(char.IsPunctuation)
        );
        JsonObject letters = await amazon.Ok(
            "GetRandomPassword",
            """
            {"PasswordLength":50,"ExcludeUppercase":true,"ExcludeNumbers":true,"ExcludePunctuation":true,"ExcludeCharacters":"z"}
            """
        );
        Assert.Matches("^[a-y]{50}$", (string)letters["RandomPassword"]!);
        Assert.StartsWith(
            "400 InvalidParameterException Password length is too short",
            await amazon.Error("GetRandomPassword", """{"PasswordLength":3}""")
        );
        Assert.StartsWith("400 ValidationException", await amazon.Error("GetRandomPassword", """{"PasswordLength":5000}"""));
    }

    [Fact]
    public async Task QuotasAreSharedByTheirGroup()
    {
        await using AwsProbe amazon = await AwsProbe.StartAsync(new AwsFakeOptions { Quotas = true });
        await amazon.Create("x", "v");
        HttpResponseMessage[] replies = await Task.WhenAll(
            Enumerable
                .Range(0, 250)
                .Select(i =>
                    amazon.Send(
                        i % 2 == 0 ? "TagResource" : "UntagResource",
                        i % 2 == 0 ? """{"SecretId":"x","Tags":[{"Key":"a","Value":"b"}]}""" : """{"SecretId":"x","TagKeys":["a"]}"""
                    )
                )
        );
        Assert.InRange(replies.Count(static r => r.IsSuccessStatusCode), 50, 249);
        Array.ForEach(replies, static r => r.Dispose());
        Assert.Equal("v", await amazon.Get("x"));
        amazon.Fake.Skew += TimeSpan.FromSeconds(30);
        await amazon.Ok("UntagResource", """{"SecretId":"x","TagKeys":["a"]}""");
    }
}
