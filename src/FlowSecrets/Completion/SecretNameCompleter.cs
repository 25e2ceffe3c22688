using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using FlowSecrets.Catalogs;
using FlowSecrets.Hosting;
using FlowSecrets.Operations;

namespace FlowSecrets.Commands;

/// <summary>Keys of the catalog.</summary>
public sealed class SecretNameCompleter : CatalogCompleter
{
    private protected override IEnumerable<string> Candidates(IDictionary bound) =>
        FindCatalog(bound)?.Secrets.Select(static s => s.Key) ?? [];
}
