using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;
using FlowSecrets.Errors;
using FlowSecrets.Tests.Support;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Architecture;

/// <summary>The arrows between the assemblies: FlowSecrets → Core ← Providers.</summary>
public sealed class LayoutTests
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
    public void EveryErrorIdIsDocumentedAndHasACategory()
    {
        string docs = File.ReadAllText(Path.Combine(Repository.Root, "docs", "errors.md"));
        foreach (FieldInfo id in typeof(ErrorIds).GetFields())
        {
            Assert.Equal(id.Name, id.GetRawConstantValue());
            Assert.Contains($"| `{id.Name}` |", docs);
            Assert.Equal(id.Name == ErrorIds.UnexpectedError, ErrorIds.CategoryOf(id.Name) == FlowErrorCategory.NotSpecified);
        }
    }

    private static string ProjectFile(string name) => File.ReadAllText(Path.Combine(Repository.Root, "src", name, name + ".csproj"));

    private static string[] ReferencesOf(string assembly)
    {
        using PEReader reader = new(File.OpenRead(assembly));
        MetadataReader metadata = reader.GetMetadataReader();
        return [.. metadata.AssemblyReferences.Select(r => metadata.GetString(metadata.GetAssemblyReference(r).Name))];
    }
}
