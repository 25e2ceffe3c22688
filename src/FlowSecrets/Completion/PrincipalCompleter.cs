using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using FlowSecrets.Model;

namespace FlowSecrets.Completion;

/// <summary>Principals that the catalog's 'access' entries name.</summary>
public sealed class PrincipalCompleter : CatalogCompleter
{
    private protected override IEnumerable<string> Candidates(IDictionary bound) =>
        FindCatalog(bound) is { } catalog
            ? catalog
                .Access.Concat(catalog.Environments.Values.SelectMany(static e => e.Access ?? []))
                .Select(static a => a.Principal)
                .Distinct(StringComparer.Ordinal)
            : [];
}
