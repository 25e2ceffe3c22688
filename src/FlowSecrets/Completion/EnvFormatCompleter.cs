using System.Collections;
using FlowSecrets.Formats;

namespace FlowSecrets.Completion;

/// <summary>Formats in which a .env file is kept up to date.</summary>
public sealed class EnvFormatCompleter : CatalogCompleter
{
    private protected override IEnumerable<string> Candidates(IDictionary bound) =>
        FormatProfiles.All.Where(static p => p.Dialect is not null).Select(static p => p.Name);
}
