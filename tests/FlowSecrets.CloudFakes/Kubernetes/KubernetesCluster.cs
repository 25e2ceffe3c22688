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

            (metadata["name"], metadata["namespace"], metadata["resourceVersion"], metadata["generation"]) = (
                name,
                space,
                (++_version).ToString(),
                1
            );
            if (kind.IsCluster)
            {
                metadata.Remove("namespace");
            }

            _objects[(kind.Plural, space, name)] = whole;
        }
    }

    /// <summary>Changes it in place. Another specification is another generation.</summary>
    /// <param name="expected">The version that it must have; null: any.</param>
    /// <returns>A copy of it before and one of it after.</returns>
    /// <exception cref="KubernetesError">It is not there, or has another version.</exception>
    public (JsonObject Before, JsonObject After) Change(
        KubernetesKind kind,
        string space,
        string name,
        Action<JsonObject> change,
        string? expected = null
    )
    {
        lock (_lock)
        {
            JsonObject found = _objects.GetValueOrDefault((kind.Plural, space, name)) ?? throw KubernetesError.NotFound(kind, name);
            JsonObject before = (JsonObject)found.DeepClone();
            if (expected is not null && expected != (string?)found["metadata"]!["resourceVersion"])
            {
                throw KubernetesError.Conflict(kind, name);
            }

            change(found);
            JsonNode metadata = found["metadata"]!;
            if (!JsonNode.DeepEquals(before, found))
            {
                metadata["resourceVersion"] = (++_version).ToString();
            }

            if (!JsonNode.DeepEquals(before["spec"], found["spec"]))
            {
                metadata["generation"] = (int)metadata["generation"]! + 1;
            }

            return (before, (JsonObject)found.DeepClone());
        }
    }

    /// <summary>Copies of all objects of a kind, in the order in which they were made.</summary>
    /// <param name="space">Empty: those in no namespace.</param>
    public IReadOnlyList<JsonObject> List(KubernetesKind kind, string space)
    {
        lock (_lock)
        {
            return
            [
                .. _objects
                    .Where(o => o.Key.Plural == kind.Plural && (space == KubernetesCall.Everywhere || o.Key.Space == space))
                    .Select(static o => (JsonObject)o.Value.DeepClone()),
            ];
        }
    }

    public void Remove(KubernetesKind kind, string space, string name)
    {
        lock (_lock)
        {
            _objects.Remove((kind.Plural, space, name));
        }
    }

    /// <summary>Copies of all workloads of a namespace.</summary>
    public IReadOnlyList<(KubernetesKind Kind, JsonObject Object)> Workloads(string space)
    {
        lock (_lock)
        {
            return
            [
                .. _objects
                    .Where(o => o.Key.Space == space)
                    .Select(static o => (KubernetesKind.All.First(k => k.Plural == o.Key.Plural), (JsonObject)o.Value.DeepClone()))
                    .Where(static o => o.Item1.IsWorkload),
            ];
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
