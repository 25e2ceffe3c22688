using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Gcp.Iam;

namespace FlowSecrets.CloudFakes.Gcp.Services;

/// <summary>Cloud Logging: the entries of the admin activity log.</summary>
internal sealed class GcpLogOperations(GcpWorld world)
{
    private const int MostEntries = 1000;

    public IEnumerable<GcpRoute> Routes() =>
        [new("LogEntries.List", GcpService.Logging, "POST", "v2/entries:list", "logging.logEntries.list", List) { Target = Project }];

    private string Project(GcpCall call) =>
        (string?)call.Body().Array("resourceNames")?.FirstOrDefault() ?? "projects/" + world.Options.Project;

    private GcpResult List(GcpCall call)
    {
        JsonObject body = call.Body();
        string project = world.Projects.IdOf(world.Names.Canonical(Project(call)).Split('/')[1]);
        Func<JsonObject, bool> matches = GcpLogFilter.Parse(body.Text("filter"));
        IEnumerable<JsonObject> found = world.Audit.Entries.Where(e =>
            e["logName"]!.ToString().StartsWith($"projects/{project}/", StringComparison.Ordinal) && matches(e)
        );
        if (body.Text("orderBy")?.EndsWith("desc", StringComparison.Ordinal) == true)
        {
            found = found.Reverse();
        }

        int size = (int)(body.Long("pageSize") ?? MostEntries);
        int start = int.TryParse(body.Text("pageToken"), out int given) ? given : 0;
        JsonNode[] page = [.. found.Skip(start).Take(size).Select(static e => e.DeepClone())];
        JsonObject result = page.Length == 0 ? [] : new JsonObject { ["entries"] = new JsonArray(page) };
        if (found.Skip(start + size).Any())
        {
            result["nextPageToken"] = (start + size).ToString();
        }

        return new GcpResult(result);
    }
}
