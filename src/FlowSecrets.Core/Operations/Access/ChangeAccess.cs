using System.Runtime.CompilerServices;
using FlowSecrets.Catalogs;
using FlowSecrets.Catalogs.Trust;
using FlowSecrets.Concurrency;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;

namespace FlowSecrets.Operations.Access;

internal sealed record ChangeAccessOptions : AccessOptions
{
    /// <summary>Grant, else revoke.</summary>
    public bool Grant { get; init; }

    /// <summary>When a grant ends; null: never.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>With the catalog's entries: take off grants of ours that it does not name.</summary>
    public bool Prune { get; init; }

    /// <summary>And those that others made.</summary>
    public bool PruneAll { get; init; }

    /// <summary>Wait until a grant works, or until it must.</summary>
    public bool Wait { get; init; }
}

/// <summary>Grants and revokes; each secret's policy is read, changed and written once, and nothing else in it is touched.</summary>
internal sealed class ChangeAccessOperation(OperationContext context) : IOperation<ChangeAccessOptions, SecretAccessChange>
{
    public async IAsyncEnumerable<SecretAccessChange> RunAsync(
        ChangeAccessOptions options,
        IOperationHost host,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        Check(options, context.Clock);
        Workspace workspace = await Workspace.OpenAsync(context, options, host, cancellationToken);
        IReadOnlyList<SecretRef> named = AccessTargets.Secrets(context, workspace, options, host);
        IReadOnlyList<AccessTarget> targets = await AccessTargets.FindAsync(context, workspace, options, named, host, cancellationToken);
        await workspace.Store.IdentifyAsync(cancellationToken);
        await RequireAsync(workspace, options, targets, cancellationToken);
        IEnumerable<SecretRef> secrets = targets.SelectMany(static t => t.Secrets);
        if (options is { FromCatalog: true, Grant: true, Principals.Count: 0 })
        {
            // Also those that no entry names: what is granted there, the catalog does not name.
            secrets = named;
        }

        SecretRef[] all = [.. secrets.DistinctBy(static s => s.StoreName, StringComparer.Ordinal)];
        int done = 0;
        List<AccessTarget> granted = [];
        List<Planned> plans = [];
        int width = workspace.Store.Concurrency;
        await foreach (
            Planned plan in Ordered.RunAsync(all, width, (s, ct) => PlanAsync(workspace, s, targets, options, ct), cancellationToken)
        )
        {
            plans.Add(plan);
            host.Progress(new ProgressUpdate("Reading who may read", plan.Secret.StoreName, plans.Count, all.Length));
        }

        // Each is asked about in order, and as many are changed at a time as the store likes.
        await foreach (
            (Planned planned, SecretAccessChange change) in Ordered.RunAsync(
                plans,
                width,
                async (p, ct) => (p, await ApplyAsync(workspace, p, options, host, ct)),
                cancellationToken
            )
        )
        {
            host.Progress(
                new ProgressUpdate(options.Grant ? "Granting access" : "Revoking access", planned.Secret.StoreName, ++done, all.Length)
            );
            foreach (SecretAccessChange extra in planned.Extra.Select(g => Extra(workspace, planned.Secret, g)))
            {
                yield return extra;
            }

            yield return change;
            if (change.Status is ItemStatus.Granted or ItemStatus.Unchanged)
            {
                granted.AddRange(targets.Where(t => t.Secrets.Contains(planned.Secret)).Select(t => t with { Secrets = [planned.Secret] }));
            }
        }

        if (options is { Wait: true, Grant: true })
        {
            await foreach (SecretAccessChange late in new AccessWait(context.Clock, workspace).RunAsync(granted, host, cancellationToken))
            {
                yield return late;
            }
        }
    }

    /// <summary>Principals that the user names need no approval; the catalog's do.</summary>
    private static async Task RequireAsync(
        Workspace workspace,
        ChangeAccessOptions options,
        IReadOnlyList<AccessTarget> targets,
        CancellationToken cancellationToken
    )
    {
        if (workspace.Trust is not { } trust)
        {
            return;
        }

        IEnumerable<CatalogAccess> entries = options is { FromCatalog: true, Grant: true, Principals.Count: 0 }
            ? workspace.Environment?.Access ?? workspace.Catalog!.Access
            : [];
        // Whose identity a workload of the catalog has, only the catalog says.
        IEnumerable<TrustRecord> found = options is { Grant: true, Workloads.Count: > 0 }
            ? targets.Select(static t => new TrustRecord(TrustKind.Principal, $"{t.Principal} ({t.Permission})")).Distinct()
            : [];
        await trust.RequireAsync([.. workspace.WriteRecords, .. entries.Select(CatalogReach.Grants), .. found], cancellationToken);
    }

    private static void Check(ChangeAccessOptions options, TimeProvider clock)
    {
        if (options is { FromCatalog: false, Principals.Count: 0, Workloads.Count: 0 })
        {
            throw new FlowSecretException(
                ErrorIds.BadArgument,
                "-Principal",
                "No principal is named",
                "Name it: -Principal, -Workload, or -FromCatalog for the catalog's 'access' entries."
            );
        }

        if ((options.Prune || options.PruneAll) && options is not { FromCatalog: true, Principals.Count: 0 })
        {
            throw new FlowSecretException(
                ErrorIds.BadArgument,
                "-Prune",
                "-Prune and -PruneAll take off what the catalog does not name, so they go with -FromCatalog and without -Principal",
                "Add -FromCatalog and leave -Principal out; or take one off: Revoke-FlowSecretAccess NAME -Principal PRINCIPAL"
            );
        }

        RequireToCome(options.Expires, clock);
    }

