using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace FlowSecrets.Completion;

/// <summary>Environments of the catalog.</summary>
public sealed class EnvironmentCompleter : CatalogCompleter
{
    private protected override IEnumerable<string> Candidates(IDictionary bound) => FindCatalog(bound)?.Environments.Keys ?? [];
}
