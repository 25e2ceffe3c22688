using FlowSecrets.Catalogs;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Operations.Catalogs;
using FlowSecrets.Operations.ExternalSecrets;
using FlowSecrets.Providers.Yaml;
using FlowSecrets.Tests.Catalogs;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Operations.ExternalSecrets.Reading;

/// <summary>Manifests that others wrote become a catalog, whose own manifests the operator treats in the same way.</summary>
public sealed class FromKubernetesTests : ManifestScene
{
    private const string Store = """
        apiVersion: external-secrets.io/v1
        kind: ClusterSecretStore
        metadata: { name: gcp }
        spec: { provider: { gcpsm: { projectID: shop-prod } } }
        ---

        """;

    /// <summary>v1beta1 and v1, lists, several documents, templates, and members of a whole JSON secret.</summary>
    [Fact]
    public async Task TheOperatorTreatsTheNewManifestsInTheSameWay()
    {
        Catalog catalog = await MakeAsync(Fixture("shop"));
        Assert.Equal(
            ["shop/db", "shop/stripe", "shop/github", "shop/settings"],
            catalog.Secrets.Select(s => catalog.StoreName(s, catalog.Environments["main"]))
        );
        Assert.Equal(["username", "password", "host"], catalog.Find("shop/db")!.Fields.Select(static f => f.Name));
        Assert.Equal(
            (StoreKind.Aws, "eu-west-1"),
            (catalog.Environments["main"].Selection.Store, catalog.Environments["main"].Selection.Region)
        );
        Assert.Equal("arn:aws:iam::123456789012:role/eso", catalog.Kubernetes.Store!.Identity);

        await ExportAsync();
        Assert.Equal(ManifestMeaning.Of(Fixture("shop")), ManifestMeaning.Of(_sandbox.File("out/main")));
    }

    /// <summary>With a template the operator does not copy them.</summary>
    [Fact]
    public async Task LabelsThatNobodyReadsAreNoted()
    {
        await MakeAsync(Fixture("shop"));
        Assert.Equal(["secrets.yaml:8:5: 'metadata.labels' is not in the catalog. The operator does not act on it."], _host.Warnings);
    }

    [Fact]
    public async Task TheExampleComesBack()
    {
        string folder = Path.Combine(Repository.Root, "examples", "flowmaestro", "external-secrets", "production");
        Catalog catalog = await MakeAsync(folder, "flowmaestro-");
        Assert.Equal("jwt-secret", catalog.Secrets[0].Key);
        Assert.Equal(["jwt-secret", "encryption-key"], catalog.Kubernetes.Secrets.Single(static s => s.Name == "app-secrets").From);
        await ExportAsync();
        Assert.Equal(ManifestMeaning.Of(folder), ManifestMeaning.Of(_sandbox.File("out/main")));
    }

