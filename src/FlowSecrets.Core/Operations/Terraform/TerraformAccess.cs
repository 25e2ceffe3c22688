using FlowSecrets.Catalogs;
using FlowSecrets.Catalogs.Trust;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Operations.Access;
using FlowSecrets.Ports;
using FlowSecrets.Text;

namespace FlowSecrets.Operations.Terraform;

/// <summary>Who reads the secrets: by the catalog's 'access' entries, and as the identities that its workloads run as.</summary>
internal static class TerraformAccess
{
    /// <exception cref="FlowSecretException">BadPrincipal, CatalogNotTrusted, and what the platform of a workload says.</exception>
    public static async Task<TerraformScope> ScopeAsync(
        OperationContext context,
        Workspace workspace,
        TerraformOptions options,
        ITerraformCloud cloud,
        IReadOnlyList<TerraformSecret> secrets,
        IOperationHost host,
        CancellationToken cancellationToken
    )
    {
        List<TrustRecord> records = [];
        if (secrets.Any(static s => s is { There: null, IsOwned: true }))
        {
            records.AddRange(workspace.WriteRecords.Where(static r => r.Kind == TrustKind.Keeps));
        }

        List<TerraformReader> readers = [];
        foreach ((CatalogAccess entry, SecretPermission permission) in AccessTargets.Entries(context, workspace, host))
        {
            TerraformSecret[] matching = [.. Matching(secrets, entry.Secrets)];
            if (matching.Length > 0)
            {
                string principal = Principals.Canonical(entry.Principal, workspace.Selection.Region);
                Principals.Require(workspace.Place.Store, principal, allowPublic: false);
                records.Add(CatalogReach.Grants(entry));
                readers.Add(new TerraformReader(principal, permission, matching));
            }
        }

        List<TerraformWorkload> workloads = [];
        foreach (CatalogWorkload workload in workspace.Catalog!.WorkloadsOf(workspace.Environment).Values)
        {
            TerraformSecret[] consumed = [.. secrets.Where(s => s.Definition.Workloads.Contains(workload.Name, StringComparer.Ordinal))];
            if (!cloud.WorkloadKinds.Contains(workload.Kind, StringComparer.Ordinal) || consumed.Length == 0)
            {
                host.Verbose($"The workload '{workload.Name}' ({workload.Kind}) gets nothing from this configuration.");
                continue;
            }

            workloads.Add(new TerraformWorkload(workload, consumed));
            if (await IdentityAsync(context, workspace, workload, host, cancellationToken) is { } identity)
            {
                records.AddRange(CatalogReach.Changes(workload, workspace.Environment?.Selection));
                readers.Add(new TerraformReader(identity, SecretPermission.Read, consumed));
            }
        }

        await workspace.Trust!.RequireAsync([.. records.Distinct()], cancellationToken);
        return new TerraformScope(workspace, options, secrets, Merge(secrets, readers), workloads);
    }

    /// <returns>Null: it is not deployed yet, or the catalog does not say where.</returns>
    private static async Task<string?> IdentityAsync(
        OperationContext context,
        Workspace workspace,
        CatalogWorkload workload,
        IOperationHost host,
        CancellationToken cancellationToken
    )
    {
        try
        {
            IWorkload open = context.Providers().OpenWorkload(workload, workspace.Selection, context.Variable);
            string principal = (await open.IdentityAsync(cancellationToken)).Principal;
            Principals.Require(workspace.Place.Store, principal, allowPublic: false);
            return principal;
        }
        catch (FlowSecretException e) when (e.Id is ErrorIds.WorkloadNotFound or ErrorIds.BadArgument)
        {
            host.Warning(
                $"Whom the workload '{workload.Name}' runs as is not known, so access.tf has nothing for it except what 'access' says: "
                    + $"{e.CauseClause}."
            );
            return null;
        }
    }

    /// <summary>One reader for each principal and permission, with its secrets in the catalog's order.</summary>
    private static TerraformReader[] Merge(IReadOnlyList<TerraformSecret> secrets, IEnumerable<TerraformReader> readers) =>
        [
            .. readers
                .GroupBy(static r => (r.Principal, r.Permission))
                .Select(g =>
                {
                    HashSet<TerraformSecret> all = [.. g.SelectMany(static r => r.Secrets)];
                    return new TerraformReader(g.Key.Principal, g.Key.Permission, [.. secrets.Where(all.Contains)]);
                })
                .OrderBy(static r => r.Principal, StringComparer.Ordinal)
                .ThenBy(static r => r.Permission),
        ];

    private static IEnumerable<TerraformSecret> Matching(IReadOnlyList<TerraformSecret> secrets, IReadOnlyList<string> patterns)
    {
        WildcardPattern[] parsed = [.. patterns.Select(NamePattern.Parse)];
        return secrets.Where(s => Array.Exists(parsed, p => p.IsLiteral ? p.ToString() == s.Definition.Key : p.IsMatch(s.Definition.Key)));
    }
}
