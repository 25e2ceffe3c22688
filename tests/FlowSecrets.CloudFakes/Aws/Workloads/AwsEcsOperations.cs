using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Hosting;

namespace FlowSecrets.CloudFakes.Aws;

/// <summary>DescribeServices and DescribeTaskDefinition of ECS.</summary>
internal sealed class AwsEcsOperations(AwsWorkloads workloads)
{
    public AwsService Service(Lock @lock) => new AwsService(@lock).Read("DescribeServices", Describe).Read("DescribeTaskDefinition", Define);

    private Reply Describe(AwsVisit visit)
    {
        JsonObject body = visit.Call.Body();
        string cluster = LastPart(body.Text("cluster") ?? "default");
        AwsEcsService[] here = [.. Mine(visit).Where(s => s.Cluster == cluster)];
        string[] wanted = [.. body.Texts("services", 10) ?? throw new AwsError("InvalidParameterException", "Services cannot be empty.")];
        foreach (string service in wanted)
        {
            visit.Demand($"arn:aws:ecs:{visit.Region}:{visit.Caller.Account}:service/{cluster}/{LastPart(service)}");
        }

        if (here.Length == 0)
        {
            throw new AwsError("ClusterNotFoundException", "Cluster not found.");
        }

        JsonArray failures = [.. wanted.Where(w => !Array.Exists(here, s => s.Name == LastPart(w)))
            .Select(w => new JsonObject { ["arn"] = $"arn:aws:ecs:{visit.Region}:{visit.Caller.Account}:service/{cluster}/{LastPart(w)}", ["reason"] = "MISSING" })];
        return visit.Json(new JsonObject { ["services"] = new JsonArray([.. here.Where(s => wanted.Any(w => s.Name == LastPart(w))).Select(static s => s.Shown())]), ["failures"] = failures });
    }

    private Reply Define(AwsVisit visit)
    {
        visit.Demand("*");
        string name = LastPart(visit.Call.Body().RequiredText("taskDefinition"));
        AwsEcsService service = Mine(visit).FirstOrDefault(s => name == s.Name || name == LastPart(s.TaskDefinitionArn)) ?? throw new AwsError("ClientException", "Unable to describe task definition.");
        return visit.Json(new JsonObject { ["taskDefinition"] = service.Definition(), ["tags"] = new JsonArray() });
    }

    private IEnumerable<AwsEcsService> Mine(AwsVisit visit) => workloads.Ecs.Where(s => s.Account == visit.Caller.Account);

    private static string LastPart(string arn) => arn[(arn.LastIndexOf('/') + 1)..];
}
