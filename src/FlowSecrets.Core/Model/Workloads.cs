using FlowSecrets.Values;

namespace FlowSecrets.Model;

/// <summary>A secret as a workload should run with it. Its values belong to whoever made it.</summary>
/// <param name="StoreName">The store's name of it.</param>
/// <param name="Version">The version that it should run with.</param>
internal sealed record WorkloadSecret(string StoreName, string Version)
{
    /// <summary>Since when that version is current, in UTC; what was started earlier runs with an older one. Null: not known.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>The text that each environment variable should carry.</summary>
    public IReadOnlyDictionary<string, SecretValue> Variables { get; init; } = new Dictionary<string, SecretValue>(StringComparer.Ordinal);

    /// <summary>Texts that must no longer be where the workload gets its variables from: the values before.</summary>
    public IReadOnlyList<SecretValue> Outdated { get; init; } = [];

    /// <summary>The variable that carries the value before, during the overlap; null: none.</summary>
    public string? PreviousVariable { get; init; }

    /// <summary>The version for that variable; null: the variable is taken out.</summary>
    public string? PreviousVersion { get; init; }
}

/// <summary>How a workload is.</summary>
internal enum WorkloadHealth
{
    Healthy,

    /// <summary>A deployment is under way.</summary>
    Deploying,
    Failed,

    /// <summary>It is told not to deploy: a paused Deployment.</summary>
    Paused,
}

/// <param name="Health">Healthy, Deploying, Failed or Paused.</param>
/// <param name="Versions">What it runs with, one entry for each secret that was asked for.</param>
internal sealed record WorkloadState(WorkloadHealth Health, IReadOnlyList<WorkloadVersion> Versions)
{
    /// <summary>What its platform says; empty: nothing.</summary>
    public string Detail { get; init; } = "";

    /// <summary>Whether a value is in its environment, where only a new deployment replaces it.</summary>
    public bool HoldsValues { get; init; } = true;
}

/// <param name="StoreName">The secret.</param>
/// <param name="Version">The version that it runs with; null: not known.</param>
/// <param name="IsStale">Whether it is older than it should be; null: that cannot be told.</param>
/// <param name="Source">How that was found: "pinned", "Kubernetes Secret db-credentials", "started before the version was current".</param>
internal sealed record WorkloadVersion(string StoreName, string? Version, bool? IsStale, string Source);

/// <summary>A secret injected as an environment variable.</summary>
/// <param name="Variable">Name of the environment variable.</param>
/// <param name="StoreName">The store's name of the secret.</param>
internal sealed record WorkloadBinding(string Variable, string StoreName)
{
    /// <summary>The version to pin; null: the current one, where the platform can follow it.</summary>
    public string? Version { get; init; }

    /// <summary>A field of a JSON secret, where the platform can take one out (AWS); null: the whole value.</summary>
    public string? Field { get; init; }

    /// <summary>The Kubernetes Secret that has it, and its key; null elsewhere.</summary>
    public string? KubernetesSecret { get; init; }

    public string? KubernetesKey { get; init; }

    /// <summary>The container; null: the only one.</summary>
    public string? Container { get; init; }
}
