using System.Text.Json.Nodes;
using FlowSecrets.Tests.Support;
using static FlowSecrets.Tests.CloudFakes.Aws.AwsAccess;

namespace FlowSecrets.Tests.CloudFakes.Aws;

/// <summary>The aws CLI takes the fake's IAM for AWS's.</summary>
[Trait(Tier.Name, Tier.Witness)]
public sealed class AwsIamCliTests : IDisposable
{
    private const string Trust =
        """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"}"""
        + ""","Action":"sts:AssumeRole"}]}""";

    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task ARoleIsMadeSeenAndLimited()
    {
        await using AwsAccess access = await StartAsync();
        AwsAccessCli cli = new(_sandbox, access.Fake);
        IReadOnlyList<AwsCliResult> results = cli.All(
            ["iam", "create-role", "--role-name", "app", "--path", "/service/", "--assume-role-policy-document", Trust],
            [
                "iam",
                "put-role-policy",
                "--role-name",
                "app",
                "--policy-name",
                "read",
                "--policy-document",
                Allow("secretsmanager:GetSecretValue"),
            ],
            ["iam", "create-policy", "--policy-name", "limit", "--policy-document", Allow("secretsmanager:*")],
            ["iam", "attach-role-policy", "--role-name", "app", "--policy-arn", "arn:aws:iam::123456789012:policy/limit"],
            [
                "iam",
                "put-role-permissions-boundary",
                "--role-name",
                "app",
                "--permissions-boundary",
                "arn:aws:iam::123456789012:policy/limit",
            ],
            ["iam", "get-role", "--role-name", "app"],
            ["iam", "get-role-policy", "--role-name", "app", "--policy-name", "read"],
            ["iam", "list-role-policies", "--role-name", "app"],
            ["iam", "list-attached-role-policies", "--role-name", "app"],
            ["iam", "update-assume-role-policy", "--role-name", "app", "--policy-document", Trust.Replace("root", "user/ann")],
            ["iam", "get-role", "--role-name", "app", "--query", "Role.AssumeRolePolicyDocument.Statement[0].Principal.AWS"],
            ["iam", "delete-role-permissions-boundary", "--role-name", "app"],
            ["iam", "delete-role-policy", "--role-name", "app", "--policy-name", "read"],
            ["iam", "list-role-policies", "--role-name", "app"],
            ["iam", "get-policy-version", "--policy-arn", "arn:aws:iam::123456789012:policy/limit", "--version-id", "v1"]
        );
        JsonNode role = results[5].Json()["Role"]!;
        Assert.Equal(
            ("arn:aws:iam::123456789012:role/service/app", "/service/", "arn:aws:iam::123456789012:policy/limit"),
            ((string?)role["Arn"], (string?)role["Path"], (string?)role["PermissionsBoundary"]!["PermissionsBoundaryArn"])
        );
        Assert.Equal("sts:AssumeRole", (string?)role["AssumeRolePolicyDocument"]!["Statement"]![0]!["Action"]);
        Assert.Equal("secretsmanager:GetSecretValue", (string?)results[6].Json()["PolicyDocument"]!["Statement"]![0]!["Action"]);
        Assert.Equal("read", (string?)Assert.Single(results[7].Json()["PolicyNames"]!.AsArray()));
        Assert.Equal("limit", (string?)Assert.Single(results[8].Json()["AttachedPolicies"]!.AsArray())!["PolicyName"]);
        Assert.Equal("arn:aws:iam::123456789012:user/ann", (string?)results[10].Json());
        Assert.Empty(results[13].Json()["PolicyNames"]!.AsArray());
        Assert.Equal("secretsmanager:*", (string?)results[14].Json()["PolicyVersion"]!["Document"]!["Statement"]![0]!["Action"]);
        Assert.All(results, static r => Assert.True(r.ExitCode == 0, r.Error));
        Assert.Equal(2, access.Fake.Calls.Count(static c => c.Operation == "Iam.GetRole"));
    }

