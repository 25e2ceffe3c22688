using System.Collections;

namespace FlowSecrets.Completion;

/// <summary>The Kubernetes Secrets of the catalog, whose ExternalSecrets have the same names.</summary>
public sealed class ExternalSecretCompleter : CatalogCompleter
{
    private protected override IEnumerable<string> Candidates(IDictionary bound) =>
        FindCatalog(bound) is { } catalog
            ? catalog
                .Kubernetes.Secrets.Concat(catalog.Environments.Values.SelectMany(static e => e.Kubernetes?.Secrets ?? []))
                .Select(static s => s.Name)
                .Distinct(StringComparer.Ordinal)
            : [];
}
