using System.Text.Json.Nodes;

namespace FlowSecrets.CloudFakes.Gcp.SecretManager;

/// <summary>Where secrets can lie.</summary>
internal static class GcpLocations
{
    public static GcpResult List(GcpStore store, GcpCall call) =>
        new(new JsonObject { ["locations"] = new JsonArray([.. store.Locations.Select(l => Entry(call.Path.Project, l))]) });

    public static GcpResult Get(GcpCall call) => new(Entry(call.Path.Project, call.Path.Location!));

    private static JsonObject Entry(string project, string location) =>
        new() { ["name"] = $"projects/{project}/locations/{location}", ["locationId"] = location };
}
