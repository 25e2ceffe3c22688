using FlowSecrets.Catalogs;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Operations.Workloads;
using FlowSecrets.Ports;
using FlowSecrets.Text;

namespace FlowSecrets.Operations.Access;

/// <summary>What access commands have in common: which secrets, which principals. Without names: all of the catalog.</summary>
internal record AccessOptions : SecretTargetOptions
{
    /// <summary>As the store's policies name them.</summary>
    public IReadOnlyList<string> Principals { get; init; } = [];

    /// <summary>Workloads of the catalog, for the identities that they run as.</summary>
    public IReadOnlyList<string> Workloads { get; init; } = [];

    /// <summary>Null: Read, or what the catalog's entry says.</summary>
    public SecretPermission? Permission { get; init; }

    /// <summary>What the environment's 'access' entries say.</summary>
    public bool FromCatalog { get; init; }

    /// <summary>Allow a principal that means everybody.</summary>
    public bool AllowPublic { get; init; }
}

/// <summary>A principal with the secrets that a command is about.</summary>
/// <param name="Principal">Null: whoever asks.</param>
/// <param name="Workload">The workload that runs as it; null: named by itself.</param>
internal sealed record AccessTarget(string? Principal, string? Workload, SecretPermission Permission, IReadOnlyList<SecretRef> Secrets);

/// <summary>Finds them.</summary>
internal static class AccessTargets
{
    /// <exception cref="FlowSecretException">BadPrincipal, BadArgument, NoCatalog, SecretNotInCatalog and what a workload's platform
    /// says.</exception>
    public static async Task<IReadOnlyList<AccessTarget>> FindAsync(
        OperationContext context,
        Workspace workspace,
        AccessOptions options,
        IReadOnlyList<SecretRef> secrets,
        IOperationHost host,
        CancellationToken cancellationToken
    )
    {
        options = options with { Principals = [.. options.Principals.Select(p => Principals.Canonical(p, workspace.Selection.Region))] };
        foreach (string principal in options.Principals)
        {
            Principals.Require(workspace.Place.Store, principal, options.AllowPublic);
        }

        if (options is { FromCatalog: true, Workloads.Count: > 0 })
        {
            throw new FlowSecretException(
                ErrorIds.BadArgument,
                "-Workload",
                "-FromCatalog takes the principals from the catalog's 'access' entries, so it does not go with -Workload",
                "Leave one of them out."
            );
        }

        if (options.FromCatalog)
        {
            return FromCatalog(context, workspace, options, secrets, host);
        }

        SecretPermission permission = options.Permission ?? SecretPermission.Read;
        List<AccessTarget> targets = [.. options.Principals.Select(p => new AccessTarget(p, null, permission, secrets))];
        foreach (CatalogWorkload workload in Workloads(context, workspace, options, host))
        {
            targets.Add(await OfWorkloadAsync(context, workspace, options, workload, permission, secrets, cancellationToken));
        }

        return targets.Count > 0 || options.Workloads.Count > 0 ? targets : [new AccessTarget(null, null, permission, secrets)];
    }

    /// <summary>The 'access' entries in force for this environment, of principals that its store knows.</summary>
    public static IReadOnlyList<(CatalogAccess Entry, SecretPermission Permission)> Entries(
        OperationContext context,
        Workspace workspace,
        IOperationHost host
    )
    {
        Catalog catalog =
            workspace.Catalog
            ?? throw CatalogLoader.None(
                context.Catalogs,
                "-FromCatalog takes the principals from its 'access' entries. Without one, name them: -Principal"
            );
        IReadOnlyList<CatalogAccess> all = workspace.Environment?.Access ?? catalog.Access;
        CatalogAccess[] known = [.. all.Where(e => Principals.KindOf(e.Principal) == workspace.Place.Store)];
        if (known.Length < all.Count)
        {
            host.Verbose(
                $"{Words.Count(all.Count - known.Length, "entry", "entries")} of 'access' name principals of another kind of store and "
                    + $"are left out."
            );
        }

        return [.. known.Select(static e => (e, PermissionOf(e.Role)))];
    }

