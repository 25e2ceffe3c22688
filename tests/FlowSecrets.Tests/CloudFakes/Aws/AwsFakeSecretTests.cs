using System.Text.Json.Nodes;

namespace FlowSecrets.Tests.CloudFakes.Aws;

/// <summary>A secret's life in the AWS fake, which no client of others shows: time, labels, replicas, rotation, policy.</summary>
public sealed class AwsFakeSecretTests
{
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
            $$"""
            {"SecretId":"x","VersionStage":"L1","RemoveFromVersionId":"{{AwsProbe.Token(1)}}",
            "MoveToVersionId":"{{AwsProbe.Token(2)}}"}
            """
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
            $$"""
            {"SecretId":"x","RotationLambdaARN":"arn:aws:lambda:eu-west-1:123456789012:function:f",
            "RotationRules":{"AutomaticallyAfterDays":7},"ClientRequestToken":"{{AwsProbe.Token(2)}}"}
            """
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
        const string Public = """
            {\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"secretsmanager:GetSecretValue\",\"Resource\":\"*\"}]}
            """;
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
}
