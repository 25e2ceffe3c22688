using System.Collections;
using FlowSecrets.Formats;

namespace FlowSecrets.Completion;

/// <summary>Formats of files with values.</summary>
public sealed class FormatCompleter : CatalogCompleter
{
    private protected override IEnumerable<string> Candidates(IDictionary bound) => ValueFiles.Formats.Select(static f => f.Name);
}
