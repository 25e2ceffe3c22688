using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace FlowSecrets.Completion;

/// <summary>Keys of the catalog.</summary>
public sealed class SecretNameCompleter : CatalogCompleter
{
    private protected override IEnumerable<string> Candidates(IDictionary bound) =>
        FindCatalog(bound)?.Secrets.Select(static s => s.Key) ?? [];
}
