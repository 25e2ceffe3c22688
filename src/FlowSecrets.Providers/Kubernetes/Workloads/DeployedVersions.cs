using System.Text.Json;
using System.Text.Json.Nodes;
using FlowSecrets.Model;
using FlowSecrets.Text;

namespace FlowSecrets.Providers.Kubernetes.Workloads;

/// <summary>Our annotation on a pod template: which versions of secrets its pods were started with, store name by store name.</summary>
internal sealed class DeployedVersions
{
    private readonly SortedDictionary<string, string> _versions = new(StringComparer.Ordinal);

    /// <param name="annotation">Null, or what is no such text: nothing is known.</param>
    public DeployedVersions(string? annotation)
    {
        try
        {
            foreach (
                (string name, JsonNode? version) in annotation is not null && JsonNode.Parse(annotation) is JsonObject json ? json : []
            )
            {
                if (version.Text() is { } text)
                {
                    _versions[name] = text;
                }
            }
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            // Somebody else's text, or a name twice.
            _versions.Clear();
        }
    }

    public string? Of(string storeName) => _versions.GetValueOrDefault(storeName);

    public bool Have(IEnumerable<WorkloadSecret> secrets) => secrets.All(s => Of(s.StoreName) == s.Version);

    /// <summary>With these in their new version, and what is there of others.</summary>
    public string With(IEnumerable<WorkloadSecret> secrets)
    {
        foreach (WorkloadSecret secret in secrets)
        {
            _versions[secret.StoreName] = secret.Version;
        }

        return JsonSerializer.Serialize(_versions);
    }
}
