using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Gcp.Iam;

namespace FlowSecrets.CloudFakes.Gcp.Services;

/// <summary>Service Usage: which APIs a project has. Enabling is an operation that has to be asked for again.</summary>
internal sealed class GcpUsageOperations(GcpWorld world)
{
    private const string One = "v1/projects/{project}/services/{service}";

    public IEnumerable<GcpRoute> Routes() =>
        [
            new(
                "Services.Get",
                GcpService.Usage,
                "GET",
                One,
                "serviceusage.services.get",
                call => new GcpResult(Shown(call.Ids["project"], call.Ids["service"]))
            )
            {
                Target = Project,
            },
            new("Services.Enable", GcpService.Usage, "POST", One + ":enable", "serviceusage.services.enable", Enable)
            {
                Target = Project,
                Writes = true,
            },
            new("Services.Disable", GcpService.Usage, "POST", One + ":disable", "serviceusage.services.disable", Disable)
            {
                Target = Project,
                Writes = true,
            },
            new(
                "Services.BatchEnable",
                GcpService.Usage,
                "POST",
                "v1/projects/{project}/services:batchEnable",
                "serviceusage.services.enable",
                EnableMany
            )
            {
                Target = Project,
                Writes = true,
            },
            new("Operations.Get", GcpService.Usage, "GET", "v1/operations/{operation}", null, Operation),
        ];

    private static string Project(GcpCall call) => "projects/" + call.Ids["project"];

    private GcpResult Enable(GcpCall call)
    {
        world.Apis.Enable(call.Ids["service"]);
        return Pending(call);
    }

    private GcpResult EnableMany(GcpCall call)
    {
        foreach (JsonNode? service in call.Body().Array("serviceIds") ?? [])
        {
            world.Apis.Enable((string)service!);
        }

        return Pending(call);
    }

    private GcpResult Disable(GcpCall call)
    {
        world.Apis.Disable(call.Ids["service"]);
        return Pending(call);
    }

    private GcpResult Pending(GcpCall call) =>
        new(new JsonObject { ["name"] = $"operations/acat.p2-{world.Projects.NumberOf(call.Ids["project"])}-{Guid.NewGuid()}" });

    private static GcpResult Operation(GcpCall call) =>
        new(
            new JsonObject
            {
                ["name"] = "operations/" + call.Ids["operation"],
                ["done"] = true,
                ["response"] = new JsonObject { ["@type"] = "type.googleapis.com/google.api.serviceusage.v1.EnableServiceResponse" },
            }
        );

    private JsonObject Shown(string project, string service)
    {
        string parent = "projects/" + world.Projects.NumberOf(project);
        return new JsonObject
        {
            ["name"] = $"{parent}/services/{service}",
            ["parent"] = parent,
            ["config"] = new JsonObject { ["name"] = service },
            ["state"] = world.Apis.Contains(service) ? "ENABLED" : "DISABLED",
        };
    }
}
