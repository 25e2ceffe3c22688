using FlowSecrets.Catalogs.Grammar;
using FlowSecrets.Catalogs.Templates;
using FlowSecrets.Model;
using FlowSecrets.Text;

namespace FlowSecrets.Catalogs;

/// <summary>What the cluster and its operator would refuse of the parts 'kubernetes'.</summary>
internal sealed class KubernetesRules(Catalog catalog, Action<DocNode, string, string, string> requireSecret, ProblemList problems)
{
    /// <summary>Fields of a cron expression.</summary>
    private const int CronFields = 5;

    public void Check(DocNode root)
    {
        Check(root.Get("kubernetes"), "kubernetes");
        foreach ((DocNode name, DocNode node) in root.Get("environments")!.Entries)
        {
            Check(node.Get("kubernetes"), $"environments.{name.Text}.kubernetes");
        }
    }

    /// <param name="node">The part; null: there is none.</param>
    /// <param name="path">Where it stands in the catalog.</param>
    private void Check(DocNode? node, string path)
    {
        if (node is null)
        {
            return;
        }

        CheckNamespace(node.Get("namespace"), $"{path}.namespace");
        CheckStore(node.Get("store"), $"{path}.store");
        CheckWindows(node.Get("syncWindows"), $"{path}.syncWindows");
        foreach ((DocNode name, DocNode secret) in node.Get("secrets")?.Entries ?? [])
        {
            string at = $"{path}.secrets.{name.Text}";
            CheckName(name, at);
            CheckNamespace(secret.Get("namespace"), $"{at}.namespace");
            CheckName(secret.Get("resource"), $"{at}.resource");
            CheckStore(secret.Get("store"), $"{at}.store");
            CheckWindows(secret.Get("syncWindows"), $"{at}.syncWindows");
            CheckPolicies(secret, at);
            CheckEntries(secret, at);
        }
    }

    /// <summary>The operator's templates get whole fields.</summary>
    private void CheckPaths(DocNode value)
    {
        try
        {
            Template template = Template.Parse(value.Text).Meaning((key, field) => catalog.Find(key)?.Field(field) is not null);
            foreach (TemplateReference reference in template.References.Where(static r => r.Path is not null))
            {
                problems.Add(value, $"'{{{{ {reference} }}}}' leads into a field, and a manifest takes whole fields.");
            }
        }
        catch (TemplateException)
        {
            // It is told where templates are read.
        }
    }

    private void CheckEntries(DocNode secret, string path)
    {
        Dictionary<string, string> owners = new(StringComparer.Ordinal);
        foreach (DocNode key in Keys(secret.Get("from")))
        {
            requireSecret(key, key.Text, $"{path}.from", "");
            foreach ((string entry, TemplateReference source) in catalog.Find(key.Text) is { } from ? KubernetesEntries.Of(from) : [])
            {
                CheckEntry(key, entry, source.ToString(), path, owners);
            }
        }

        foreach (DocNode key in Keys(secret.Get("extract")))
        {
            requireSecret(key, key.Text, $"{path}.extract", "");
            if (catalog.Find(key.Text) is { Format: not SecretFormat.Json })
            {
                problems.Add(
                    key,
                    $"'{path}.extract' names '{key.Text}', whose value is no JSON object: add 'format: json', or use 'from'."
                );
            }
        }

        foreach ((DocNode entry, DocNode value) in secret.Get("data")?.Entries ?? [])
        {
            CheckEntry(entry, entry.Text, "data", path, owners);
            CheckPaths(value);
        }
    }

    private void CheckEntry(DocNode at, string entry, string source, string path, Dictionary<string, string> owners)
    {
        if (!KubernetesEntries.IsKey(entry))
        {
            problems.Add(
                at,
                $"'{path}' would have the entry '{entry}' ({source}), which no Kubernetes Secret can have: use letters, digits and - _ . "
                    + "Name the entry in 'data' instead."
            );
        }
        else if (!owners.TryAdd(entry, source))
        {
            problems.Add(at, $"'{path}' has the entry '{entry}' twice: of {owners[entry]} and of {source}.");
        }
    }

    private static IEnumerable<DocNode> Keys(DocNode? node) =>
        node is null ? []
        : node.Kind == DocKind.List ? node.Items
        : [node];

    /// <summary>What the operator's webhook refuses.</summary>
    private void CheckPolicies(DocNode secret, string path)
    {
        string creation = secret.GetText("creationPolicy") ?? "Owner";
        string deletion = secret.GetText("deletionPolicy") ?? "Retain";
        bool isRefused =
            (deletion == "Delete" && creation is "Merge" or "None" or "CreateOrMerge") || (deletion, creation) is ("Merge", "None");
        if (isRefused && secret.Get("deletionPolicy") is { } at)
        {
            problems.Add(at, $"'{path}' has 'deletionPolicy: {deletion}', which the operator refuses with 'creationPolicy: {creation}'.");
        }

        if (secret.GetText("refreshPolicy") is "CreatedOnce" or "OnChange" && secret.Get("syncWindows") is { } windows)
        {
            problems.Add(windows, $"'{path}.syncWindows' goes with 'refreshPolicy: Periodic' only.");
        }
    }

    private void CheckWindows(DocNode? node, string path)
    {
        if (node is not null && node.Get("windows") is not { Items.Count: > 0 })
        {
            problems.Add(node, $"'{path}' needs 'windows' with at least one window.");
        }

        foreach (DocNode schedule in (node?.Get("windows")?.Items ?? []).Select(static w => w.Get("schedule")).OfType<DocNode>())
        {
            string[] fields = schedule.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            bool isCron =
                fields.Length == CronFields
                && schedule.Text.All(static c => char.IsAsciiLetterOrDigit(c) || " *,-/?#".Contains(c, StringComparison.Ordinal));
            if (!isCron && !schedule.Text.StartsWith('@'))
            {
                problems.Add(schedule, $"'{path}' has a schedule that is no cron expression of five fields, such as '0 22 * * 1-5'.");
            }
        }
    }

    private void CheckStore(DocNode? node, string path)
    {
        CheckName(node?.Get("name"), $"{path}.name");
        foreach (
            (DocNode? account, string at) in new[]
            {
                (node?.Get("serviceAccountRef"), $"{path}.serviceAccountRef"),
                (node?.Get("workloadIdentity")?.Get("serviceAccountRef"), $"{path}.workloadIdentity.serviceAccountRef"),
            }
        )
        {
            CheckName(account?.Get("name"), $"{at}.name");
            CheckNamespace(account?.Get("namespace"), $"{at}.namespace");
            if (account is not null && account.Get("name") is null)
            {
                problems.Add(account, $"'{at}' needs 'name'.");
            }
        }

        if (node?.Get("workloadIdentity") is { } identity && node.Get("serviceAccountRef") is not null)
        {
            problems.Add(identity, $"'{path}' has 'workloadIdentity' (GKE) and 'serviceAccountRef' (EKS): a store has one of them.");
        }
    }

    private void CheckName(DocNode? node, string path)
    {
        if (node is not null && !DnsName.IsSubdomain(node.Text))
        {
            problems.Add(node, $"'{path}' is no name of a Kubernetes object: use lower-case letters, digits, - and . between them.");
        }
    }

    private void CheckNamespace(DocNode? node, string path)
    {
        if (node is not null && !DnsName.IsLabel(node.Text))
        {
            problems.Add(node, $"'{path}' is no namespace: use at most 63 lower-case letters, digits and - between them.");
        }
    }
}
