using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Aws.Iam;
using FlowSecrets.CloudFakes.Aws.Workloads;
using FlowSecrets.Tests.Support;
using static FlowSecrets.Tests.CloudFakes.Aws.AwsAccess;

namespace FlowSecrets.Tests.CloudFakes.Aws;

/// <summary>The aws CLI deploys on the fake's ECS and App Runner as on AWS's.</summary>
[Trait(Tier.Name, Tier.Witness)]
public sealed class AwsDeploymentCliTests : IDisposable
{
    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task AServiceOfEcsIsDeployed()
    {
        await using AwsAccess access = await StartAsync();
        AwsAccessCli cli = AddEcs(access);
        (_, JsonArray containers) = Definition(access, cli);
        string revision = (string)
            cli.Ok(
                "ecs",
                "register-task-definition",
                "--family",
                "api",
                "--container-definitions",
                containers.ToJsonString(),
                "--requires-compatibilities",
                "FARGATE",
                "--network-mode",
                "awsvpc",
                "--cpu",
                "256",
                "--memory",
                "512"
            )!["taskDefinition"]!["taskDefinitionArn"]!;
        Assert.EndsWith("task-definition/api:2", revision, StringComparison.Ordinal);
        JsonNode primary = cli.Ok("ecs", "update-service", "--cluster", "main", "--service", "api", "--task-definition", "api:2")![
            "service"
        ]!["deployments"]![0]!;
        Assert.Equal(
            ("PRIMARY", "IN_PROGRESS", revision),
            ((string?)primary["status"], (string?)primary["rolloutState"], (string?)primary["taskDefinition"])
        );
        Assert.Null(cli.Ok("ecs", "wait", "services-stable", "--cluster", "main", "--services", "api"));
        JsonArray shown = cli.Ok("ecs", "describe-services", "--cluster", "main", "--services", "api")!["services"]![0]![
            "deployments"
        ]!.AsArray();
        Assert.Equal(((string?)primary["id"], "COMPLETED"), ((string?)Assert.Single(shown)!["id"], (string?)shown[0]!["rolloutState"]));
    }

    [Fact]
    public async Task ADeploymentOfEcsThatFailsIsRolledBack()
    {
        await using AwsAccess access = await StartAsync();
        AwsAccessCli cli = AddEcs(access);
        JsonNode primary = cli.Ok("ecs", "describe-services", "--cluster", "main", "--services", "api")!["services"]![0]!["deployments"]![
            0
        ]!;
        access.Fake.Workloads.End(AwsRolloutEnd.RollsBack);
        string failing = (string)
            cli.Ok("ecs", "update-service", "--cluster", "main", "--service", "api", "--force-new-deployment")!["service"]!["deployments"]![
                0
            ]!["id"]!;
        JsonNode service = cli.Ok("ecs", "describe-services", "--cluster", "main", "--services", "api")!["services"]![0]!;
        Assert.Contains(
            "rolling back to deploymentId " + (string?)primary["id"],
            (string?)service["deployments"]![0]!["rolloutStateReason"],
            StringComparison.Ordinal
        );
        Assert.Equal(
            (failing, "FAILED"),
            ((string?)service["deployments"]![1]!["id"], (string?)service["deployments"]![1]!["rolloutState"])
        );
        Assert.StartsWith(
            "(ServiceNotFoundException)",
            cli.Error("test", "ecs", "update-service", "--cluster", "main", "--service", "none", "--force-new-deployment")
        );
    }

    [Fact]
    public async Task ATaskDefinitionOfEcsNeedsThePassingOfItsRole()
    {
        await using AwsAccess access = await StartAsync();
        AwsAccessCli cli = AddEcs(access);
        (JsonObject definition, JsonArray containers) = Definition(access, cli);
        AwsLogin user = access.Fake.Iam.AddUser("ann");
        access.Fake.Iam.PutPolicy(user.Arn, "ecs", Allow("ecs:*"));
        Assert.Contains(
            "is not authorized to perform: iam:PassRole on resource: arn:aws:iam::123456789012:role/execution",
            cli.Error(
                user.AccessKeyId,
                "ecs",
                "register-task-definition",
                "--family",
                "api",
                "--container-definitions",
                containers.ToJsonString(),
                "--execution-role-arn",
                (string)definition["executionRoleArn"]!
            )
        );
    }

