using System.Text.Json.Nodes;

namespace FlowSecrets.CloudFakes.Kubernetes;

/// <summary>The External Secrets Operator: an ExternalSecret that is changed fills the Kubernetes Secret of its name anew.</summary>
internal sealed class KubernetesOperator(KubernetesCluster cluster, Func<DateTimeOffset> now)
{
    private readonly Lock _lock = new();
    private int _stale;
    private int _syncs;

    public Func<string, IReadOnlyDictionary<string, string>>? Source { get; set; }

    /// <summary>Refreshes that succeed, but get an older version.</summary>
    public int StaleSyncs
    {
        get => Volatile.Read(ref _stale);
        set => Volatile.Write(ref _stale, value);
    }

    public int Syncs => Volatile.Read(ref _syncs);

    public string? Error { get; set; }

    /// <summary>What the cloud has; null: <see cref="Source"/> says what is delivered.</summary>
    public Func<ExternalRead, string>? Cloud { get; set; }

    public void Sync(string space, string name)
    {
        lock (_lock)
        {
            _syncs++;
            if (Cloud is { } cloud)
            {
                new KubernetesReconciler(cluster, now, cloud).Run(space, name);
                return;
            }

            bool isFresh = Error is null && _stale-- <= 0;
            JsonObject found = cluster
                .Change(KubernetesKind.ExternalSecret, space, name, resource => resource["status"] = Status(resource))
                .After;
            if (isFresh && Source is not null && (string?)found["spec"]?["refreshPolicy"] != "CreatedOnce")
            {
                JsonObject secret = KubernetesObjects.Secret(Source(name), name, now());
                if (!JsonNode.DeepEquals(secret["data"], cluster.Find(KubernetesKind.Secret, space, name)?["data"]))
                {
                    cluster.Put(KubernetesKind.Secret, space, name, secret);
                }
            }
        }
    }

    private JsonObject Status(JsonObject resource)
    {
        JsonObject condition = new()
        {
            ["type"] = "Ready",
            ["status"] = Error is null ? "True" : "False",
            ["reason"] = Error is null ? "SecretSynced" : "SecretSyncedError",
            ["message"] = Error ?? "secret synced",
        };
        JsonObject status = new() { ["conditions"] = new JsonArray(condition) };
        if ((Error is null ? KubernetesObjects.Time(now()) : (string?)resource["status"]?["refreshTime"]) is { } time)
        {
            status["refreshTime"] = time;
        }

        if (Error is null)
        {
            status["syncedResourceVersion"] = KubernetesReconciler.VersionOf(resource);
        }

        return status;
    }
}
