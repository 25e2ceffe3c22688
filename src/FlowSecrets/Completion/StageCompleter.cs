using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using FlowSecrets.Model;

namespace FlowSecrets.Completion;

/// <summary>The stages that every store knows.</summary>
public sealed class StageCompleter : CatalogCompleter
{
    private protected override IEnumerable<string> Candidates(IDictionary bound) => [Stages.Current, Stages.Pending, Stages.Previous];
}
