using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace FlowSecrets.Completion;

/// <summary>Workloads of the catalog.</summary>
public sealed class WorkloadCompleter : CatalogCompleter
{
    private protected override IEnumerable<string> Candidates(IDictionary bound) =>
        FindCatalog(bound) is { } catalog
            ? catalog
                .Workloads.Keys.Concat(catalog.Environments.Values.SelectMany(static e => e.Workloads?.Keys ?? []))
                .Distinct(StringComparer.Ordinal)
            : [];
}
