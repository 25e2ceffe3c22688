using System.Text.Json.Nodes;

namespace FlowSecrets.CloudFakes.Kubernetes;

/// <summary>Changes as kubectl sends them. A null takes a member out.</summary>
internal static class KubernetesPatch
{
    /// <summary>Lists whose items are known by their name, and not replaced whole, in a strategic merge.</summary>
    private static readonly string[] Named = ["containers", "initContainers", "env", "volumes"];

    /// <exception cref="KubernetesError">It is of another type.</exception>
    public static void Apply(JsonObject target, JsonObject patch, string contentType)
    {
        switch (contentType.Split(';')[0])
        {
            case "application/merge-patch+json":
                Merge(target, patch, isStrategic: false);
                break;
            case "application/strategic-merge-patch+json":
                Merge(target, patch, isStrategic: true);
                break;
            default:
                throw KubernetesError.NoSuchPatch();
        }
    }

    private static void Merge(JsonObject target, JsonObject patch, bool isStrategic)
    {
        if (isStrategic && (string?)patch["$patch"] == "replace")
        {
            target.Clear();
        }

        foreach ((string name, JsonNode? value) in patch.Where(p => !isStrategic || p.Key[0] != '$'))
        {
            switch (value)
            {
                case null:
                    target.Remove(name);
                    break;
                case JsonObject inner:
                    if (target[name] is not JsonObject existing)
                    {
                        target[name] = existing = [];
                    }

                    Merge(existing, inner, isStrategic);
                    break;
                case JsonArray list when isStrategic && Named.Contains(name):
                    if (target[name] is not JsonArray items)
                    {
                        target[name] = items = [];
                    }

                    MergeItems(items, list);
                    break;
                default:
                    target[name] = value.DeepClone();
                    break;
            }
        }
    }

    private static void MergeItems(JsonArray target, JsonArray patch)
    {
        foreach (JsonObject item in patch.OfType<JsonObject>())
        {
            JsonObject? existing = target.OfType<JsonObject>().FirstOrDefault(t => (string?)t["name"] == (string?)item["name"]);
            if ((string?)item["$patch"] == "delete")
            {
                target.Remove(existing);
                continue;
            }

            if (existing is null)
            {
                target.Add(existing = []);
            }

            Merge(existing, item, isStrategic: true);
        }
    }
}
