using System.Text.RegularExpressions;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Pester;

/// <summary>The Pester files, in a real PowerShell.</summary>
[Trait(Tier.Name, Tier.Pester)]
public sealed partial class PesterTests
{
    [PesterCases]
    public void Cases(string file, int line, bool isFirst) => Assert.Fail($"{file}:{line} ({isFirst}) is reported by PesterTestCase.");

    [Fact]
    public void EveryCmdletHasAFileOfItsOwn()
    {
        string manifest = File.ReadAllText(Path.Combine(Repository.Root, "FlowSecrets.psd1"));
        string[] cmdlets =
        [
            .. CmdletName().Matches(manifest[manifest.IndexOf("CmdletsToExport", StringComparison.Ordinal)..]).Select(static m => m.Value),
        ];
        Assert.NotEmpty(cmdlets);
        Assert.All(cmdlets, static c => Assert.Contains(c + ".Tests.ps1", PesterDiscoverer.Files));
    }

    [GeneratedRegex(@"\b[A-Z][a-z]+-Flow\w+\b")]
    private static partial Regex CmdletName();
}
