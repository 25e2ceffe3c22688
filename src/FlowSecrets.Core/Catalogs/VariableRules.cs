using FlowSecrets.Catalogs.Grammar;
using FlowSecrets.Model;

namespace FlowSecrets.Catalogs;

/// <summary>Environment variables: their names, and that none stands twice for one workload or in the .env file.</summary>
internal sealed class VariableRules(Catalog catalog, DocNode root, ProblemList problems)
{
    private readonly List<Use> _uses = [];

    public void Check()
    {
        Collect();
        foreach (Use use in _uses.Where(static u => !SecretNames.IsEnvironmentVariable(u.Name)))
        {
            problems.Add(use.At, $"'{use.Name}' is no name of an environment variable: use letters, digits and '_', not a digit first.");
        }

        // The .env file takes every variable but those that only a rotation's overlap brings; a workload takes its own secrets'.
        if (root.Get("localEnv") is not null)
        {
            Report(_uses.Where(static u => !u.OverlapOnly), "in the .env file");
        }

        ReportForWorkloads();
        if (root.Get("localEnv") is null && catalog.Workloads.Count == 0)
        {
            Report(_uses, "in the environment of one program");
        }
    }

    private void Report(IEnumerable<Use> uses, string where)
    {
        foreach (IGrouping<string, Use> group in uses.GroupBy(static u => u.Name, StringComparer.Ordinal))
        {
            Use first = group.First();
            foreach (Use again in group.Skip(1))
            {
                Report(first, again, where);
            }
        }
    }

    private void Report(Use first, Use again, string where)
    {
        if (_reported.Add((first.At, again.At)))
        {
            problems.Add(
                again.At,
                $"The environment variable '{again.Name}' ({again.Owner}) stands twice {where}: also {first.Owner}"
                    + $"{(first.At.Line > 0 ? $", line {first.At.Line}" : "")}."
            );
        }
    }

    /// <summary>By variable and not by workload, so that many of both take no more than each its look-ups.</summary>
    private void ReportForWorkloads()
    {
        if (catalog.Workloads.Keys.FirstOrDefault() is not { } any)
        {
            return;
        }

        foreach (
            IGrouping<string, Use> group in _uses
                .Where(static u => u.Secret is not null)
                .GroupBy(static u => u.Name, StringComparer.Ordinal)
                .Where(static g => g.Skip(1).Any())
        )
        {
            (Use Use, string Workload)? first = null;
            Use? everywhere = null;
            Dictionary<string, Use> firsts = new(StringComparer.Ordinal);
            foreach (Use use in group)
            {
                if (use.Secret!.Workloads.Count == 0)
                {
                    // It goes to every workload, so to that of the first one.
                    if (first is { } earlier)
                    {
                        Report(earlier.Use, use, $"for the workload '{earlier.Workload}'");
                    }

                    (first, everywhere) = (first ?? (use, any), everywhere ?? use);
                    continue;
                }

                foreach (string workload in use.Secret.Workloads.Where(catalog.Workloads.ContainsKey))
                {
                    if ((firsts.GetValueOrDefault(workload) ?? everywhere) is { } other && other != use)
                    {
                        Report(other, use, $"for the workload '{workload}'");
                    }

                    firsts.TryAdd(workload, use);
                    first ??= (use, workload);
                }
            }
        }
    }

    private readonly HashSet<(DocNode, DocNode)> _reported = [];

    private void Collect()
    {
        foreach ((DocNode key, DocNode node) in root.Get("secrets")?.Entries ?? [])
        {
            CatalogSecret secret = catalog.Find(key.Text)!;
            Add(node.Get("env"), $"secrets.{key.Text}", secret);
            foreach ((DocNode field, DocNode member) in node.Get("fields")?.Entries ?? [])
            {
                Add(member.Get("env"), $"secrets.{key.Text}.{field.Text}", secret);
            }

            if (node.Get("rotate")?.Get("previousEnv") is { } previous)
            {
                _uses.Add(new Use(previous.Text, previous, $"secrets.{key.Text}.rotate.previousEnv", secret, true));
            }
        }

        foreach ((DocNode name, _) in root.Get("localEnv")?.Get("variables")?.Entries ?? [])
        {
            _uses.Add(new Use(name.Text, name, "localEnv.variables", null, false));
        }

        foreach (DocNode file in root.Get("localEnv")?.Get("files")?.Items ?? [])
        {
            Add(file.Get("env"), "localEnv.files", null);
        }
    }

    private void Add(DocNode? env, string owner, CatalogSecret? secret)
    {
        foreach (
            DocNode name in env is null ? []
            : env.Kind == DocKind.List ? env.Items
            : [env]
        )
        {
            _uses.Add(new Use(name.Text, name, owner, secret, false));
        }
    }

    private sealed record Use(string Name, DocNode At, string Owner, CatalogSecret? Secret, bool OverlapOnly);
}
