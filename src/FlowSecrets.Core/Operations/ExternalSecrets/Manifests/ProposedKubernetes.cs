using FlowSecrets.Catalogs;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Text;

namespace FlowSecrets.Operations.ExternalSecrets.Manifests;

/// <summary>A part 'kubernetes' for a catalog that has none, from the variables and workloads of its secrets.</summary>
internal static class ProposedKubernetes
{
    /// <summary>The category of what every part of an application needs.</summary>
    private const string CoreCategory = "core";
    private const string Config = "-config";

    /// <exception cref="FlowSecretException">KubernetesNotConfigured: no workload of the environment runs in Kubernetes, or none reads a
    /// secret. NameConflict.</exception>
    public static CatalogKubernetes Of(Catalog catalog, CatalogEnvironment environment)
    {
        CatalogWorkload[] workloads = [.. catalog.WorkloadsOf(environment).Values.Where(static w => w.Kind == "kubernetes")];
        HashSet<string> names = [.. workloads.Select(static w => w.Name)];
        CatalogSecret[] secrets = [.. catalog.Secrets.Where(s => s.Workloads.Any(names.Contains))];
        if (secrets.Length == 0)
        {
            throw new FlowSecretException(
                ErrorIds.KubernetesNotConfigured,
                catalog.Path,
                $"The catalog has no part 'kubernetes', and no secret names a workload of '{environment.Name}' that runs in Kubernetes",
                "Add 'kubernetes: { namespace: NAME, secrets: { NAME: { from: [KEY] } } }', or 'workloads' to the "
                    + "secrets. See docs/guide/kubernetes.md."
            );
        }

        string?[] spaces = [.. workloads.Select(static w => w.Settings.GetValueOrDefault("namespace")).Distinct(StringComparer.Ordinal)];
        return new CatalogKubernetes
        {
            Namespace = spaces is [var one] ? one : null,
            Store = catalog.KubernetesOf(environment).Store,
            Listed = [.. Groups(catalog, secrets)],
        }.Over(catalog.KubernetesOf(environment));
    }

    /// <summary>A JSON secret with fields is a Kubernetes Secret of its own; all others are put together by their category.</summary>
    private static List<CatalogKubernetesSecret> Groups(Catalog catalog, IEnumerable<CatalogSecret> secrets)
    {
        List<CatalogKubernetesSecret> groups = [];
        Dictionary<string, string> owners = new(StringComparer.Ordinal);
        foreach (
            IGrouping<string, CatalogSecret> group in secrets.GroupBy(
                static s => s.Fields.Count > 0 ? "\0" + s.Key : s.Category ?? CoreCategory,
                StringComparer.Ordinal
            )
        )
        {
            CatalogSecret[] members = [.. group];
            bool isOne = members[0].Fields.Count > 0;
            string wanted = isOne ? OfJson(members[0].Key) : OfCategory(group.Key, members);
            string name = DnsName.Near(wanted);
            string owner = isOne ? $"the secret '{members[0].Key}'" : $"the category '{group.Key}'";
            if (name.Length == 0 || !owners.TryAdd(name, owner))
            {
                throw new FlowSecretException(
                    ErrorIds.NameConflict,
                    catalog.Path,
                    name.Length == 0
                        ? $"No name of a Kubernetes Secret can be made of {owner}"
                        : $"The Kubernetes Secret '{name}' would be made of {owners[name]} and of {owner}",
                    "Add a part 'kubernetes' to the catalog, with a name for each Kubernetes Secret."
                );
            }

            groups.Add(new CatalogKubernetesSecret(name, [.. members.Select(static s => s.Key)]));
        }

        return groups;
    }

    private static string OfJson(string key) =>
        (key.EndsWith(Config, StringComparison.Ordinal) ? key[..^Config.Length] : key) + "-credentials";

    private static string OfCategory(string category, CatalogSecret[] members) =>
        category == CoreCategory ? "app-secrets"
        : members.All(static s => s.Env.Count > 0 && s.Env.All(static e => e.EndsWith("_API_KEY", StringComparison.Ordinal)))
            ? $"{category}-api-keys"
        : $"{category}-secrets";
}