    /// <summary>The secrets that are named; none: all of the catalog.</summary>
    /// <exception cref="FlowSecretException">BadArgument, NoCatalog, SecretNotInCatalog.</exception>
    public static IReadOnlyList<SecretRef> Secrets(
        OperationContext context,
        Workspace workspace,
        AccessOptions options,
        IOperationHost host
    )
    {
        bool everything = options.Names.Count == 0 && options.StoreNames.Count == 0;
        return !everything ? workspace.Resolve(context, options, host, wildcards: true)
            : workspace.Catalog is { } catalog ? [.. catalog.Secrets.Select(workspace.Ref)]
            : throw CatalogLoader.None(context.Catalogs, "Without one, name the secret as its store does: -StoreName NAME");
    }

    private static IReadOnlyList<AccessTarget> FromCatalog(
        OperationContext context,
        Workspace workspace,
        AccessOptions options,
        IReadOnlyList<SecretRef> secrets,
        IOperationHost host
    )
    {
        AccessTarget[] targets =
        [
            .. Entries(context, workspace, host)
                .Where(e => options.Permission is null || options.Permission == e.Permission)
                .Select(e => new AccessTarget(
                    Principals.Canonical(e.Entry.Principal, workspace.Selection.Region),
                    null,
                    e.Permission,
                    [.. Matching(secrets, e.Entry.Secrets)]
                ))
                .Where(t =>
                    t.Secrets.Count > 0
                    && (options.Principals.Count == 0 || options.Principals.Contains(t.Principal, StringComparer.OrdinalIgnoreCase))
                ),
        ];
        foreach (AccessTarget target in targets)
        {
            // Who writes the catalog does not open a secret to the world by that alone.
            Principals.Require(workspace.Place.Store, target.Principal!, options.AllowPublic);
        }

        return targets;
    }

    private static IReadOnlyList<CatalogWorkload> Workloads(
        OperationContext context,
        Workspace workspace,
        AccessOptions options,
        IOperationHost host
    ) =>
        options.Workloads.Count == 0 ? []
        : workspace.Catalog is not null ? WorkloadSelection.Find(workspace, options.Workloads, host)
        : throw CatalogLoader.None(
            context.Catalogs,
            "-Workload names a workload of a catalog. Without one, name the principal itself: -Principal"
        );

    /// <summary>The secrets that patterns of an 'access' entry mean.</summary>
    private static IEnumerable<SecretRef> Matching(IReadOnlyList<SecretRef> secrets, IReadOnlyList<string> patterns)
    {
        ILookup<bool, WildcardPattern> byKind = patterns.Select(NamePattern.Parse).ToLookup(static p => p.IsLiteral);
        HashSet<string> names = [.. byKind[true].Select(static p => p.ToString())];
        WildcardPattern[] wildcards = [.. byKind[false]];
        return secrets.Where(s => s.Definition is { } d && (names.Contains(d.Key) || Array.Exists(wildcards, p => p.IsMatch(d.Key))));
    }

    private static async Task<AccessTarget> OfWorkloadAsync(
        OperationContext context,
        Workspace workspace,
        AccessOptions options,
        CatalogWorkload workload,
        SecretPermission permission,
        IReadOnlyList<SecretRef> secrets,
        CancellationToken cancellationToken
    )
    {
        string name = workload.Name;
        WorkloadIdentity identity = await context
            .Providers()
            .OpenWorkload(workload, workspace.Selection, context.Variable)
            .IdentityAsync(cancellationToken);
        Principals.Require(workspace.Place.Store, identity.Principal, allowPublic: false);

        // What nobody named is what the workload consumes.
        bool everything = options.Names.Count == 0 && options.StoreNames.Count == 0;
        SecretRef[] consumed = [.. secrets.Where(s => s.Definition?.Workloads.Contains(name, StringComparer.Ordinal) == true)];
        return !everything || consumed.Length > 0
            ? new AccessTarget(identity.Principal, name, permission, everything ? consumed : secrets)
            : throw new FlowSecretException(
                ErrorIds.BadArgument,
                name,
                $"The catalog '{workspace.Catalog!.Path}' does not say which secrets '{name}' consumes",
                $"Say it with 'workloads: [{name}]' at those secrets, or name them: -Name"
            );
    }

    private static SecretPermission PermissionOf(string role) =>
        role switch
        {
            "writer" => SecretPermission.Write,
            "manager" => SecretPermission.Manage,
            _ => SecretPermission.Read,
        };
}
