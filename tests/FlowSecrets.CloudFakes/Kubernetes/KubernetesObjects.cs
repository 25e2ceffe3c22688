using System.Text.Json.Nodes;

namespace FlowSecrets.CloudFakes.Kubernetes;

/// <summary>Objects as their server fills them in, as far as anybody here looks.</summary>
internal static class KubernetesObjects
{
    public static JsonObject Workload(string? serviceAccount)
    {
        JsonObject pod = new() { ["containers"] = new JsonArray(new JsonObject { ["name"] = "main", ["image"] = "registry.example/app:1" }) };
        if (serviceAccount is not null)
        {
            // The server keeps the old name of the field beside the new one.
            (pod["serviceAccount"], pod["serviceAccountName"]) = (serviceAccount, serviceAccount);
        }

        return new JsonObject { ["spec"] = new JsonObject { ["template"] = new JsonObject { ["metadata"] = new JsonObject(), ["spec"] = pod } } };
    }

    public static JsonObject Namespace(string name) => new() { ["apiVersion"] = "v1", ["kind"] = "Namespace", ["metadata"] = new JsonObject { ["name"] = name } };

    public static JsonObject Annotated(IReadOnlyCollection<(string Key, string Value)> annotations) => annotations.Count == 0 ? [] : new JsonObject
    {
        ["metadata"] = new JsonObject { ["annotations"] = new JsonObject(annotations.Select(static a => KeyValuePair.Create(a.Key, (JsonNode?)a.Value))) },
    };
}