    /// <exception cref="FlowSecretException">BadArgument.</exception>
    internal static void RequireToCome(DateTimeOffset? expires, TimeProvider clock)
    {
        if (expires <= clock.GetUtcNow())
        {
            throw new FlowSecretException(
                ErrorIds.BadArgument,
                "-Expires",
                $"-Expires {expires:u} is over",
                "Name a time to come, such as (Get-Date).AddHours(8)."
            );
        }
    }

    private static async Task<Planned> PlanAsync(
        Workspace workspace,
        SecretRef secret,
        IReadOnlyList<AccessTarget> targets,
        ChangeAccessOptions options,
        CancellationToken cancellationToken
    )
    {
        List<AccessEdit> edits =
        [
            .. targets
                .Where(t => t.Secrets.Contains(secret))
                .Select(t => new AccessEdit(
                    options.Grant,
                    t.Principal!,
                    options.Grant || options.FromCatalog ? t.Permission : options.Permission,
                    options.Expires
                ))
                .Distinct(),
        ];
        try
        {
            List<SecretGrant> extra = [];
            bool prunes = false;
            if (options is { FromCatalog: true, Grant: true, Principals.Count: 0 })
            {
                AccessList list = await workspace.Store.Access.ListAsync(secret.StoreName, cancellationToken);
                SecretGrant[] unnamed =
                [
                    .. list.Grants.Where(g => g is { Direct: true, Denies: false } && !edits.Exists(e => IsNamed(e, g))),
                ];
                SecretGrant[] pruned =
                [
                    .. unnamed.Where(g => options.PruneAll || (options.Prune && g is { Ours: true, Exactly: not null })),
                ];
                edits.AddRange(pruned.Select(static g => new AccessEdit(Grant: false, g.Principal, null, null, g)));
                extra.AddRange(unnamed.Except(pruned));
                prunes = pruned.Length > 0;
            }

            return new Planned(
                secret,
                edits,
                await workspace.Store.Access.PlanAsync(secret.StoreName, edits, cancellationToken),
                extra,
                prunes,
                null
            );
        }
        catch (FlowSecretException e)
        {
            return new Planned(secret, edits, AccessChange.None, [], false, e);
        }
    }

    private static bool IsNamed(AccessEdit edit, SecretGrant grant) =>
        string.Equals(edit.Principal, grant.Principal, StringComparison.OrdinalIgnoreCase)
        && edit.Permission == grant.Exactly
        && grant.Condition is null == edit.Expires is null;

    private static async Task<SecretAccessChange> ApplyAsync(
        Workspace workspace,
        Planned planned,
        ChangeAccessOptions options,
        IOperationHost host,
        CancellationToken cancellationToken
    )
    {
        SecretAccessChange result = Result(workspace, planned.Secret, ItemStatus.Unchanged) with
        {
            Principal = [.. planned.Edits.Select(static e => e.Principal).Distinct(StringComparer.Ordinal)],
            Change = [.. planned.Change.Diff],
        };
        if (planned.Refusal is { } refusal)
        {
            return Failed(workspace, result, refusal, planned.Secret);
        }

        if (planned.Change.Diff.Count == 0)
        {
            return result;
        }

        string action =
            $"Change who may use "
            + $"it:{string.Concat(planned.Change.Diff.Select(static d => Environment.NewLine + "  " + d))}{Environment.NewLine}";
        if (
            !await host.ShouldProcessAsync(
                $"'{planned.Secret.StoreName}' in the {workspace.Place}",
                action,
                cancellationToken,
                planned.Prunes
            )
        )
        {
            return result with { Status = host.IsWhatIf ? ItemStatus.Planned : ItemStatus.Skipped };
        }

        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            AccessChange change = await workspace.Store.Access.ApplyAsync(planned.Secret.StoreName, planned.Edits, cancellationToken);
            if (change.Warning is { } warning)
            {
                host.Warning(warning);
            }

            return result with
            {
                Status =
                    change.Diff.Count == 0 ? ItemStatus.Unchanged
                    : options.Grant ? ItemStatus.Granted
                    : ItemStatus.Revoked,
                Change = [.. change.Diff],
            };
        }
        catch (FlowSecretException e)
        {
            return Failed(workspace, result, e, planned.Secret);
        }
    }

    private static SecretAccessChange Failed(Workspace workspace, SecretAccessChange result, FlowSecretException error, SecretRef secret)
    {
        FlowSecretException here = workspace.Here(error, secret);
        return result with { Status = ItemStatus.Failed, Message = here.Message, Error = here };
    }

    private static SecretAccessChange Extra(Workspace workspace, SecretRef secret, SecretGrant grant) =>
        Result(workspace, secret, ItemStatus.Extra) with
        {
            Principal = [grant.Principal],
            Change = [$"  {grant.Principal}  {grant.Role}"],
            Message = $"The catalog does not name it; {(grant.Ours ? "-Prune" : "-PruneAll")} takes it off.",
        };

    internal static SecretAccessChange Result(Workspace workspace, SecretRef secret, string status) =>
        new()
        {
            Name = secret.Definition?.Key,
            StoreName = secret.StoreName,
            Status = status,
            Environment = workspace.Environment?.Name,
            Store = workspace.Place.Store.ToString(),
            Place = workspace.Place.ToString(),
        };

    /// <param name="Extra">Grants that the catalog does not name and that stay.</param>
    /// <param name="Prunes">Whether grants go that nobody named.</param>
    /// <param name="Refusal">Why it cannot be done.</param>
    private sealed record Planned(
        SecretRef Secret,
        IReadOnlyList<AccessEdit> Edits,
        AccessChange Change,
        IReadOnlyList<SecretGrant> Extra,
        bool Prunes,
        FlowSecretException? Refusal
    );
}
