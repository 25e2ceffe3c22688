using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Text;

namespace FlowSecrets.Catalogs.Trust;

/// <summary>Everything that a catalog's text reaches, beside what the user approved.</summary>
internal static class CatalogApprovals
{
    /// <summary>
    /// The records that the catalog as it is needs. The servers of rotation targets are not among them: only the stored values name them.
    /// </summary>
    public static IReadOnlyList<TrustRecord> Needed(Catalog catalog) =>
        [
            .. catalog
                .Environments.Values.SelectMany(e => OfEnvironment(catalog, e))
                .Concat(catalog.Kubernetes.Context is { } context ? [CatalogReach.Cluster(context)] : [])
                .Concat(catalog.Access.Select(CatalogReach.Grants))
                .Concat(Files(catalog))
                .Concat(Variables(catalog).Where(CatalogReach.LoadsCode).Select(CatalogReach.Sets))
                .Concat(catalog.Secrets.SelectMany(s => Scripts(catalog, s)))
                .Distinct(),
        ];

    /// <summary>What is approved, missing and stale, in the order of the catalog.</summary>
    public static CatalogApproval[] Describe(Catalog catalog, TrustGate trust, Func<string, string?> variable)
    {
        IReadOnlyList<TrustRecord> needed = Needed(catalog);
        HashSet<TrustRecord> isNeeded = [.. needed];
        IReadOnlyList<TrustRecord> approved = ApprovalFile.Read(trust.RealPath, variable);
        HashSet<TrustRecord> isApproved = [.. approved];
        return
        [
            .. needed.Select(r => Of(r, isApproved.Contains(r) ? "Approved" : "Missing")),
            .. approved
                .Where(r => !isNeeded.Contains(r))
                .Select(static r =>
                    Of(
                        r,
                        r.Kind is TrustKind.Connects or TrustKind.Uses || (r.Kind == TrustKind.File && r.Content.Length > 0)
                            ? "Approved"
                            : "Stale"
                    )
                ),
        ];
    }

    private static CatalogApproval Of(TrustRecord record, string status) =>
        new()
        {
            Kind = record.Kind.ToString(),
            Subject = PlainText.Line(record.Subject),
            Status = status,
        };

    private static IEnumerable<TrustRecord> OfEnvironment(Catalog catalog, CatalogEnvironment environment) =>
        [
            .. CatalogReach.Reads(environment),
            .. CatalogReach.Writes(environment),
            .. environment.PathText is { } path && CatalogReach.StoreOutside(catalog, path) is { } outside ? new[] { outside } : [],
            .. catalog.WorkloadsOf(environment).Values.SelectMany(w => CatalogReach.Changes(w, environment.Selection)),
            .. environment.Kubernetes?.Context is { } context ? new[] { CatalogReach.Cluster(context) } : [],
            .. (environment.Access ?? []).Select(CatalogReach.Grants),
        ];

    private static IEnumerable<TrustRecord> Files(Catalog catalog) =>
        catalog
            .LocalEnv.Files.Select(static f => f.Path)
            .Prepend(catalog.LocalEnv.Path)
            .Select(p => CatalogReach.Outside(catalog, p))
            .OfType<TrustRecord>();

    private static IEnumerable<string> Variables(Catalog catalog) =>
        catalog
            .Secrets.SelectMany(static s => s.AllVariables)
            .Concat(catalog.LocalEnv.Variables.Select(static v => v.Name))
            .Concat(catalog.LocalEnv.Files.Select(static f => f.Env).OfType<string>());

    private static IEnumerable<TrustRecord> Scripts(Catalog catalog, CatalogSecret secret)
    {
        CatalogRotation? rotation = secret.Rotation;
        string?[] scripts = [rotation?.Reencrypt, rotation?.Target?.Set, rotation?.Target?.Test, rotation?.Target?.Revoke];
        foreach (string script in scripts.OfType<string>())
        {
            TrustRecord record;
            try
            {
                record = TrustGate.ScriptRecord(CatalogReach.Script(catalog, script));
            }
            catch (FlowSecretException e) when (e.Id is ErrorIds.RotationNotConfigured or ErrorIds.FileUnsafe)
            {
                // There is nothing to approve yet: the rotation says what is wrong with it.
                continue;
            }

            yield return record;
        }
    }
}
