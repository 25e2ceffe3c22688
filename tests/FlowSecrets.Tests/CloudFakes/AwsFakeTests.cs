using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes;

namespace FlowSecrets.Tests.CloudFakes;

/// <summary>What of the AWS fake no client of others shows: raw requests, rates, time, regions, replicas, rotation.</summary>
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
    public async Task ARecoveryWindowEndsWithItsTime()
    {
        await using AwsProbe amazon = await AwsProbe.StartAsync();
        await amazon.Create("x", "v");
        await amazon.Ok("DeleteSecret", """{"SecretId":"x","RecoveryWindowInDays":7}""");
        amazon.Fake.Skew = TimeSpan.FromDays(6.9);
        Assert.True((await amazon.Ok("DescribeSecret", """{"SecretId":"x"}""")).ContainsKey("DeletedDate"));
        amazon.Fake.Skew = TimeSpan.FromDays(7.1);
        Assert.StartsWith("400 ResourceNotFoundException", await amazon.Error("DescribeSecret", """{"SecretId":"x"}"""));
        await amazon.Create("x", "w", 2);
    }

    [Fact]
    public async Task ArnsAreWholeOrWithoutTheirSuffix()
    {
        await using AwsProbe amazon = await AwsProbe.StartAsync();
        string arn = (string)(await amazon.Create("app/db", "v"))["ARN"]!;
        Assert.Matches(":secret:app/db-[A-Za-z0-9]{6}$", arn);
        Assert.Equal(("v", "v"), (await amazon.Get(arn), await amazon.Get(arn[..^7])));
        Assert.All(amazon.Fake.Calls, static c => Assert.Equal("app/db", c.Secret));

        // A name that ends like a suffix is found by itself and by its whole ARN, not by a partial one.
        string confusing = (string)(await amazon.Create("app/db-a1b2c3", "w"))["ARN"]!;
        Assert.Equal(("w", "w"), (await amazon.Get("app/db-a1b2c3"), await amazon.Get(confusing)));
        Assert.StartsWith(
            "400 ResourceNotFoundException",
            await amazon.Error("GetSecretValue", $$"""{"SecretId":"{{confusing[..^7]}}"}""")
        );
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
        Assert.StartsWith(
            "400 ValidationException",
            await amazon.Error(
                "PutSecretValue",
                $$"""{"SecretId":"x","SecretBinary":"{{Convert.ToBase64String(new byte[65_537])}}","ClientRequestToken":"{{AwsProbe.Token(2)}}"}"""
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
    public async Task ALabelIsOnOneVersionAndAVersionHasTwentyAtTheMost()
    {
        await using AwsProbe amazon = await AwsProbe.StartAsync();
        await amazon.Create("x", "one");
        for (int i = 0; i < 19; i++)
        {
            await amazon.Ok(
                "UpdateSecretVersionStage",
                $$"""{"SecretId":"x","VersionStage":"L{{i}}","MoveToVersionId":"{{AwsProbe.Token(1)}}"}"""
            );
        }

        Assert.StartsWith(
            "400 LimitExceededException",
            await amazon.Error(
                "UpdateSecretVersionStage",
                $$"""{"SecretId":"x","VersionStage":"L20","MoveToVersionId":"{{AwsProbe.Token(1)}}"}"""
            )
        );
        await amazon.Put("x", "two", 2);
        Assert.StartsWith(
            "400 InvalidParameterException You can't remove the staging label AWSCURRENT",
            await amazon.Error(
                "UpdateSecretVersionStage",
                $$"""{"SecretId":"x","VersionStage":"AWSCURRENT","RemoveFromVersionId":"{{AwsProbe.Token(2)}}"}"""
            )
        );
        await amazon.Ok(
            "UpdateSecretVersionStage",
            $$"""{"SecretId":"x","VersionStage":"L1","RemoveFromVersionId":"{{AwsProbe.Token(1)}}","MoveToVersionId":"{{AwsProbe.Token(2)}}"}"""
        );
        Assert.Equal("two", await amazon.Get("x", ""","VersionStage":"L1" """));
    }

    [Fact]
    public async Task ManyVersionsWithoutALabelArePruned()
    {
        await using AwsProbe amazon = await AwsProbe.StartAsync();
        await amazon.Create("x", "0");
        for (int i = 2; i <= 110; i++)
        {
            await amazon.Put("x", $"{i}", i);
        }

        Assert.Equal(110, await Versions());
        amazon.Fake.Skew = TimeSpan.FromDays(2);
        await amazon.Put("x", "last", 111);
        Assert.Equal(102, await Versions());

        async Task<int> Versions()
        {
            int count = 0;
            string next = "";
            do
            {
                JsonObject page = await amazon.Ok("ListSecretVersionIds", $$"""{"SecretId":"x","IncludeDeprecated":true{{next}} }""");
                count += page["Versions"]!.AsArray().Count;
                next = page["NextToken"] is { } token ? $",\"NextToken\":\"{token}\"" : "";
            } while (next.Length > 0);
            return count;
        }
    }

    [Fact]
    public async Task ReplicasFollowAndKeepTheirPrimaryAlive()
    {
        await using AwsProbe amazon = await AwsProbe.StartAsync();
        await amazon.Create("x", "one");
        Assert.Equal(
            "InSync",
            (string?)
                (await amazon.Ok("ReplicateSecretToRegions", """{"SecretId":"x","AddReplicaRegions":[{"Region":"us-east-1"}]}"""))[
                    "ReplicationStatus"
                ]![0]!["Status"]
        );
        await amazon.Put("x", "two", 2);
        Assert.StartsWith(
            "400 InvalidRequestException You can't delete secret x that still has replica regions [us-east-1]",
            await amazon.Error("DeleteSecret", """{"SecretId":"x"}""")
        );
        amazon.Region = "us-east-1";
        Assert.Equal("two", await amazon.Get("x"));
        Assert.StartsWith(
            "400 InvalidRequestException Operation not permitted on a replica secret.",
            await amazon.Error("PutSecretValue", $$"""{"SecretId":"x","SecretString":"v","ClientRequestToken":"{{AwsProbe.Token(3)}}"}""")
        );
        amazon.Region = "eu-west-1";
        await amazon.Ok("RemoveRegionsFromReplication", """{"SecretId":"x","RemoveReplicaRegions":["us-east-1"]}""");
        await amazon.Ok("DeleteSecret", """{"SecretId":"x"}""");
        amazon.Region = "us-east-1";
        Assert.StartsWith("400 ResourceNotFoundException", await amazon.Error("DescribeSecret", """{"SecretId":"x"}"""));
    }

    [Fact]
    public async Task ARotationWaitsForItsFunction()
    {
        await using AwsProbe amazon = await AwsProbe.StartAsync();
        await amazon.Create("x", "one");
        await amazon.Ok(
            "RotateSecret",
            $$"""{"SecretId":"x","RotationLambdaARN":"arn:aws:lambda:eu-west-1:123456789012:function:f","RotationRules":{"AutomaticallyAfterDays":7},"ClientRequestToken":"{{AwsProbe.Token(2)}}"}"""
        );
        Assert.EndsWith(
            "for staging label: AWSPENDING",
            await amazon.Error("GetSecretValue", """{"SecretId":"x","VersionStage":"AWSPENDING"}""")
        );
        Assert.StartsWith(
            "400 InvalidRequestException A previous rotation isn't complete.",
            await amazon.Error("RotateSecret", $$"""{"SecretId":"x","ClientRequestToken":"{{AwsProbe.Token(3)}}"}""")
        );
        await amazon.Ok(
            "PutSecretValue",
            $$"""{"SecretId":"x","SecretString":"two","VersionStages":["AWSPENDING"],"ClientRequestToken":"{{AwsProbe.Token(2)}}"}"""
        );
        Assert.Equal("one", await amazon.Get("x"));
        Assert.Equal(AwsProbe.Token(2), (string?)(await amazon.Ok("CancelRotateSecret", """{"SecretId":"x"}"""))["VersionId"]);
        Assert.False((bool)(await amazon.Ok("DescribeSecret", """{"SecretId":"x"}"""))["RotationEnabled"]!);
    }

    [Fact]
    public async Task PoliciesAreCheckedKeptAndRemoved()
    {
        await using AwsProbe amazon = await AwsProbe.StartAsync();
        await amazon.Create("x", "v");
        const string Public =
            """{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"secretsmanager:GetSecretValue\",\"Resource\":\"*\"}]}""";
        Assert.StartsWith(
            "400 MalformedPolicyDocumentException",
            await amazon.Error("PutResourcePolicy", """{"SecretId":"x","ResourcePolicy":"{"}""")
        );
        Assert.StartsWith(
            "400 PublicPolicyException",
            await amazon.Error("PutResourcePolicy", $$"""{"SecretId":"x","BlockPublicPolicy":true,"ResourcePolicy":"{{Public}}"}""")
        );
        Assert.False((bool)(await amazon.Ok("ValidateResourcePolicy", $$"""{"ResourcePolicy":"{{Public}}"}"""))["PolicyValidationPassed"]!);
        await amazon.Ok("PutResourcePolicy", $$"""{"SecretId":"x","ResourcePolicy":"{{Public}}"}""");
        Assert.True((await amazon.Ok("GetResourcePolicy", """{"SecretId":"x"}""")).ContainsKey("ResourcePolicy"));
        await amazon.Ok("DeleteResourcePolicy", """{"SecretId":"x"}""");
        Assert.False((await amazon.Ok("GetResourcePolicy", """{"SecretId":"x"}""")).ContainsKey("ResourcePolicy"));
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
        Assert.Matches(
            "^[a-y]{50}$",
            (string)
                (
                    await amazon.Ok(
                        "GetRandomPassword",
                        """{"PasswordLength":50,"ExcludeUppercase":true,"ExcludeNumbers":true,"ExcludePunctuation":true,"ExcludeCharacters":"z"}"""
                    )
                )["RandomPassword"]!
        );
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