    [Fact]
    public async Task WhatARoleCannotBeOrHaveIsRefused()
    {
        await using AwsAccess access = await StartAsync();
        IReadOnlyList<AwsCliResult> results = new AwsAccessCli(_sandbox, access.Fake).All(
            ["iam", "create-role", "--role-name", "app", "--assume-role-policy-document", Trust],
            ["iam", "create-role", "--role-name", "app", "--assume-role-policy-document", Trust],
            ["iam", "get-role", "--role-name", "none"],
            ["iam", "get-role-policy", "--role-name", "app", "--policy-name", "none"],
            ["iam", "put-role-policy", "--role-name", "app", "--policy-name", "bad", "--policy-document", "{}"]
        );
        Assert.Equal(0, results[0].ExitCode);
        Assert.Contains(
            "(EntityAlreadyExists) when calling the CreateRole operation: Role with name app already exists.",
            results[1].Error
        );
        Assert.Contains("(NoSuchEntity) when calling the GetRole operation: The role with name none cannot be found.", results[2].Error);
        Assert.Contains(
            "(NoSuchEntity) when calling the GetRolePolicy operation: The role policy with name none cannot be found.",
            results[3].Error
        );
        Assert.Contains("(MalformedPolicyDocument) when calling the PutRolePolicy operation: Syntax errors in policy.", results[4].Error);
        Assert.Equal(1, access.Fake.Calls.Count(static c => c.Operation == "Iam.GetRole"));
    }

    [Fact]
    public async Task AUserGetsAKeyAndWhatItIsGranted()
    {
        await using AwsAccess access = await StartAsync();
        AwsAccessCli cli = new(_sandbox, access.Fake);
        cli.Ok("iam", "create-user", "--user-name", "ann");
        string key = (string)cli.Ok("iam", "create-access-key", "--user-name", "ann")!["AccessKey"]!["AccessKeyId"]!;
        Assert.Equal("arn:aws:iam::123456789012:user/ann", (string?)cli.OkAs(key, "sts", "get-caller-identity")!["Arn"]);
        Assert.Equal(
            "(AccessDenied) when calling the GetUser operation: User: arn:aws:iam::123456789012:user/ann is not authorized to perform: "
                + "iam:GetUser on resource: user ann because no identity-based policy allows the iam:GetUser action",
            cli.Error(key, "iam", "get-user")
        );
        Assert.Contains(
            "because no identity-based policy allows",
            cli.Error(key, "secretsmanager", "get-secret-value", "--secret-id", "app/db")
        );
        cli.Ok(
            "iam",
            "put-user-policy",
            "--user-name",
            "ann",
            "--policy-name",
            "read",
            "--policy-document",
            Allow("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:app/db-??????")
        );
        Assert.Equal("v", (string?)cli.OkAs(key, "secretsmanager", "get-secret-value", "--secret-id", "app/db")!["SecretString"]);
        cli.Ok("iam", "delete-user-policy", "--user-name", "ann", "--policy-name", "read");
        cli.Ok("iam", "attach-user-policy", "--user-name", "ann", "--policy-arn", "arn:aws:iam::aws:policy/SecretsManagerReadWrite");
        Assert.Equal(
            "SecretsManagerReadWrite",
            (string?)cli.Ok("iam", "list-attached-user-policies", "--user-name", "ann")!["AttachedPolicies"]![0]!["PolicyName"]
        );
        Assert.Equal("v", (string?)cli.OkAs(key, "secretsmanager", "get-secret-value", "--secret-id", "app/db")!["SecretString"]);
        Assert.Equal(
            ["GetCallerIdentity"],
            access.Fake.Calls.Where(static c => c.Operation.Contains("Caller")).Select(static c => c.Operation)
        );
    }

    [Fact]
    public async Task ASecretsPolicyIsPutAndReadByTheCli()
    {
        await using AwsAccess access = await StartAsync();
        AwsAccessCli cli = new(_sandbox, access.Fake);
        string role = access.Fake.Iam.AddRole("app");
        string session = access.Fake.Iam.SessionOf(role, "s1");
        Assert.Contains("no identity-based policy", cli.Error(session, "secretsmanager", "get-secret-value", "--secret-id", "app/db"));
        cli.Ok("secretsmanager", "put-resource-policy", "--secret-id", "app/db", "--resource-policy", To(role), "--block-public-policy");
        Assert.Equal(To(role), (string?)cli.Ok("secretsmanager", "get-resource-policy", "--secret-id", "app/db")!["ResourcePolicy"]);
        Assert.Equal("v", (string?)cli.OkAs(session, "secretsmanager", "get-secret-value", "--secret-id", "app/db")!["SecretString"]);
    }

