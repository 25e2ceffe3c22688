using System.Text;

namespace FlowSecrets.Providers.Kubernetes;

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
        List<SecretShortfall> found = [];
        HashSet<(string Secret, string Key)> seen = [];
        foreach ((string variable, SecretValue wanted) in secret.Variables.Where(v => v.Key != secret.PreviousVariable))
        {
            foreach ((string name, string key) in template.SourcesOf(variable, secrets).Where(seen.Add))
            {
                if (!secrets[name].Data.TryGetValue(key, out SecretValue? value))
                {
                    found.Add(
                        new SecretShortfall(
                            secret.StoreName,
                            name,
                            secrets[name].IsThere
                                ? $"the Kubernetes Secret '{name}' has no key '{key}' for {variable}"
                                : $"there is no Kubernetes Secret '{name}' for {variable}"
                        )
                    );
                }
                else if (!value.Equals(wanted))
                {
                    found.Add(
                        new SecretShortfall(
                            secret.StoreName,
                            name,
                            $"the key '{key}' of the Kubernetes Secret '{name}', which {variable} is taken from, does not have the "
                                + $"current value"
                        )
                    );
                }
            }
        }

        // During an overlap, and as long as its variable is there, the value before is where it belongs.
        if (secret.PreviousVariable is { } previous)
        {
            seen.UnionWith(template.SourcesOf(previous, secrets));
        }

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

        foreach (
            (string variable, string text) in template.PlainValues.Where(p =>
                p.Variable != secret.PreviousVariable && outdated.AreIn(Encoding.UTF8.GetBytes(p.Text))
            )
        )
        {
            found.Add(
                new SecretShortfall(
                    secret.StoreName,
                    null,
                    $"the variable {variable} is plain text in the pod template, and still has the value before in it"
                )
            );
        }

        return found;
    }

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
