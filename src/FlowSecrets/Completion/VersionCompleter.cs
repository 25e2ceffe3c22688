using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using FlowSecrets.Catalogs;
using FlowSecrets.Hosting;
using FlowSecrets.Operations;

namespace FlowSecrets.Commands;

/// <summary>Versions that this session has listed.</summary>
public sealed class VersionCompleter : CatalogCompleter
{
    private protected override IEnumerable<string> Candidates(IDictionary bound) =>
        FieldCompleter.Named(bound) is { } name ? SeenVersions.Of(name) : [];
}
