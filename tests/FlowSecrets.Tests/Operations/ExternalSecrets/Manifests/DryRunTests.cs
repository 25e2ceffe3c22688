using System.Text.Json.Nodes;
using FlowSecrets.Model;
using FlowSecrets.Providers.Yaml;
using FlowSecrets.Tests.Kubernetes.Workloads;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Operations.ExternalSecrets.Manifests;

/// <summary>The real kubectl sends the manifests to a server that knows the operator's kinds and their schema, as a dry run.</summary>
[Trait(Tier.Name, Tier.Witness)]
public sealed class DryRunTests : ExportScene
{
    [Fact]
    public async Task TheServerTakesEveryManifestOfTheExample()
    {
        await using KubernetesSetting cluster = await KubernetesSetting.StartAsync();
        cluster.Fake.Schema = static o => CrdSchema.Faults(new YamlDocuments().Parse(o.ToJsonString()));
        string catalog = Path.Combine(Repository.Root, "examples", "flowmaestro", "flowsecrets.yaml");
        int sent = 0;
        foreach (ExternalSecretFile file in await RunAsync(Options(catalog)))
        {
            if (file.Kind is "ExternalSecret" or "ClusterSecretStore")
            {
                sent++;
                (int code, string output, string error) = Create(
                    cluster,
                    new YamlDocuments().Parse(await File.ReadAllTextAsync(file.Path))
                );
                Assert.True(code == 0, $"{file.Path}\n{error}");
                Assert.Contains(file.Name!, output, StringComparison.Ordinal);
            }
        }

        Assert.Equal(14, sent);
    }

    [Fact]
    public async Task TheServerRefusesWhatTheSchemaDoes()
    {
        await using KubernetesSetting cluster = await KubernetesSetting.StartAsync();
        cluster.Fake.Schema = static o => CrdSchema.Faults(new YamlDocuments().Parse(o.ToJsonString()));
        DocNode wrong = DocNode.Map(
            ("apiVersion", DocNode.String("external-secrets.io/v1")),
            ("kind", DocNode.String("ExternalSecret")),
            ("metadata", DocNode.Map(("name", DocNode.String("a")), ("namespace", DocNode.String("shop")))),
            ("spec", DocNode.Map(("surprise", DocNode.String("x"))))
        );
        (int code, _, string error) = Create(cluster, wrong);
        Assert.NotEqual(0, code);
        Assert.Contains("is invalid", error, StringComparison.Ordinal);
    }

    /// <summary>Older versions of kubectl ask for the whole OpenAPI description before a dry run; a raw request does not.</summary>
    private (int Code, string Output, string Error) Create(KubernetesSetting cluster, DocNode document)
    {
        string space = document.Get("metadata")!.GetText("namespace") is { } name ? $"namespaces/{name}/" : "";
        string plural = document.GetText("kind")!.ToLowerInvariant() + "s";
        string path = $"/apis/{document.GetText("apiVersion")}/{space}{plural}?dryRun=All&fieldValidation=Strict";
        string body = _sandbox.Write("body.json", Json(document)!.ToJsonString());
        return Tool.Run(cluster.Sandbox.File("bin/kubectl"), _sandbox.Folder, null, "create", "--raw", path, "-f", body);
    }

    private static JsonNode? Json(DocNode node) =>
        node.Kind switch
        {
            DocKind.Map => new JsonObject(node.Entries.Select(static e => KeyValuePair.Create(e.Key.Text, Json(e.Value)))),
            DocKind.List => new JsonArray([.. node.Items.Select(Json)]),
            DocKind.Bool => node.Text == "true",
            DocKind.Null => null,
            _ => node.Text,
        };
}