    [Fact]
    public async Task AServiceOfAppRunnerIsDeployed()
    {
        await using AwsAccess access = await StartAsync();
        AwsAccessCli cli = new(_sandbox, access.Fake);
        string arn = access.Fake.Workloads.AddAppRunner(
            "web",
            access.Fake.Iam.AddRole("instance"),
            new Dictionary<string, string>(StringComparer.Ordinal) { ["DB"] = access.Secret }
        );
        access.Fake.Workloads.RolloutPolls = 1;
        access.Fake.Workloads.End(AwsRolloutEnd.Succeeds, AwsRolloutEnd.RollsBack);
        string operation = (string)cli.Ok("apprunner", "start-deployment", "--service-arn", arn)!["OperationId"]!;
        Assert.StartsWith("(InvalidRequestException)", cli.Error("test", "apprunner", "start-deployment", "--service-arn", arn));
        Assert.StartsWith(
            "(InvalidStateException)",
            cli.Error("test", "apprunner", "update-service", "--service-arn", arn, "--instance-configuration", "Cpu=2048")
        );
        Assert.Equal(
            "OPERATION_IN_PROGRESS",
            (string?)cli.Ok("apprunner", "describe-service", "--service-arn", arn)!["Service"]!["Status"]
        );
        JsonNode latest = cli.Ok("apprunner", "list-operations", "--service-arn", arn)!["OperationSummaryList"]![0]!;
        Assert.Equal(
            (operation, "START_DEPLOYMENT", "SUCCEEDED"),
            ((string?)latest["Id"], (string?)latest["Type"], (string?)latest["Status"])
        );

        JsonObject source = cli.Ok("apprunner", "describe-service", "--service-arn", arn)!["Service"]!["SourceConfiguration"]!.AsObject();
        source["ImageRepository"]!["ImageConfiguration"]!["RuntimeEnvironmentSecrets"]!["DB"] = access.Secret + ":password::";
        JsonNode updated = cli.Ok("apprunner", "update-service", "--service-arn", arn, "--source-configuration", source.ToJsonString())!;
        Assert.Equal("OPERATION_IN_PROGRESS", (string?)updated["Service"]!["Status"]);
        string[] statuses =
        [
            .. Enumerable
                .Range(0, 3)
                .Select(_ =>
                    (string)
                        cli.Ok("apprunner", "list-operations", "--service-arn", arn, "--max-results", "1")!["OperationSummaryList"]![0]![
                            "Status"
                        ]!
                ),
        ];
        Assert.Equal(["IN_PROGRESS", "ROLLBACK_IN_PROGRESS", "ROLLBACK_SUCCEEDED"], statuses);
        Assert.Equal(
            access.Secret,
            (string?)
                cli.Ok("apprunner", "describe-service", "--service-arn", arn)!["Service"]!["SourceConfiguration"]!["ImageRepository"]![
                    "ImageConfiguration"
                ]!["RuntimeEnvironmentSecrets"]!["DB"]
        );
    }

    /// <summary>A service 'api' of the cluster 'main', which reads the secret.</summary>
    private AwsAccessCli AddEcs(AwsAccess access)
    {
        Dictionary<string, string> secrets = new(StringComparer.Ordinal) { ["DB"] = access.Secret };
        access.Fake.Workloads.AddEcs("main", "api", access.Fake.Iam.AddRole("execution"), secrets: secrets);
        return new AwsAccessCli(_sandbox, access.Fake);
    }

    /// <summary>What it runs, and the containers of its next revision.</summary>
    private static (JsonObject Definition, JsonArray Next) Definition(AwsAccess access, AwsAccessCli cli)
    {
        JsonObject definition = cli.Ok("ecs", "describe-task-definition", "--task-definition", "api", "--include", "TAGS")![
            "taskDefinition"
        ]!.AsObject();
        JsonArray containers = (JsonArray)definition["containerDefinitions"]!.DeepClone();
        containers[0]!["secrets"]![0]!["valueFrom"] = access.Secret + ":password::";
        return (definition, containers);
    }
}
