using System.Text.Json.Nodes;

namespace FlowSecrets.CloudFakes.Aws.Ecs;

/// <summary>Families of task definitions with their revisions.</summary>
internal sealed class AwsTaskDefinitions(string account, string region)
{
    private readonly Dictionary<string, List<(JsonObject Definition, JsonArray Tags)>> _families = new(StringComparer.Ordinal);

    /// <param name="family">With a revision, or without one for the newest; an ARN will do.</param>
    /// <returns>Null: there is none.</returns>
    public (JsonObject Definition, JsonArray Tags)? Find(string family)
    {
        string[] parts = family[(family.LastIndexOf('/') + 1)..].Split(':');
        return !_families.TryGetValue(parts[0], out List<(JsonObject, JsonArray)>? revisions) ? null
            : parts.Length == 1 ? revisions[^1]
            : int.TryParse(parts[1], out int revision) && revision > 0 && revision <= revisions.Count ? revisions[revision - 1]
            : null;
    }

    public (JsonObject Definition, JsonArray Tags) Register(JsonObject request, DateTimeOffset now)
    {
        string family = (string)request["family"]!;
        if (!_families.TryGetValue(family, out List<(JsonObject Definition, JsonArray Tags)>? revisions))
        {
            _families.Add(family, revisions = []);
        }

        JsonObject definition = (JsonObject)request.DeepClone();
        JsonArray tags = (JsonArray?)definition["tags"]?.DeepClone() ?? [];
        definition.Remove("tags");
        foreach (JsonObject container in definition["containerDefinitions"]!.AsArray().OfType<JsonObject>())
        {
            container["environment"] ??= new JsonArray();
        }

        definition["taskDefinitionArn"] = $"arn:aws:ecs:{region}:{account}:task-definition/{family}:{revisions.Count + 1}";
        definition["revision"] = revisions.Count + 1;
        definition["status"] = "ACTIVE";
        definition["requiresAttributes"] = new JsonArray(new JsonObject { ["name"] = "ecs.capability.secrets.asm.environment-variables" });
        definition["compatibilities"] = new JsonArray("EC2", "FARGATE");
        definition["registeredAt"] = AwsOutput.Time(now);
        definition["registeredBy"] = $"arn:aws:iam::{account}:user/tester";
        revisions.Add((definition, tags));
        return (definition, tags);
    }
}
