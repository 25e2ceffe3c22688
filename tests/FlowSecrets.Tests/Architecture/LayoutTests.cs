using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;
using FlowSecrets.Errors;
using FlowSecrets.Tests.Support;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Module;

/// <summary>The arrows of the layout: FlowSecrets → Core ← Providers, and a folder of Providers knows no other.</summary>
public sealed partial class LayoutTests
{
    [Fact]
    public void CoreKnowsTheRuntimeAlone() =>
        Assert.All(
            ReferencesOf(typeof(SecretValue).Assembly.Location),
            static r => Assert.True(r.StartsWith("System.", StringComparison.Ordinal) || r is "Microsoft.Win32.Primitives", r)
        );

    [Fact]
    public void ProvidersKnowsCoreAndItsPackagesButNoPowerShell()
    {
        string[] references =
        [
            .. ReferencesOf(typeof(Providers.ProviderDoor).Assembly.Location)
                .Where(static r => !r.StartsWith("System.", StringComparison.Ordinal) && r != "Microsoft.Win32.Primitives"),
        ];
        Assert.Contains("FlowSecrets.Core", references);
        Assert.Subset(
            new HashSet<string>
            {
                "FlowSecrets.Core",
                "YamlDotNet",
                "Microsoft.Data.Sqlite",
                "SQLitePCLRaw.batteries_v2",
                "AWSSDK.Core",
                "AWSSDK.SecurityToken",
                "Google.Apis",
                "Google.Apis.Auth",
                "Google.Apis.Core",
                "Newtonsoft.Json",
                "Npgsql",
            },
            references.ToHashSet()
        );
    }

    [Fact]
    public void TheProjectsSayTheSame()
    {
        Assert.Empty(Regex.Matches(ProjectFile("FlowSecrets.Core"), "<(Package|Project)Reference"));
        Assert.DoesNotContain("PowerShell", ProjectFile("FlowSecrets.Providers"));
        Assert.DoesNotContain("FlowSecrets.Providers", ProjectFile("FlowSecrets"));
        Assert.Equal(
            ["PowerShellStandard.Library"],
            Regex.Matches(ProjectFile("FlowSecrets"), "PackageReference Include=\"([^\"]+)\"").Select(static m => m.Groups[1].Value)
        );
    }

    [Fact]
    public void AFolderOfProvidersKnowsNoOtherFolder()
    {
        string root = Path.Combine(Repository.Root, "src", "FlowSecrets.Providers");
        string[] folders =
        [
            .. Directory.GetDirectories(root).Select(Path.GetFileName).OfType<string>().Where(static f => f is not ("bin" or "obj")),
        ];
        Assert.Contains("Local", folders);
        foreach (string folder in folders)
        {
            foreach (string file in Directory.GetFiles(Path.Combine(root, folder), "*.cs", SearchOption.AllDirectories))
            {
                string[] others =
                [
                    .. UsedFolder()
                        .Matches(File.ReadAllText(file))
                        .Select(static m => m.Groups[1].Value)
                        .Where(f => f != folder && folders.Contains(f)),
                ];
                Assert.True(others.Length == 0, $"{file} knows {string.Join(", ", others)}.");
            }
        }
    }

    [Fact]
    public void FilesStaySmall()
    {
        foreach (
            string file in Directory
                .GetFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
                .Where(static f => !f.Contains("/obj/") && !f.Contains("\\obj\\"))
        )
        {
            int most = file.Contains("Commands") ? 150 : 500;
            Assert.True(File.ReadAllLines(file).Length <= most, file);
        }
    }

    [Fact]
    public void EveryErrorIdIsDocumented()
    {
        string docs = File.ReadAllText(Path.Combine(Repository.Root, "docs", "errors.md"));
        foreach (FieldInfo id in typeof(ErrorIds).GetFields())
        {
            Assert.Equal(id.Name, id.GetRawConstantValue());
            Assert.Contains($"| `{id.Name}` |", docs);
        }
    }

    private static string ProjectFile(string name) => File.ReadAllText(Path.Combine(Repository.Root, "src", name, name + ".csproj"));

    private static string[] ReferencesOf(string assembly)
    {
        using PEReader reader = new(File.OpenRead(assembly));
        MetadataReader metadata = reader.GetMetadataReader();
        return [.. metadata.AssemblyReferences.Select(r => metadata.GetString(metadata.GetAssemblyReference(r).Name))];
    }

    [GeneratedRegex(@"FlowSecrets\.Providers\.(\w+)")]
    private static partial Regex UsedFolder();
}
