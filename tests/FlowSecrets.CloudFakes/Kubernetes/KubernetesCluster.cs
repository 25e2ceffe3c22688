using System.Text.Json.Nodes;

namespace FlowSecrets.CloudFakes.Kubernetes;

/// <summary>All objects, under one lock. Who reads one gets a copy.</summary>
internal sealed class KubernetesCluster
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Plural, string Space, string Name), JsonObject> _objects = [];
    private int _version = 1000;

    /// <summary>Puts it in place of what is there; kind, name and version are filled in.</summary>
    public void Put(KubernetesKind kind, string space, string name, JsonObject content)
    {
        lock (_lock)
        {
            JsonObject whole = new() { ["apiVersion"] = kind.ApiVersion, ["kind"] = kind.Kind };
            foreach ((string key, JsonNode? value) in content)
            {
                whole[key] = value?.DeepClone();
            }

            if (whole["metadata"] is not JsonObject metadata)
            {
                whole["metadata"] = metadata = [];
            }

            (metadata["name"], metadata["namespace"], metadata["resourceVersion"]) = (name, space, (++_version).ToString());
            _objects[(kind.Plural, space, name)] = whole;
        }
    }

    public JsonObject? Find(KubernetesKind kind, string space, string name)
    {
        lock (_lock)
        {
            return _objects.TryGetValue((kind.Plural, space, name), out JsonObject? found) ? (JsonObject)found.DeepClone() : null;
        }
    }

    /// <summary>A namespace is there when something is in it.</summary>
    public bool HasSpace(string space)
    {
        lock (_lock)
        {
            return _objects.Keys.Any(k => k.Space == space);
        }
    }
}
