using System.Runtime.CompilerServices;
using FlowSecrets.Catalogs;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Text;

namespace FlowSecrets.Operations.Workloads;

/// <summary>What the workload commands have in common.</summary>
internal static class WorkloadSelection
{
    /// <summary>How long a workload may take to become healthy, unless a command says otherwise.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <exception cref="FlowSecretException">BadArgument: the catalog knows no such workload.</exception>
    public static IReadOnlyList<CatalogWorkload> Find(Workspace workspace, IReadOnlyList<string> names)
    {
        IReadOnlyDictionary<string, CatalogWorkload> known = workspace.Catalog!.WorkloadsOf(workspace.Environment);
        return names.Count == 0
            ? [.. known.Values]
            : [.. names.SelectMany(n => Matches(workspace, known, n)).DistinctBy(static w => w.Name, StringComparer.Ordinal)];
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

    private static IEnumerable<CatalogWorkload> Matches(
        Workspace workspace,
        IReadOnlyDictionary<string, CatalogWorkload> known,
        string name
    )
    {
        WildcardPattern pattern = NamePattern.Parse(name);
        CatalogWorkload[] matches = [.. known.Values.Where(w => pattern.IsMatch(w.Name))];
        return matches.Length > 0 || Wildcard.HasWildcard(name)
            ? matches
            : throw new FlowSecretException(
                ErrorIds.BadArgument,
                name,
                $"The catalog '{workspace.Catalog!.Path}' has no workload '{name}'",
                known.Count == 0 ? "Describe it in the catalog, under 'workloads'." : $"There are: {string.Join(", ", known.Keys)}."
            );
    }
}
