using FlowSecrets.Catalogs;
using FlowSecrets.Catalogs.Trust;
using FlowSecrets.Errors;
using FlowSecrets.Operations.Transfer;
using FlowSecrets.Ports;

namespace FlowSecrets.Operations.Use;

/// <summary>What a program gets: variables, files whose paths are variables, and what it must not inherit.</summary>
internal sealed class UsePlan
{
    private UsePlan(ExportPlan variables, IReadOnlyList<(ExportWish Wish, string FileName)> files, IReadOnlySet<string> foreign)
    {
        (Variables, Files, Foreign) = (variables.Wishes, files, foreign);
        Reads =
        [
            .. variables.Reads.Concat(files.Select(static f => f.Wish.Secret!)).DistinctBy(static r => r.StoreName, StringComparer.Ordinal),
        ];
    }

    public IReadOnlyList<ExportWish> Variables { get; }

    public IReadOnlyList<(ExportWish Wish, string FileName)> Files { get; }

    /// <summary>Variables that the catalog names, but not for the workload that was asked for.</summary>
    public IReadOnlySet<string> Foreign { get; }

    public IReadOnlyList<SecretRef> Reads { get; }

    /// <summary>Everything that is set.</summary>
    public IEnumerable<string> Names => Variables.Concat(Files.Select(static f => f.Wish)).Select(static w => w.Name);

    /// <exception cref="FlowSecretException">BadArgument, NoCatalog, SecretNotFound; NameConflict: two have one variable.</exception>
    public static UsePlan For(OperationContext context, Workspace workspace, UseOptions options, IOperationHost host)
    {
        string? workload = VariableSource.Workload(context, workspace, options);
        ExportPlan variables = ExportPlan.For(workspace, options, VariableSource.Named(context, workspace, options, host), workload);
        List<(ExportWish, string)> files = [];
        HashSet<string> chosen = variables.Reads.Select(static r => r.StoreName).ToHashSet(StringComparer.Ordinal);
        foreach (CatalogFile file in workspace.Catalog?.LocalEnv.Files.Where(static f => f.Env is not null) ?? [])
        {
            SecretRef secret = workspace.Ref(workspace.Catalog!.Find(file.Secret)!);
            bool isNamed = options.Names.Count + options.StoreNames.Count > 0;
            bool isMeant = isNamed
                ? chosen.Contains(secret.StoreName)
                : workload is null
                    || secret.Definition!.Workloads.Count == 0
                    || secret.Definition.Workloads.Contains(workload, StringComparer.Ordinal);
            if (isMeant)
            {
                ExportWish wish = new(file.Env!)
                {
                    Secret = secret,
                    Required = Catalog.IsRequired(secret.Definition!, workspace.Environment),
                };
                files.Add((wish, Path.GetFileName(file.Path)));
            }
        }

        UsePlan plan = new(variables, files, ForeignOf(workspace, workload, variables, files.Select(static f => f.Item1)));
        plan.RequireDistinct();
        return plan;
    }

    /// <summary>Asks for what the catalog alone names: where values come from, and variables that make programs load code.</summary>
    /// <exception cref="FlowSecretException">CatalogNotTrusted.</exception>
    public async Task RequireTrustAsync(Workspace workspace, CancellationToken cancellationToken)
    {
        if (workspace.Trust is { } trust)
        {
            IEnumerable<TrustRecord> sets = Names.Where(CatalogReach.LoadsCode).Select(CatalogReach.Sets);
            await trust.RequireAsync(
                [.. sets, .. await VariableSource.SourcesAsync(workspace, Reads, cancellationToken)],
                cancellationToken
            );
        }
    }

    private static HashSet<string> ForeignOf(Workspace workspace, string? workload, ExportPlan own, IEnumerable<ExportWish> files)
    {
        HashSet<string> foreign = new(UseEnvironment.Names);
        if (workload is not null && workspace.Catalog is { } catalog)
        {
            foreign.UnionWith(catalog.Secrets.SelectMany(static s => s.AllVariables));
            foreign.UnionWith(catalog.LocalEnv.Variables.Select(static v => v.Name));
            foreign.UnionWith(catalog.LocalEnv.Files.Select(static f => f.Env).OfType<string>());
            foreign.ExceptWith(own.Wishes.Concat(files).Select(static w => w.Name));
        }

        return foreign;
    }

    private void RequireDistinct()
    {
        string[] twice =
        [
            .. Variables
                .Concat(Files.Select(static f => f.Wish))
                .GroupBy(static w => w.Name, UseEnvironment.Names)
                .Where(static g => g.Skip(1).Any())
                .Select(static g => $"{g.Key}: {string.Join(" and ", g.Select(static w => $"{w.Name} ({w.Origin})"))}"),
        ];
        if (twice.Length > 0)
        {
            throw new FlowSecretException(
                ErrorIds.NameConflict,
                twice[0][..twice[0].IndexOf(':')],
                "Several secrets would have the same variable:",
                "Give the secrets names of their own with 'env' in the catalog, or use fewer of them. Nothing was read.",
                details: twice
            );
        }
    }
}
