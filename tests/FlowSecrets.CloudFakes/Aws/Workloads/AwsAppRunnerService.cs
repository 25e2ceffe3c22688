using System.Text.Json.Nodes;

namespace FlowSecrets.CloudFakes.Aws;

/// <summary>A service of App Runner.</summary>
internal sealed class AwsAppRunnerService(string account, string region, string name, string? instanceRole, IReadOnlyDictionary<string, string> secrets, DateTimeOffset created)
{
    private readonly string _id = Guid.NewGuid().ToString("N");

    public string Account => account;

    public string Arn => $"arn:aws:apprunner:{region}:{account}:service/{name}/{_id}";

    public JsonObject Summary() => AwsOutput.Of(
        ("ServiceName", name),
        ("ServiceId", _id),
        ("ServiceArn", Arn),
        ("ServiceUrl", $"{_id[..10]}.{region}.awsapprunner.com"),
        ("CreatedAt", AwsOutput.Time(created)),
        ("UpdatedAt", AwsOutput.Time(created)),
        ("Status", "RUNNING"));

    public JsonObject Shown()
    {
        JsonObject configuration = AwsOutput.Of(("Port", "8080"), ("RuntimeEnvironmentSecrets", secrets.Count == 0 ? null : new JsonObject(secrets.Select(static s => KeyValuePair.Create<string, JsonNode?>(s.Key, s.Value)))));
        JsonObject shown = Summary();
        shown["SourceConfiguration"] = new JsonObject
        {
            ["ImageRepository"] = new JsonObject { ["ImageIdentifier"] = $"{account}.dkr.ecr.{region}.amazonaws.com/{name}:latest", ["ImageConfiguration"] = configuration, ["ImageRepositoryType"] = "ECR" },
            ["AutoDeploymentsEnabled"] = false,
        };
        shown["InstanceConfiguration"] = AwsOutput.Of(("Cpu", "1024"), ("Memory", "2048"), ("InstanceRoleArn", instanceRole));
        shown["NetworkConfiguration"] = new JsonObject { ["EgressConfiguration"] = new JsonObject { ["EgressType"] = "DEFAULT" }, ["IngressConfiguration"] = new JsonObject { ["IsPubliclyAccessible"] = true } };
        shown["AutoScalingConfigurationSummary"] = new JsonObject { ["AutoScalingConfigurationName"] = "DefaultConfiguration", ["AutoScalingConfigurationRevision"] = 1 };
        return shown;
    }
}
