using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Aws.Iam;
using FlowSecrets.Tests.Support;
using static FlowSecrets.Tests.CloudFakes.Aws.AwsAccess;

namespace FlowSecrets.Tests.CloudFakes.Aws;

/// <summary>The aws CLI takes the fake's KMS for AWS's, and what it mends there is mended for the secret.</summary>
[Trait(Tier.Name, Tier.Witness)]
public sealed class AwsKeyCliTests : IDisposable
{
    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task AKeyIsSwitchedOnAndKept()
    {
        string key = "";
        await using AwsAccess access = await StartAsync(keyOf: fake => key = fake.Kms.AddKey());
        AwsAccessCli cli = new(_sandbox, access.Fake);
        cli.Ok("kms", "disable-key", "--key-id", key);
        Assert.Equal(("Disabled", false), State());
        Assert.StartsWith("400 DecryptionFailure", await access.Read("test"));
        cli.Ok("kms", "enable-key", "--key-id", key);
        Assert.Equal("v", await access.Read("test"));
        Assert.Equal(
            "PendingDeletion",
            (string?)cli.Ok("kms", "schedule-key-deletion", "--key-id", key, "--pending-window-in-days", "7")!["KeyState"]
        );
        Assert.Equal(
            $"(KMSInvalidStateException) when calling the EnableKey operation: {key} is pending deletion.",
            cli.Error("test", "kms", "enable-key", "--key-id", key)
        );
        Assert.StartsWith("400 DecryptionFailure", await access.Read("test"));
        Assert.Equal(key, (string?)cli.Ok("kms", "cancel-key-deletion", "--key-id", key)!["KeyId"]);
        Assert.Equal(("Disabled", false), State());
        cli.Ok("kms", "enable-key", "--key-id", key[(key.IndexOf('/') + 1)..]);
        Assert.Equal(("Enabled", true), State());
        Assert.Equal("v", await access.Read("test"));
        Assert.StartsWith(
            "(NotFoundException) when calling the DescribeKey operation: Key 'arn:aws:kms:eu-west-1:123456789012:key/",
            cli.Error("test", "kms", "describe-key", "--key-id", Guid.NewGuid().ToString())
        );

        (string?, bool) State()
        {
            JsonNode shown = cli.Ok("kms", "describe-key", "--key-id", key)!["KeyMetadata"]!;
            return ((string?)shown["KeyState"], (bool)shown["Enabled"]!);
        }
    }

    [Fact]
    public async Task AKeyPolicyAndAGrantLetSomebodyIn()
    {
        string key = "";
        await using AwsAccess access = await StartAsync(keyOf: fake => key = fake.Kms.AddKey());
        AwsAccessCli cli = new(_sandbox, access.Fake);
        string role = access.Fake.Iam.AddRole("app");
        string session = access.Fake.Iam.SessionOf(role, "s1");
        access.Fake.Iam.PutPolicy(role, "read", Allow("secretsmanager:GetSecretValue"));
        Assert.EndsWith("Access to KMS is not allowed", await access.Read(session));
        string grant = (string)
            cli.Ok("kms", "create-grant", "--key-id", key, "--grantee-principal", role, "--operations", "Decrypt", "DescribeKey")![
                "GrantId"
            ]!;
        Assert.Equal("v", await access.Read(session));
        JsonNode shown = Assert.Single(cli.Ok("kms", "list-grants", "--key-id", key)!["Grants"]!.AsArray())!;
        Assert.Equal(
            (grant, role, "Decrypt"),
            ((string?)shown["GrantId"], (string?)shown["GranteePrincipal"], (string?)shown["Operations"]![0])
        );
        cli.OkAs(session, "kms", "describe-key", "--key-id", key);
        cli.Ok("kms", "revoke-grant", "--key-id", key, "--grant-id", grant);
        Assert.EndsWith("Access to KMS is not allowed", await access.Read(session));
        string policy = To(role, actions: "kms:Decrypt");
        cli.Ok("kms", "put-key-policy", "--key-id", key, "--policy-name", "default", "--policy", policy);
        Assert.Equal(policy, (string?)cli.Ok("kms", "get-key-policy", "--key-id", key, "--policy-name", "default")!["Policy"]);
        Assert.Equal("v", await access.Read(session));
        Assert.Equal(
            $"(AccessDeniedException) when calling the GetKeyPolicy operation: User: arn:aws:sts::{Account}:assumed-role/app/s1 is not "
                + $"authorized to perform: kms:GetKeyPolicy on resource: {key} because no resource-based policy allows the "
                + $"kms:GetKeyPolicy action",
            cli.Error(session, "kms", "get-key-policy", "--key-id", key)
        );
        Assert.Equal(
            [
                "Kms.CreateGrant",
                "Kms.ListGrants",
                "Kms.DescribeKey",
                "Kms.RevokeGrant",
                "Kms.PutKeyPolicy",
                "Kms.GetKeyPolicy",
                "Kms.GetKeyPolicy",
            ],
            access.Fake.Calls.Select(static c => c.Operation).Where(static o => o.StartsWith("Kms.", StringComparison.Ordinal))
        );
    }