    [Fact]
    public async Task TheAuditLogTellsWhoGranted()
    {
        await using AwsAccess access = await StartAsync();
        AwsAccessCli cli = new(_sandbox, access.Fake);
        string role = access.Fake.Iam.AddRole("app");
        await access.SetPolicy(To(role));
        cli.Ok("iam", "put-role-policy", "--role-name", "app", "--policy-name", "read", "--policy-document", Allow("*"));
        JsonNode put = Assert.Single(
            cli.Ok("cloudtrail", "lookup-events", "--lookup-attributes", "AttributeKey=EventName,AttributeValue=PutResourcePolicy")![
                "Events"
            ]!.AsArray()
        )!;
        Assert.Equal(("tester", access.Secret), ((string?)put["Username"], (string?)put["Resources"]![0]!["ResourceName"]));
        JsonNode granted = Assert.Single(
            cli.Ok(
                "cloudtrail",
                "lookup-events",
                "--region",
                "us-east-1",
                "--lookup-attributes",
                "AttributeKey=ResourceName,AttributeValue=app"
            )!["Events"]!.AsArray()
        )!;
        Assert.Equal(("PutRolePolicy", "iam.amazonaws.com"), ((string?)granted["EventName"], (string?)granted["EventSource"]));
        Assert.True(Math.Abs(DateTimeOffset.UtcNow.ToUnixTimeSeconds() - (double)granted["EventTime"]!) < 300);
    }

    [Fact]
    public async Task TheFakeAndMotoShowTheSameMembers()
    {
        await using MotoServer moto = new();
        await moto.InitializeAsync();
        Assert.SkipWhen(moto.Endpoint is null, "python3 has no moto with its server.");
        await using AwsAccess access = await StartAsync();
        AwsCli cli = new(_sandbox);
        string[][] commands =
        [
            ["iam", "create-role", "--role-name", "app", "--assume-role-policy-document", Trust],
            [
                "iam",
                "put-role-policy",
                "--role-name",
                "app",
                "--policy-name",
                "read",
                "--policy-document",
                Allow("secretsmanager:GetSecretValue"),
            ],
            ["iam", "get-role-policy", "--role-name", "app", "--policy-name", "read"],
            ["iam", "list-role-policies", "--role-name", "app"],
            ["iam", "list-attached-role-policies", "--role-name", "app"],
            ["iam", "create-user", "--user-name", "ann"],
            ["iam", "create-access-key", "--user-name", "ann"],
            ["iam", "get-role", "--role-name", "none"],
            ["iam", "get-user", "--user-name", "none"],
            ["sts", "assume-role", "--role-arn", "arn:aws:iam::123456789012:role/app", "--role-session-name", "s1"],
            ["kms", "create-key", "--description", "d", "--key-usage", "ENCRYPT_DECRYPT", "--no-multi-region"],
            ["kms", "describe-key", "--key-id", "00000000-0000-4000-8000-000000000001"],
        ];
        IReadOnlyList<AwsCliResult> ours = cli.Run(access.Fake.Endpoint, commands);
        IReadOnlyList<AwsCliResult> theirs = cli.Run(moto.Endpoint, commands);
        Assert.All(commands.Index(), c => Assert.Equal((c.Item[1], Shape(theirs[c.Index])), (c.Item[1], Shape(ours[c.Index]))));
    }

    /// <summary>
    /// The members' paths, without what moto alone shows: the size of no policy, the signing algorithms of a key that does not sign. Of an
    /// error, its code.
    /// </summary>
    private static string Shape(AwsCliResult result) =>
        result.ExitCode != 0 ? result.Error.Trim().Split("operation:")[0]
        : string.IsNullOrWhiteSpace(result.Output) ? ""
        : string.Join(
            ' ',
            Paths(result.Json(), "").Except(["/PackedPolicySize", "/KeyMetadata/SigningAlgorithms"]).Order(StringComparer.Ordinal)
        );

    private static IEnumerable<string> Paths(JsonNode? node, string path) =>
        node is JsonObject map ? map.SelectMany(m => Paths(m.Value, $"{path}/{m.Key}")) : [path];
}
