using System.Text;
using FlowSecrets.Model;
using FlowSecrets.Values;

namespace FlowSecrets.Providers.Kubernetes.Workloads;

/// <summary>Where what feeds a workload is not as it should be. Names only, no values.</summary>
/// <param name="StoreName">The secret that does not arrive.</param>
/// <param name="KubernetesSecret">Null: the pod template itself has the value before.</param>
/// <param name="What">A sentence without its full stop.</param>
internal sealed record SecretShortfall(string StoreName, string? KubernetesSecret, string What)
{
    /// <summary>All that is missing for a secret.</summary>
    /// <param name="secrets">All that the template uses.</param>
    public static IReadOnlyList<SecretShortfall> Of(
        WorkloadSecret secret,
        PodTemplate template,
        IReadOnlyDictionary<string, KubernetesSecret> secrets
    )
    {
        using OutdatedTexts outdated = new(secret);
        HashSet<(string Secret, string Key)> seen = [];
        List<SecretShortfall> found = OfVariables(secret, template, secrets, seen);

        // During an overlap, and as long as its variable is there, the value before is where it belongs.
        if (secret.PreviousVariable is { } previous)
        {
            seen.UnionWith(template.SourcesOf(previous, secrets));
        }

        found.AddRange(OfOtherKeys(secret, template, secrets, outdated, seen));
        found.AddRange(OfPlainValues(secret, template, outdated));
        return found;
    }

    /// <summary>The keys that the secret's variables are taken from, and that lack the current value.</summary>
    /// <param name="seen">The keys that were looked at; none is reported twice.</param>
    private static List<SecretShortfall> OfVariables(
        WorkloadSecret secret,
        PodTemplate template,
        IReadOnlyDictionary<string, KubernetesSecret> secrets,
        HashSet<(string Secret, string Key)> seen
    )
    {
        List<SecretShortfall> found = [];
        foreach ((string variable, SecretValue wanted) in secret.Variables.Where(v => v.Key != secret.PreviousVariable))
        {
            foreach ((string name, string key) in template.SourcesOf(variable, secrets).Where(seen.Add))
            {
                if (Lack(secrets[name], key, variable, wanted) is { } what)
                {
                    found.Add(new SecretShortfall(secret.StoreName, name, what));
                }
            }
        }

        return found;
    }

    /// <returns>Null: the key has the value that is wanted.</returns>
    private static string? Lack(KubernetesSecret source, string key, string variable, SecretValue wanted)
    {
        if (!source.IsThere)
        {
            return $"there is no Kubernetes Secret '{source.Name}' for {variable}";
        }

        if (!source.Data.TryGetValue(key, out SecretValue? value))
        {
            return $"the Kubernetes Secret '{source.Name}' has no key '{key}' for {variable}";
        }

        return value.Equals(wanted)
            ? null
            : $"the key '{key}' of the Kubernetes Secret '{source.Name}', which {variable} is taken from, does not have the current value";
    }

    /// <summary>The other keys that the template uses, and that still have the value before in them.</summary>
    private static List<SecretShortfall> OfOtherKeys(
        WorkloadSecret secret,
        PodTemplate template,
        IReadOnlyDictionary<string, KubernetesSecret> secrets,
        OutdatedTexts outdated,
        HashSet<(string Secret, string Key)> seen
    )
    {
        List<SecretShortfall> found = [];
        foreach ((string name, string key, SecretValue value) in Used(template, secrets).Where(u => seen.Add((u.Secret, u.Key))))
        {
            if (outdated.AreIn(value.AsSpan()))
            {
                found.Add(
                    new SecretShortfall(
                        secret.StoreName,
                        name,
                        $"the key '{key}' of the Kubernetes Secret '{name}' still has the value before in it"
                    )
                );
            }
        }

        return found;
    }

    /// <summary>The plain texts of the pod template that still have the value before in them.</summary>
    private static IEnumerable<SecretShortfall> OfPlainValues(WorkloadSecret secret, PodTemplate template, OutdatedTexts outdated) =>
        template
            .PlainValues.Where(p => p.Variable != secret.PreviousVariable && outdated.AreIn(Encoding.UTF8.GetBytes(p.Text)))
            .Select(p => new SecretShortfall(
                secret.StoreName,
                null,
                $"the variable {p.Variable} is plain text in the pod template, and still has the value before in it"
            ));

    /// <summary>Whether any of its variables comes from a Kubernetes Secret.</summary>
    public static bool IsFed(WorkloadSecret secret, PodTemplate template, IReadOnlyDictionary<string, KubernetesSecret> secrets) =>
        secret.Variables.Keys.Any(v => template.SourcesOf(v, secrets).Count > 0);

    private static IEnumerable<(string Secret, string Key, SecretValue Value)> Used(
        PodTemplate template,
        IReadOnlyDictionary<string, KubernetesSecret> secrets
    ) =>
        template.Uses.SelectMany(u =>
            secrets[u.Secret].Data.Where(d => u.Key is null || u.Key == d.Key).Select(d => (u.Secret, d.Key, d.Value))
        );
}
