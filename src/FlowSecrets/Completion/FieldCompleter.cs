using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace FlowSecrets.Completion;

/// <summary>Fields of the secret that is named already.</summary>
public sealed class FieldCompleter : CatalogCompleter
{
    private protected override IEnumerable<string> Candidates(IDictionary bound) =>
        Named(bound) is { } name ? FindCatalog(bound)?.Find(name)?.Fields.Select(static f => f.Name) ?? [] : [];

    internal static string? Named(IDictionary bound) =>
        (bound["Name"] ?? bound["StoreName"]) switch
        {
            string one => one,
            IEnumerable many => many.Cast<object>().FirstOrDefault()?.ToString(),
            _ => null,
        };
}
