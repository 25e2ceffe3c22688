namespace FlowSecrets.Providers.Kubernetes.Workloads;

/// <summary>The Kubernetes Secrets that a pod template uses, by name. Owns them.</summary>
internal sealed class KubernetesSecrets : IDisposable
{
    private readonly Dictionary<string, KubernetesSecret> _byName = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, KubernetesSecret> ByName => _byName;

    /// <summary>When any of them was last changed; null: not known.</summary>
    public DateTimeOffset? Changed => _byName.Values.Max(static s => s.Changed);

    public static async Task<KubernetesSecrets> ReadAsync(
        KubernetesCluster cluster,
        PodTemplate template,
        CancellationToken cancellationToken
    )
    {
        KubernetesSecrets secrets = new();
        try
        {
            foreach (string name in template.Uses.Select(static u => u.Secret).Distinct(StringComparer.Ordinal))
            {
                secrets._byName[name] = await cluster.ReadSecretAsync(name, cancellationToken);
            }

            return secrets;
        }
        catch
        {
            secrets.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (KubernetesSecret secret in _byName.Values)
        {
            secret.Dispose();
        }
    }
}