    [Theory]
    [InlineData(
        "spec: { secretStoreRef: { name: gcp, kind: ClusterSecretStore }, dataFrom: [{ find: { name: { regexp: x } } }] }",
        "spec.dataFrom[0].find"
    )]
    [InlineData(
        "spec: { secretStoreRef: { name: gcp, kind: ClusterSecretStore }, data: [{ secretKey: A, remoteRef: { key: a, version: '3' } }] }",
        "version"
    )]
    [InlineData(
        "spec: { secretStoreRef: { name: gcp, kind: ClusterSecretStore }, data: [{ secretKey: A, remoteRef: "
            + "{ key: a, decodingStrategy: Base64 } }] }",
        "decodingStrategy"
    )]
    [InlineData(
        "spec: { secretStoreRef: { name: gcp, kind: ClusterSecretStore }, data: [{ secretKey: A, remoteRef: "
            + "{ key: a, property: 'x.#' } }] }",
        "property"
    )]
    [InlineData(
        "spec: { secretStoreRef: { name: gcp, kind: ClusterSecretStore }, data: [{ secretKey: A, remoteRef: "
            + "{ key: a }, sourceRef: { storeRef: { name: b } } }] }",
        "sourceRef"
    )]
    [InlineData(
        "spec: { secretStoreRef: { name: gcp, kind: ClusterSecretStore }, target: { template: { "
            + "templateFrom: [{ literal: x }] } }, data: [{ secretKey: A, remoteRef: { key: a } }] }",
        "templateFrom"
    )]
    [InlineData(
        "spec: { secretStoreRef: { name: gcp, kind: ClusterSecretStore }, target: { template: { data: { A: "
            + "'{{ .A | upper }}' } } }, data: [{ secretKey: A, remoteRef: { key: a } }] }",
        "template.data"
    )]
    [InlineData(
        "spec: { secretStoreRef: { name: gcp, kind: ClusterSecretStore }, target: { template: { data: { A: "
            + "'{{ .B }}' } } }, data: [{ secretKey: A, remoteRef: { key: a } }] }",
        "'B'"
    )]
    [InlineData(
        "spec: { secretStoreRef: { name: gcp, kind: ClusterSecretStore }, target: { template: { "
            + "engineVersion: v1 } }, data: [{ secretKey: A, remoteRef: { key: a } }] }",
        "engineVersion"
    )]
    [InlineData(
        "spec: { secretStoreRef: { name: other, kind: ClusterSecretStore }, data: [{ secretKey: A, remoteRef: { key: a } }] }",
        "other"
    )]
    [InlineData(
        "spec: { secretStoreRef: { name: gcp, kind: ClusterSecretStore }, refreshInterval: 500ms, data: [{ "
            + "secretKey: A, remoteRef: { key: a } }] }",
        "refreshInterval"
    )]
    [InlineData(
        "spec: { secretStoreRef: { name: gcp, kind: ClusterSecretStore }, surprise: 1, data: [{ secretKey: A, remoteRef: { key: a } }] }",
        "surprise"
    )]
    [InlineData("spec: { data: [] }", "secretStoreRef")]
    public async Task WhatACatalogCannotSayIsListed(string spec, string named)
    {
        string good =
            "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: { name: good }\nspec: { "
            + "secretStoreRef: { name: gcp, kind: "
            + "ClusterSecretStore }, data: [{ secretKey: G, remoteRef: { key: g } }] }\n---\n";
        _sandbox.Write(
            "in/a.yaml",
            Store + good + $"apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {{ name: x }}\n{spec}\n"
        );
        NewCatalogOptions options = Options(_sandbox.File("in"));
        FlowSecretException error = await Assert.ThrowsAsync<FlowSecretException>(() => RunAsync(options));
        Assert.Equal(ErrorIds.ManifestNotExpressible, error.Id);
        Assert.Contains(
            error.Message.Split('\n'),
            d => d.Contains(named, StringComparison.Ordinal) && d.Contains("a.yaml:", StringComparison.Ordinal)
        );
        Assert.False(File.Exists(_sandbox.File("flowsecrets.yaml")));

        // The rest is taken if it is asked for, and what is left out is said.
        await RunAsync(options with { AllowPartial = true });
        Assert.Contains(_host.Warnings, w => w.Contains(named, StringComparison.Ordinal));
        Assert.Contains("good", _sandbox.Read("flowsecrets.yaml"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("apiVersion: external-secrets.io/v1\nkind: ClusterExternalSecret\nmetadata: { name: x }\n", "ClusterExternalSecret")]
    [InlineData("apiVersion: external-secrets.io/v1alpha1\nkind: PushSecret\nmetadata: { name: x }\n", "PushSecret")]
    [InlineData("apiVersion: generators.external-secrets.io/v1alpha1\nkind: Password\nmetadata: { name: x }\n", "Password")]
    [InlineData("apiVersion: external-secrets.io/v1alpha1\nkind: ExternalSecret\nmetadata: { name: x }\n", "v1alpha1")]
    [InlineData(
        "apiVersion: external-secrets.io/v1\nkind: SecretStore\nmetadata: { name: x }\nspec: { provider: { vault: {} } }\n",
        "SecretStore"
    )]
    [InlineData(
        "apiVersion: external-secrets.io/v1\nkind: SecretStore\nmetadata: { name: x }\nspec: { provider: { "
            + "gcpsm: { projectID: p, auth: { secretRef: {} } } } }\n",
        "secretRef"
    )]
    [InlineData("apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {{ name: {{ .Values.name }} }}\n", "helm template")]
    public async Task KindsThatACatalogDoesNotHaveAreListed(string text, string named)
    {
        _sandbox.Write("in/deep/a.yaml", text);
        FlowSecretException error = await Assert.ThrowsAsync<FlowSecretException>(() => RunAsync(Options(_sandbox.File("in"))));
        Assert.Equal(ErrorIds.ManifestNotExpressible, error.Id);
        Assert.Contains(error.Message.Split('\n'), d => d.Contains(named, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("kind: Deployment\napiVersion: apps/v1\n")]
    [InlineData("{{ .Values.x }}: not yaml")]
    public async Task AFolderWithoutThemIsBadInput(string? text)
    {
        if (text is not null)
        {
            _sandbox.Write("in/a.yaml", text);
        }

        Assert.Equal(ErrorIds.BadInput, (await Assert.ThrowsAsync<FlowSecretException>(() => RunAsync(Options(_sandbox.File("in"))))).Id);
    }

    [Fact]
    public async Task OneNameInTwoEnvironmentsIsNotOneCatalog()
    {
        string text = await File.ReadAllTextAsync(Path.Combine(Fixture("shop"), "secrets.yaml"), TestContext.Current.CancellationToken);
        string store = await File.ReadAllTextAsync(Path.Combine(Fixture("shop"), "store.yml"), TestContext.Current.CancellationToken);
        _sandbox.Write("in/a.yaml", text);
        _sandbox.Write("in/b.yaml", text);
        _sandbox.Write("in/s.yaml", store);
        Assert.Equal(
            ErrorIds.ManifestNotExpressible,
            (await Assert.ThrowsAsync<FlowSecretException>(() => RunAsync(Options(_sandbox.File("in"))))).Id
        );
        // Each is taken once, if that is what somebody wants.
        await RunAsync(Options(_sandbox.File("in")) with { AllowPartial = true });
        Assert.Equal(3, CatalogExamples.Valid(_sandbox.Read("flowsecrets.yaml")).Kubernetes.Secrets.Count);
    }

    /// <summary>Whatever stands in a manifest, the answer is a catalog or an error with an id; never an exception of the code.</summary>
    [Fact]
    public async Task NoManifestBreaksTheReader()
    {
        string[] texts = [.. Directory.GetFiles(Fixture("shop")).Select(File.ReadAllText)];
        YamlDocuments yaml = new();
        Random random = new(5);
        for (int i = 0; i < 400; i++)
        {
            Directory.CreateDirectory(_sandbox.File("in"));
            for (int f = 0; f < texts.Length; f++)
            {
                IEnumerable<string> documents = yaml.ParseAll(texts[f]).Select(d => yaml.Write(Broken(d, random)));
                File.WriteAllText(_sandbox.File($"in/{f}.yaml"), string.Join("---\n", documents));
            }

            try
            {
                await RunAsync(Options(_sandbox.File("in")) with { AllowPartial = i % 2 == 0, Force = true });
                CatalogExamples.Valid(_sandbox.Read("flowsecrets.yaml"));
            }
            catch (FlowSecretException e)
            {
                Assert.Contains(e.Id, new[] { ErrorIds.ManifestNotExpressible, ErrorIds.BadInput });
            }
        }
    }

    /// <summary>The tree with about one node of forty replaced, left out or put twice.</summary>
    private static DocNode Broken(DocNode node, Random random)
    {
        DocNode[] others =
        [
            DocNode.Scalar(DocKind.Null, ""),
            DocNode.String("\u0007{{ .x }}"),
            DocNode.Scalar(DocKind.Number, "7"),
            DocNode.List([DocNode.String("a")]),
            DocNode.Map(("a", DocNode.String("b"))),
        ];
        return random.Next(40) == 0 ? others[random.Next(others.Length)]
            : node.Kind == DocKind.List ? DocNode.List([.. node.Items.Where(_ => random.Next(40) > 0).Select(n => Broken(n, random))])
            : node.Kind == DocKind.Map
                ? DocNode.Map([
                    .. node.Entries.Where(_ => random.Next(40) > 0).Select(e => KeyValuePair.Create(e.Key, Broken(e.Value, random))),
                ])
            : node;
    }

    private async Task<Catalog> MakeAsync(string folder, string prefix = "")
    {
        await RunAsync(Options(folder) with { Prefix = prefix });
        return CatalogExamples.Valid(_sandbox.Read("flowsecrets.yaml"));
    }

    private async Task ExportAsync()
    {
        ExportExternalSecretsOptions options = new()
        {
            CatalogPath = _sandbox.File("flowsecrets.yaml"),
            Path = _sandbox.File("out"),
            Offline = true,
        };
        await foreach (ExternalSecretFile file in new ExportExternalSecretsOperation(_sandbox.Context).RunAsync(options, _host, default))
        {
            Assert.Null(file.ErrorId);
        }
    }
}
