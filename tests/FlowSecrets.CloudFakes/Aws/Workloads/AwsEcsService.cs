using System.Text.Json.Nodes;

namespace FlowSecrets.CloudFakes.Aws;

/// <summary>A service of ECS with the one task definition that it runs.</summary>
internal sealed class AwsEcsService(string account, string region, string cluster, string name, string? executionRole, string? taskRole, IReadOnlyDictionary<string, string> secrets, DateTimeOffset created)
{
    public string Account => account;

    public string Name => name;

    public string Cluster => cluster;

    public string Arn => $"{Ecs}:service/{cluster}/{name}";

    public string ClusterArn => $"{Ecs}:cluster/{cluster}";

    public string TaskDefinitionArn => $"{Ecs}:task-definition/{name}:1";

    private string Ecs => $"arn:aws:ecs:{region}:{account}";

    public JsonObject Shown() => AwsOutput.Of(
        ("serviceArn", Arn),
        ("serviceName", name),
        ("clusterArn", ClusterArn),
        ("status", "ACTIVE"),
        ("desiredCount", 1),
        ("runningCount", 1),
        ("pendingCount", 0),
        ("launchType", "FARGATE"),
        ("taskDefinition", TaskDefinitionArn),
        ("createdAt", AwsOutput.Time(created)),
        ("schedulingStrategy", "REPLICA"));

    public JsonObject Definition()
    {
        JsonObject container = AwsOutput.Of(
            ("name", name),
            ("image", $"{account}.dkr.ecr.{region}.amazonaws.com/{name}:latest"),
            ("cpu", 0),
            ("essential", true),
            ("environment", new JsonArray()),
            ("secrets", new JsonArray([.. secrets.Select(static s => new JsonObject { ["name"] = s.Key, ["valueFrom"] = s.Value })])));
        return AwsOutput.Of(
            ("taskDefinitionArn", TaskDefinitionArn),
            ("containerDefinitions", new JsonArray(container)),
            ("family", name),
            ("taskRoleArn", taskRole),
            ("executionRoleArn", executionRole),
            ("networkMode", "awsvpc"),
            ("revision", 1),
            ("status", "ACTIVE"),
            ("requiresCompatibilities", new JsonArray("FARGATE")),
            ("cpu", "256"),
            ("memory", "512"));
    }
}
