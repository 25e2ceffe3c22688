using System.Runtime.CompilerServices;
using FlowSecrets.Catalogs;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Text;

namespace FlowSecrets.Operations.Workloads;

/// <summary>What the workload commands have in common.</summary>
internal static class WorkloadSelection
{
    /// <summary>How long a workload may take to become healthy, unless a command says otherwise.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>The workloads of some names, with wildcards; without names all. An unknown one is the error of that item.</summary>
    public static IReadOnlyList<CatalogWorkload> Find(Workspace workspace, IReadOnlyList<string> names, IOperationHost host)
    {
        IReadOnlyDictionary<string, CatalogWorkload> known = workspace.Catalog!.WorkloadsOf(workspace.Environment);
        List<CatalogWorkload> found = [.. names.Count == 0 ? known.Values : []];
        foreach (string name in names)
        {
            if (Wildcard.HasWildcard(name) && !known.ContainsKey(name))
            {
                WildcardPattern pattern = NamePattern.Parse(name);
                found.AddRange(known.Values.Where(w => pattern.IsMatch(w.Name)));
                continue;
            }

            try
            {
                found.Add(One(workspace, name));
            }
            catch (FlowSecretException e)
            {
                host.Fail(e);
            }
        }

        return [.. found.DistinctBy(static w => w.Name, StringComparer.Ordinal)];
    }

    /// <summary>The workload of a name, without regard to case if that means one only.</summary>
    /// <exception cref="FlowSecretException">BadArgument: the catalog knows no such workload.</exception>
    public static CatalogWorkload One(Workspace workspace, string name)
    {
        IReadOnlyDictionary<string, CatalogWorkload> known = workspace.Catalog!.WorkloadsOf(workspace.Environment);
        IReadOnlyList<CatalogWorkload> found = NameMatch.Find(known.Values, static w => w.Name, name);
        if (found.Count == 1)
        {
            return found[0];
        }

        (string cause, string remedy) =
            found.Count > 1 ? NameMatch.Ambiguous("workload", name, found.Select(static w => w.Name))
            : known.Count > 0
                ? ($"The catalog '{workspace.Catalog.Path}' has no workload '{name}'", $"There are: {string.Join(", ", known.Keys)}.")
            : (
                $"The catalog '{workspace.Catalog.Path}' has no workload '{name}'",
                "Describe it in the catalog, under 'workloads'; for its access, name the principal itself: -Principal"
            );
        throw new FlowSecretException(ErrorIds.BadArgument, name, cause, remedy);
    }

    public static IReadOnlyList<SecretRef> Consumed(Workspace workspace, CatalogWorkload workload) =>
        [.. workspace.Catalog!.Secrets.Where(s => s.Workloads.Contains(workload.Name, StringComparer.Ordinal)).Select(workspace.Ref)];

    /// <summary>The secrets that a workload consumes as they should be; those without a value are left out.</summary>
    public static async Task<WorkloadSecrets> SecretsAsync(
        Workspace workspace,
        CatalogWorkload workload,
        CancellationToken cancellationToken
    )
    {
        WorkloadSecrets secrets = new();
        try
        {
            foreach (SecretRef secret in Consumed(workspace, workload))
            {
                try
                {
                    CatalogSecret definition = secret.Definition!;
                    RotationView view = await workspace.Store.Rotation.ViewAsync(
                        new RotationSubject(secret.StoreName, definition.Rotation?.UsesAlias == true),
                        cancellationToken
                    );
                    DateTimeOffset? since =
                        view.Record is { Promoted: { } promoted } record && record.To == view.Current
                            ? promoted
                            : (await workspace.Store.DescribeAsync(secret.StoreName, cancellationToken))?.Updated;
                    await secrets.AddAsync(
                        workspace.Store.Rotation.ReadAsync,
                        view,
                        definition,
                        since,
                        withPrevious: true,
                        cancellationToken
                    );
                }
                catch (FlowSecretException e)
                    when (e.Id
                            is ErrorIds.SecretNotFound
                                or ErrorIds.SecretHasNoVersion
                                or ErrorIds.PendingDeletion
                                or ErrorIds.VersionDisabled
                    )
                {
                    // What is not there, nothing runs with.
                }
            }

            return secrets;
        }
        catch
        {
            secrets.Dispose();
            throw;
        }
    }
}
