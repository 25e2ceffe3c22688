using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using FlowSecrets.Operations.Versions;

namespace FlowSecrets.Completion;

/// <summary>Versions that this session has listed.</summary>
public sealed class VersionCompleter : CatalogCompleter
{
    private protected override IEnumerable<string> Candidates(IDictionary bound) =>
        FieldCompleter.Named(bound) is { } name ? SeenVersions.Of(name) : [];
}
