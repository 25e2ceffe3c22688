using System.Text.Json.Nodes;
using FlowSecrets.Text;

namespace FlowSecrets.Providers.Kubernetes.Workloads;

/// <summary>Where a pod template has a Kubernetes Secret in use.</summary>
/// <param name="Key">Null: all of its keys.</param>
/// <param name="Variable">The environment variable that carries the key; null: a file, or as many variables as there are keys.</param>
internal sealed record SecretUse(string Secret, string? Key, string? Variable);

/// <summary>What a workload's pods are made from, as far as secrets are concerned.</summary>
internal sealed class PodTemplate
{
    public const string Restarted = "kubectl.kubernetes.io/restartedAt";
    public const string Versions = "flowsecrets.io/versions";

    private readonly JsonObject _workload;
    private readonly JsonObject[] _containers;

    /// <param name="workload">The whole object.</param>
    /// <exception cref="FlowSecretException">BadArgument: it has no container of that name.</exception>
    public PodTemplate(KubernetesPlace place, JsonObject workload)
    {
        _workload = workload;
        JsonObject[] all = [.. Of("containers"), .. Of("initContainers")];
        _containers = place.Container is null ? all : [.. all.Where(c => c.Text("name") == place.Container)];
        if (_containers.Length == 0 && place.Container is { } name)
        {
            throw KubernetesErrors.BadContainer(place, $"{place} has no container '{name}'", all);
        }
    }

    /// <summary>In the order in which they were written; without those that are read twice.</summary>
    public IReadOnlyList<SecretUse> Uses =>
        [
            .. _containers
                .SelectMany(c => Variables(c).Concat(Groups(c).Select(static g => new SecretUse(g.Secret, null, null))).Concat(Files(c)))
                .Distinct(),
        ];

    /// <summary>Whether a value stays in what runs until it is deployed anew. What fetches a secret itself is taken to keep it.</summary>
    public bool HoldsValues =>
        Uses is var uses
        && (uses.Count == 0 || uses.Any(static u => u.Variable is not null) || _containers.Any(static c => Groups(c).Any()));

    /// <summary>Whether a running pod keeps what the Kubernetes Secret had when the pod was started: as a variable, or as a file by
    /// subPath. Plain volumes are renewed while it runs.</summary>
    public bool Keeps(string secret)
    {
        HashSet<string?> volumes =
        [
            .. Of("volumes")
                .Where(v =>
                    v.Text("secret", "secretName") == secret
                    || v.Objects("projected", "sources").Any(s => s.Text("secret", "name") == secret)
                )
                .Select(static v => v.Text("name")),
        ];
        return _containers.Any(c =>
            Variables(c).Any(u => u.Secret == secret)
            || Groups(c).Any(g => g.Secret == secret)
            || c.Objects("volumeMounts")
                .Any(m => volumes.Contains(m.Text("name")) && (m.Text("subPath") ?? m.Text("subPathExpr")) is { Length: > 0 })
        );
    }

    public string? Annotation(string name) => _workload.Text("spec", "template", "metadata", "annotations", name);

    /// <summary>The containers that run, or those that run before them.</summary>
    public IEnumerable<JsonObject> Of(string list) => _workload.Objects("spec", "template", "spec", list);

    /// <summary>
    /// Which keys of which Kubernetes Secrets a variable is taken from. An entry of its own wins over a whole Secret, a later Secret over
    /// an earlier.
    /// </summary>
    public IReadOnlyList<(string Secret, string Key)> SourcesOf(string variable, IReadOnlyDictionary<string, KubernetesSecret> secrets)
    {
        List<(string Secret, string Key)> sources = [];
        foreach (JsonObject container in _containers)
        {
            if (container.Objects("env").LastOrDefault(e => e.Text("name") == variable) is { } entry)
            {
                if (Reference(entry) is { } reference && reference.Text("name") is { } secret && reference.Text("key") is { } key)
                {
                    sources.Add((secret, key));
                }
            }
            else if (
                Groups(container)
                    .Reverse()
                    .FirstOrDefault(g =>
                        variable.StartsWith(g.Prefix, StringComparison.Ordinal)
                        && secrets[g.Secret].Data.ContainsKey(variable[g.Prefix.Length..])
                    ) is
                { Secret: { } whole } group
            )
            {
                sources.Add((whole, variable[group.Prefix.Length..]));
            }
        }

        return [.. sources.Distinct()];
    }

    /// <summary>The variables whose text stands in the template itself.</summary>
    public IEnumerable<(string Variable, string Text)> PlainValues =>
        _containers
            .SelectMany(static c => c.Objects("env"))
            .Where(static e => e.Text("value") is not null)
            .Select(static e => (e.Text("name") ?? "", e.Text("value")!));

    public static JsonObject? Reference(JsonObject entry) => entry.Object("valueFrom", "secretKeyRef");

    private static IEnumerable<SecretUse> Variables(JsonObject container) =>
        from entry in container.Objects("env")
        let reference = Reference(entry)
        where reference.Text("name") is not null
        select new SecretUse(reference.Text("name")!, reference.Text("key"), entry.Text("name"));

    private static IEnumerable<(string Secret, string Prefix)> Groups(JsonObject container) =>
        from source in container.Objects("envFrom")
        let name = source.Text("secretRef", "name")
        where name is not null
        select (name, source.Text("prefix") ?? "");

    private IEnumerable<SecretUse> Files(JsonObject container)
    {
        string?[] mounted = [.. container.Objects("volumeMounts").Select(static m => m.Text("name"))];
        foreach (JsonObject volume in Of("volumes").Where(v => mounted.Contains(v.Text("name"), StringComparer.Ordinal)))
        {
            IEnumerable<(string? Name, JsonObject Source)> sources = volume
                .Objects("projected", "sources")
                .Select(static s => s.Object("secret"))
                .OfType<JsonObject>()
                .Select(static s => (s.Text("name"), s));
            if (volume.Object("secret") is { } own)
            {
                sources = sources.Prepend((own.Text("secretName"), own));
            }

            foreach ((string? name, JsonObject source) in sources.Where(static s => s.Name is not null))
            {
                string?[] keys = [.. source.Objects("items").Select(static i => i.Text("key"))];
                foreach (string? key in keys.Length == 0 ? [null] : keys)
                {
                    yield return new SecretUse(name!, key, null);
                }
            }
        }
    }
}
