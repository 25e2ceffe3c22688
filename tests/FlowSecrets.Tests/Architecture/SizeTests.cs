using System.Text.RegularExpressions;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Architecture;

/// <summary>Nothing grows beyond what can be read: lines, methods, files and folders.</summary>
public sealed partial class SizeTests
{
    private const int MostColumns = 140;
    private const int MostLines = 400;
    private const int MostCharacters = 16_000;
    private const int MostFiles = 20;

    /// <summary>Folders whose file names are the index.</summary>
    private static readonly string[] Indexed = ["src/FlowSecrets/Commands", "src/FlowSecrets.Core/Results", "tests/pester"];

    [Theory]
    [InlineData("*.cs")]
    [InlineData("*.ps1")]
    [InlineData("*.psm1")]
    [InlineData("*.sh")]
    public void LinesStayShort(string pattern)
    {
        string[] files = [.. SourceFiles.All(pattern)];
        Assert.NotEmpty(files);
        foreach (string file in files)
        {
            foreach ((int i, string line) in File.ReadLines(file).Index())
            {
                Assert.True(line.Length <= MostColumns, $"{file}:{i + 1} has {line.Length} characters, and {MostColumns} are the most.");
            }
        }
    }

    [Fact]
    public void FilesStaySmall()
    {
        foreach (string file in SourceFiles.All("*.cs"))
        {
            string text = File.ReadAllText(file);
            int lines = text.AsSpan().Count('\n');
            Assert.True(lines <= MostLines && text.Length <= MostCharacters, $"{file} has {lines} lines and {text.Length} characters.");
        }
    }

    /// <summary>The analyzer counts the lines of methods in every build, and a warning is an error.</summary>
    [Fact]
    public void MethodsStayShort()
    {
        string[] settings = File.ReadAllLines(Path.Combine(Repository.Root, ".editorconfig"));
        Assert.Contains("dotnet_diagnostic.MA0051.severity = warning", settings);
        Assert.Contains("MA0051.maximum_lines_per_method = 60", settings);
        Assert.DoesNotContain(
            settings,
            static l => l.Contains("MA0051", StringComparison.Ordinal) && l.EndsWith("none", StringComparison.Ordinal)
        );
        Assert.DoesNotContain(
            SourceFiles.All("*.cs"),
            static f => File.ReadAllText(f).Contains("disable MA" + "0051", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void FoldersStaySmall()
    {
        IEnumerable<string> files = new[] { "src", "tests" }.SelectMany(static d => SourceFiles.In(Path.Combine(Repository.Root, d)));
        foreach (IGrouping<string, string> folder in files.GroupBy(static f => Path.GetDirectoryName(f)!))
        {
            string name = Path.GetRelativePath(Repository.Root, folder.Key).Replace('\\', '/');
            Assert.True(
                Indexed.Contains(name) || folder.Count() <= MostFiles,
                $"{name} has {folder.Count()} files, and {MostFiles} are the most."
            );
        }
    }

    [Fact]
    public void EachCmdletHasAFileOfItsName()
    {
        string folder = Path.Combine(Repository.Root, "src", "FlowSecrets", "Commands");
        foreach (string file in Directory.GetFiles(folder, "*.cs"))
        {
            string[] classes = [.. CommandClass().Matches(File.ReadAllText(file)).Select(static m => m.Groups["name"].Value)];
            Assert.Equal([Path.GetFileNameWithoutExtension(file)], classes);
        }
    }

    [GeneratedRegex(@"class (?<name>\w+)Command\b", RegexOptions.ExplicitCapture)]
    private static partial Regex CommandClass();
}
