using System.Text;
using System.Text.Json.Nodes;

namespace FlowSecrets.CloudFakes.Kubernetes;

/// <summary>Objects as their server fills them in, as far as anybody here looks.</summary>
internal static class KubernetesObjects
{
    public static JsonObject Workload(string? serviceAccount)
    {
        JsonObject pod = new()
        {
            ["containers"] = new JsonArray(new JsonObject { ["name"] = "main", ["image"] = "registry.example/app:1" }),
        };
        if (serviceAccount is not null)
        {
            // The server keeps the old name of the field beside the new one.
            (pod["serviceAccount"], pod["serviceAccountName"]) = (serviceAccount, serviceAccount);
        }

        return new JsonObject
        {
            ["spec"] = new JsonObject
            {
                ["template"] = new JsonObject { ["metadata"] = new JsonObject(), ["spec"] = pod },
            },
        };
    }

    /// <summary>A workload of two pods that are known by the label app=NAME.</summary>
    public static JsonObject Workload(string name, JsonObject template)
    {
        JsonObject whole = (JsonObject)template.DeepClone();
        JsonObject metadata = whole["metadata"] as JsonObject ?? [];
        metadata["labels"] = new JsonObject { ["app"] = name };
        whole["metadata"] = metadata;
        return new JsonObject
        {
            ["spec"] = new JsonObject
            {
                ["replicas"] = 2,
                ["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["app"] = name } },
                ["template"] = whole,
            },
        };
    }

    public static JsonObject Operator(int replicas, int ready, string account)
    {
        JsonObject content = Workload(account);
        content["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["app.kubernetes.io/name"] = "external-secrets" } };
        content["spec"]!["replicas"] = replicas;
        content["status"] = new JsonObject { ["replicas"] = replicas, ["readyReplicas"] = ready };
        return content;
    }

    public static JsonObject Secret(IEnumerable<KeyValuePair<string, string>> data, string? externalSecret, DateTimeOffset now)
    {
        JsonObject metadata = new()
        {
            ["managedFields"] = new JsonArray(
                new JsonObject
                {
                    ["manager"] = "external-secrets",
                    ["operation"] = "Update",
                    ["time"] = Time(now),
                }
            ),
        };
        if (externalSecret is not null)
        {
            metadata["ownerReferences"] = new JsonArray(
                new JsonObject
                {
                    ["apiVersion"] = KubernetesKind.ExternalSecret.ApiVersion,
                    ["kind"] = KubernetesKind.ExternalSecret.Kind,
                    ["name"] = externalSecret,
                    ["controller"] = true,
                }
            );
        }

        return new JsonObject
        {
            ["metadata"] = metadata,
            ["type"] = "Opaque",
            ["data"] = new JsonObject(
                data.Select(static d => KeyValuePair.Create(d.Key, (JsonNode?)Convert.ToBase64String(Encoding.UTF8.GetBytes(d.Value))))
            ),
        };
    }

    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'");

    public static JsonObject List(IEnumerable<JsonObject> items) =>
        new()
        {
            ["apiVersion"] = "v1",
            ["kind"] = "List",
            ["metadata"] = new JsonObject { ["resourceVersion"] = "" },
            ["items"] = new JsonArray([.. items]),
        };

    public static JsonObject Namespace(string name) =>
        new()
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Namespace",
            ["metadata"] = new JsonObject { ["name"] = name },
        };

    public static JsonObject Annotated(IReadOnlyCollection<(string Key, string Value)> annotations) =>
        annotations.Count == 0
            ? []
            : new JsonObject
            {
                ["metadata"] = new JsonObject
                {
                    ["annotations"] = new JsonObject(annotations.Select(static a => KeyValuePair.Create(a.Key, (JsonNode?)a.Value))),
                },
            };
}
