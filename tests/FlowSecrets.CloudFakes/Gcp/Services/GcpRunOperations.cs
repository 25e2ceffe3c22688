using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Gcp.Access;

namespace FlowSecrets.CloudFakes.Gcp.Services;

/// <summary>Cloud Run Admin v2: a service and the account that it runs as.</summary>
internal sealed class GcpRunOperations(GcpWorld world)
{
    public IEnumerable<GcpRoute> Routes() =>
    [
        new("RunServices.Get", GcpService.Run, "GET", "v2/projects/{project}/locations/{location}/services/{service}", "run.services.get", Get),
    ];

    private GcpResult Get(GcpCall call)
    {
        if (!world.RunServices.TryGetValue(world.Names.Canonical(call.Between()), out string? account))
        {
            throw new GcpError(404, "NOT_FOUND", $"Resource '{call.Ids["service"]}' of kind 'SERVICE' in region '{call.Ids["location"]}' in project '{call.Ids["project"]}' does not exist.");
        }

        string number = world.Projects.NumberOf(call.Ids["project"]);
        return new GcpResult(new JsonObject
        {
            ["name"] = $"projects/{world.Projects.IdOf(number)}/locations/{call.Ids["location"]}/services/{call.Ids["service"]}",
            ["generation"] = "1",
            ["template"] = new JsonObject
            {
                ["serviceAccount"] = account.Length > 0 ? account : $"{number}-compute@developer.gserviceaccount.com",
                ["containers"] = new JsonArray(new JsonObject { ["image"] = "us-docker.pkg.dev/cloudrun/container/hello" }),
            },
            ["terminalCondition"] = new JsonObject { ["type"] = "Ready", ["state"] = "CONDITION_SUCCEEDED" },
            ["etag"] = "\"CA\"",
        });
    }
}