    [Fact]
    public async Task AWorkloadTellsWhoItRunsAs()
    {
        await using AwsAccess access = await StartAsync();
        AwsAccessCli cli = new(_sandbox, access.Fake);
        string role = access.Fake.Iam.AddRole("app");
        string other = access.Fake.Iam.AddRole("task");
        Dictionary<string, string> secrets = new(StringComparer.Ordinal) { ["DB"] = access.Secret };
        string runner = access.Fake.Workloads.AddAppRunner("web", role, secrets);
        access.Fake.Workloads.AddEcs("main", "worker", role, other, secrets);
        JsonNode service = cli.Ok("apprunner", "describe-service", "--service-arn", runner)!["Service"]!;
        Assert.Equal(
            (role, access.Secret),
            (
                (string?)service["InstanceConfiguration"]!["InstanceRoleArn"],
                (string?)service["SourceConfiguration"]!["ImageRepository"]!["ImageConfiguration"]!["RuntimeEnvironmentSecrets"]!["DB"]
            )
        );
        Assert.Equal(runner, (string?)cli.Ok("apprunner", "list-services")!["ServiceSummaryList"]![0]!["ServiceArn"]);
        string definition = (string)
            cli.Ok("ecs", "describe-services", "--cluster", "main", "--services", "worker")!["services"]![0]!["taskDefinition"]!;
        JsonNode task = cli.Ok("ecs", "describe-task-definition", "--task-definition", definition)!["taskDefinition"]!;
        Assert.Equal(
            (role, other, access.Secret),
            (
                (string?)task["executionRoleArn"],
                (string?)task["taskRoleArn"],
                (string?)task["containerDefinitions"]![0]!["secrets"]![0]!["valueFrom"]
            )
        );
        Assert.Equal(
            "MISSING",
            (string?)cli.Ok("ecs", "describe-services", "--cluster", "main", "--services", "none")!["failures"]![0]!["reason"]
        );
        Assert.StartsWith(
            "(ClusterNotFoundException)",
            cli.Error("test", "ecs", "describe-services", "--cluster", "none", "--services", "worker")
        );
        Assert.StartsWith(
            "(ResourceNotFoundException)",
            cli.Error("test", "apprunner", "describe-service", "--service-arn", runner[..^1] + "_")
        );
        AwsLogin user = access.Fake.Iam.AddUser("ann");
        Assert.Contains(
            "is not authorized to perform: apprunner:DescribeService on resource: " + runner,
            cli.Error(user.AccessKeyId, "apprunner", "describe-service", "--service-arn", runner)
        );
        access.Fake.Faults.Deny("Ecs.DescribeServices");
        Assert.Contains(
            "because no identity-based policy allows the ecs:DescribeServices action",
            cli.Error("test", "ecs", "describe-services", "--cluster", "main", "--services", "worker")
        );
    }
}
