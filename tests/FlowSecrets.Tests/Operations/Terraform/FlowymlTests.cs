using System.Text.RegularExpressions;
using FlowSecrets.Files.Marked;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Operations.Terraform;

/// <summary>
/// The files in examples/flowyml/terraform are what the command writes for FlowyML's three secrets. FLOWSECRETS_UPDATE_GOLDEN=1 writes them
/// again, to be looked at and committed.
/// </summary>
public sealed partial class FlowymlTests
{
    /// <summary>What AWS adds to a name is random, so that the example has an ending of its own.</summary>
    private const string Ending = "-AbCdEf";

    [Theory]
    [InlineData(StoreKind.Gcp, "gcp", "flowyml-", 6)]
    [InlineData(StoreKind.Aws, "aws", "flowyml/", 3)]
    public async Task TheExampleIsWhatIsWritten(StoreKind kind, string environment, string prefix, int imports)
    {
        string example = Path.Combine(Repository.Root, "examples", "flowyml");
        await using TerraformStage stage = await TerraformStage.StartAsync(
            await File.ReadAllTextAsync(Path.Combine(example, "flowsecrets.yaml"))
        );
        ISecretStore store = stage.Store(kind, null, "flowyml-prod");
        foreach (string key in new[] { "db-password", "auth-secret", "api-token" })
        {
            await TerraformStage.AddAsync(store, prefix + key);
            if (kind == StoreKind.Gcp)
            {
                AccessEdit grant = new(true, "serviceAccount:web@flowyml-prod.iam.gserviceaccount.com", SecretPermission.Read);
                await store.Access.ApplyAsync(prefix + key, [grant], default);
            }
        }

        List<TerraformFile> files = await stage.RunAsync(environment);
        Assert.Empty(stage.Host.Failures);
        Assert.Equal(imports, files.Sum(static f => f.Imports));
        string folder = Path.Combine(example, "terraform", environment);
        MarkedOwner owner = new("terraform", "Export-FlowTerraform", environment);
        Dictionary<string, string> made = files.ToDictionary(
            static f => f.Name,
            f =>
                FileMarker.Add(
                    owner,
                    new MarkedFile(f.Name, RandomEnding().Replace(stage.Text($"terraform/{environment}/{f.Name}"), Ending + "\""))
                ),
            StringComparer.Ordinal
        );
        if (Environment.GetEnvironmentVariable("FLOWSECRETS_UPDATE_GOLDEN") == "1")
        {
            Directory.CreateDirectory(folder);
            foreach ((string name, string text) in made)
            {
                await File.WriteAllTextAsync(Path.Combine(folder, name), text);
            }
        }

        Assert.Equal(
            made.Keys.Order(StringComparer.Ordinal),
            Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal)
        );
        Assert.All(made, f => Assert.Equal(f.Value, FileMarker.Normal(File.ReadAllText(Path.Combine(folder, f.Key)))));
    }

    [GeneratedRegex(@"(?<=:secret:[^""\n]*)-[A-Za-z0-9]{6}""")]
    private static partial Regex RandomEnding();
}
