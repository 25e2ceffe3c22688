using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Operations;
using FlowSecrets.Operations.ExternalSecrets;
using FlowSecrets.Providers.Yaml;
using FlowSecrets.Tests.Support;
using FlowSecrets.Text;
using FsCheck.Fluent;

namespace FlowSecrets.Tests.Operations.ExternalSecrets.Manifests;

/// <summary>Manifests of the catalog: what the cluster takes, the same each time, and never over somebody's work.</summary>
public sealed class ExportTests : ExportScene
{
    private const string Example = "examples/flowmaestro";

    /// <summary>The seed's seven files: the store and six Kubernetes Secrets.</summary>
    [Fact]
    public async Task TheExampleIsAsItIsCommitted()
    {
        string folder = Path.Combine(Repository.Root, Example);
        IReadOnlyList<ExternalSecretFile> files = await RunAsync(
            Options(Path.Combine(folder, "flowsecrets.yaml")) with
            {
                Environment = "production",
            }
        );
        string[] expected =
        [
            "secret-store",
            "app-secrets",
            "db-credentials",
            "redis-credentials",
            "temporal-db-credentials",
            "llm-api-keys",
            "oauth-secrets",
        ];
        Assert.Equal(
            expected,
            files
                .Where(static f => f.Kind is "ClusterSecretStore" or "ExternalSecret")
                .Select(static f => Path.GetFileNameWithoutExtension(f.Path))
        );
        foreach (ExternalSecretFile file in files)
        {
            string committed = Path.Combine(folder, "external-secrets", "production", Path.GetFileName(file.Path));
            if (Environment.GetEnvironmentVariable("FLOWSECRETS_UPDATE_EXAMPLES") == "1")
            {
                Directory.CreateDirectory(Path.GetDirectoryName(committed)!);
                File.Copy(file.Path, committed, overwrite: true);
            }

            Assert.Equal(File.ReadAllText(committed).ReplaceLineEndings("\n"), File.ReadAllText(file.Path));
        }
    }

    /// <summary>The seed's names come of its categories.</summary>
    [Fact]
    public async Task WithoutThePartOneIsProposed()
    {
        string whole = File.ReadAllText(Path.Combine(Repository.Root, Example, "flowsecrets.yaml"));
        string without = whole[..whole.IndexOf("\nkubernetes:", StringComparison.Ordinal)];
        IReadOnlyList<ExternalSecretFile> files = await RunAsync(
            Options(_sandbox.Write("flowsecrets.yaml", without + "\n")) with
            {
                Environment = "production",
            }
        );
        Assert.Equal(
            ["app-secrets", "db-credentials", "redis-credentials", "llm-api-keys", "oauth-secrets"],
            files.Where(static f => f.Kind == "ExternalSecret").Select(static f => f.Name!)
        );
        string proposal = Assert.Single(_host.Said);
        // What was shown is what a catalog takes, and it gives the same files.
        string added = without + "\n" + proposal[proposal.IndexOf("kubernetes:", StringComparison.Ordinal)..];
        Assert.All(
            await RunAsync(Options(_sandbox.Write("flowsecrets.yaml", added)) with { Environment = "production" }),
            static f => Assert.Equal(ItemStatus.Unchanged, f.Status)
        );
    }

    [Fact]
    public async Task AStoreThatCannotBeAskedIsAWarning()
    {
        _sandbox.Set("AWS_EC2_METADATA_DISABLED", "true");
        await RunAsync(Options(_sandbox.Write("flowsecrets.yaml", Head)) with { Environment = "eu", Offline = false });
        Assert.Contains(_host.Warnings, static w => w.Contains("-Offline", StringComparison.Ordinal));
        Assert.True(File.Exists(_sandbox.File("out/eu/secret-store.yaml")));
    }

    [Fact]
    public void NamesOfKubernetesAreAsTheApiServerSays() =>
        Properties.Hold(
            HostileText.Any,
            static text =>
            {
                string near = DnsName.Near(text);
                Assert.True(near.Length == 0 || DnsName.IsSubdomain(near), near);
                Assert.Equal(
                    System.Text.RegularExpressions.Regex.IsMatch(
                        text,
                        @"\A[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z"
                    ),
                    DnsName.IsSubdomain(text)
                );
            }
        );

    [Fact]
    public void DurationsOfGoComeBack() =>
        Properties.Hold(
            Gen.Choose(0, 99_999).ToArbitrary(),
            static seconds =>
            {
                TimeSpan span = TimeSpan.FromSeconds(seconds);
                Assert.Equal(span, Durations.FromGo(Durations.Go(span)));
                Assert.Equal(span, Durations.FromGo($"{seconds / 3600}h{seconds / 60 % 60}m{seconds % 60}s"));
                Assert.Equal(span, Durations.Parse(Durations.Go(span)));
            }
        );
}
