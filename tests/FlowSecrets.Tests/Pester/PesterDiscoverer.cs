using System.Text.RegularExpressions;
using FlowSecrets.Tests.Support;
using Xunit.Sdk;
using Xunit.v3;

namespace FlowSecrets.Tests.Pester;

/// <summary>Finds the <c>It</c> blocks of all Pester files by their text.</summary>
public sealed partial class PesterDiscoverer : IXunitTestCaseDiscoverer
{
    public static string Folder { get; } = Path.Combine(Repository.Root, "tests", "pester");

    public static IEnumerable<string> Files =>
        Directory.GetFiles(Folder, "*.Tests.ps1").Select(static f => Path.GetFileName(f)!).Order(StringComparer.Ordinal);

    public ValueTask<IReadOnlyCollection<IXunitTestCase>> Discover(
        ITestFrameworkDiscoveryOptions discoveryOptions,
        IXunitTestMethod testMethod,
        IFactAttribute factAttribute
    ) => new([.. Files.SelectMany(CasesOf).Select(c => new PesterTestCase(testMethod, c.File, c.Line, c.Name, c.IsFirst))]);

    /// <summary>The <c>It</c> blocks of a file. The first one also reports what Pester ran that no block of this list stands for.</summary>
    public static IEnumerable<(string File, int Line, string Name, bool IsFirst)> CasesOf(string file) =>
        File.ReadLines(Path.Combine(Folder, file))
            .Index()
            .Select(static line => (line.Index, Match: It().Match(line.Item)))
            .Where(static line => line.Match.Success)
            .Select(
                (line, i) => (file, line.Index + 1, line.Match.Groups["name"].Value.Replace("''", "'", StringComparison.Ordinal), i == 0)
            );

    [GeneratedRegex("""^\s*It\s+(?<quote>['"])(?<name>(?:(?!\k<quote>).|\k<quote>\k<quote>)*)\k<quote>""")]
    private static partial Regex It();
}
