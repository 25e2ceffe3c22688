using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Aws.Services;
using FlowSecrets.CloudFakes.Aws.Workloads;
using FlowSecrets.CloudFakes.Hosting;

namespace FlowSecrets.CloudFakes.Aws.Ecs;

/// <summary>DescribeServices, UpdateService, DescribeTaskDefinition and RegisterTaskDefinition of ECS.</summary>
internal sealed class AwsEcsOperations(AwsWorkloads workloads)
{
    /// <summary>
    /// What AWS adds to a definition. It passes over what it does not know; the fake does not, so that a copy with these shows.
    /// </summary>
    private static readonly string[] ReadOnly =
    [
        "taskDefinitionArn",
        "revision",
        "status",
        "requiresAttributes",
        "compatibilities",
        "registeredAt",
        "registeredBy",
    ];

    public AwsService Service(Lock @lock) =>
        new AwsService(@lock)
            .Read("DescribeServices", Describe)
            .Read("DescribeTaskDefinition", Define)
            .Write("RegisterTaskDefinition", Register)
            .Write("UpdateService", Update);

    private Reply Describe(AwsVisit visit)
    {
        JsonObject body = visit.Call.Body();
        string cluster = LastPart(body.Text("cluster") ?? "default");
        AwsEcsService[] here = [.. Mine(visit).Where(s => s.Cluster == cluster)];
        string[] wanted = [.. body.Texts("services", 10) ?? throw new AwsError("InvalidParameterException", "Services cannot be empty.")];
        foreach (string service in wanted)
        {
            visit.Demand(ArnOf(visit, cluster, service));
        }

        if (here.Length == 0)
        {
            throw new AwsError("ClusterNotFoundException", "Cluster not found.");
        }

        JsonArray failures =
        [
            .. wanted
                .Where(w => !Array.Exists(here, s => s.Name == LastPart(w)))
                .Select(w => new JsonObject { ["arn"] = ArnOf(visit, cluster, w), ["reason"] = "MISSING" }),
        ];
        return visit.Json(
            new JsonObject
            {
                ["services"] = new JsonArray([.. here.Where(s => wanted.Any(w => s.Name == LastPart(w))).Select(s => s.Seen(visit.Now))]),
                ["failures"] = failures,
            }
        );
    }

    private Reply Define(AwsVisit visit)
    {
        visit.Demand("*");
        JsonObject body = visit.Call.Body();
        (JsonObject definition, JsonArray tags) = DefinitionOf(body.RequiredText("taskDefinition"));
        return visit.Json(
            new JsonObject
            {
                ["taskDefinition"] = definition.DeepClone(),
                ["tags"] = body.Texts("include", 1) is null ? new JsonArray() : tags.DeepClone(),
            }
        );
    }

    private Reply Register(AwsVisit visit)
    {
        visit.Demand("*");
        JsonObject body = visit.Call.Body();
        body.RequiredText("family");
        if (Array.Find(ReadOnly, body.ContainsKey) is { } foreign)
        {
            throw new AwsError("InvalidParameterException", $"Unknown parameter in input: \"{foreign}\"");
        }

        IReadOnlyList<JsonObject> containers = body.Objects("containerDefinitions");
        if (containers.Count == 0)
        {
            throw new AwsError("ClientException", "Container list cannot be empty.");
        }

        foreach (JsonObject container in containers)
        {
            string[] names =
            [
                .. container.Objects("secrets").Concat(container.Objects("environment")).Select(static e => e.RequiredText("name")),
            ];
            if (names.Length != names.Distinct(StringComparer.Ordinal).Count())
            {
                throw new AwsError(
                    "ClientException",
                    "The secret name must be unique and not shared with any new or existing environment variables set on the container."
                );
            }
        }

        foreach (string role in new[] { body.Text("executionRoleArn"), body.Text("taskRoleArn") }.OfType<string>())
        {
            if (visit.Decide("iam:PassRole", role) is { Reason: { } reason })
            {
                throw visit.Denied(role, reason, "iam:PassRole");
            }
        }

        (JsonObject definition, JsonArray tags) = workloads.Definitions.Register(body, visit.Now);
        visit.Touch("AWS::ECS::TaskDefinition", (string)definition["taskDefinitionArn"]!);
        return visit.Json(new JsonObject { ["taskDefinition"] = definition.DeepClone(), ["tags"] = tags.DeepClone() });
    }

    private Reply Update(AwsVisit visit)
    {
        JsonObject body = visit.Call.Body();
        string cluster = LastPart(body.Text("cluster") ?? "default");
        string name = LastPart(body.RequiredText("service"));
        visit.Demand(ArnOf(visit, cluster, name));
        AwsEcsService service =
            Mine(visit).FirstOrDefault(s => s.Cluster == cluster && s.Name == name)
            ?? throw new AwsError("ServiceNotFoundException", "Service not found.");
        service.Desired = body.Number("desiredCount", 0, 5000) ?? service.Desired;
        string? revision = body.Text("taskDefinition") is { } wanted ? (string)DefinitionOf(wanted).Definition["taskDefinitionArn"]! : null;
        if (body.Flag("forceNewDeployment") || (revision is not null && revision != service.TaskDefinition))
        {
            if (service.Controller != "ECS")
            {
                throw new AwsError(
                    "InvalidParameterException",
                    $"Unable to update task definition on services with a {service.Controller} deployment "
                        + $"controller.{(service.Controller == "CODE_DEPLOY" ? " Use AWS CodeDeploy to trigger a new deployment." : "")}"
                );
            }

            service.Deploy(revision, visit.Now);
        }

        visit.Touch("AWS::ECS::Service", service.Arn);
        return visit.Json(new JsonObject { ["service"] = service.Shown() });
    }

    private (JsonObject Definition, JsonArray Tags) DefinitionOf(string name) =>
        workloads.Definitions.Find(name) ?? throw new AwsError("ClientException", "Unable to describe task definition.");

    private IEnumerable<AwsEcsService> Mine(AwsVisit visit) => workloads.Ecs.Where(s => s.Account == visit.Caller.Account);

    private static string ArnOf(AwsVisit visit, string cluster, string service) =>
        $"arn:aws:ecs:{visit.Region}:{visit.Caller.Account}:service/{cluster}/{LastPart(service)}";

    private static string LastPart(string arn) => arn[(arn.LastIndexOf('/') + 1)..];
}
