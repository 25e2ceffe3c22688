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
public sealed class FromKubernetesTests : IDisposable
{
    private const string Store = """
        apiVersion: external-secrets.io/v1
        kind: ClusterSecretStore
        metadata: { name: gcp }
        spec: { provider: { gcpsm: { projectID: shop-prod } } }
        ---

        """;

    private readonly Sandbox _sandbox = new();
    private readonly TestHost _host = new();

    public void Dispose() => _sandbox.Dispose();

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
        Assert.Equal(Meanings(Fixture("shop")), Meanings(_sandbox.File("out/main")));
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
        Assert.Equal(Meanings(folder), Meanings(_sandbox.File("out/main")));
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
    }

    [Theory]
    [InlineData("\n", "")]
    [InlineData("\r\n", "")]
    [InlineData("\n", "kubernetes:\n  namespace: shop\n  secrets:\n    mine:\n      from: [token]\n    # the last one\n\n# the end\n")]
    public async Task MergingKeepsEveryLine(string lineEnd, string part)
    {
        string text =
            "# Ours\napplication: shop   # the shop\nenvironments:\n  eu: { store: aws, region: eu-west-1 "
            + "}\n\nsecrets:\n  # A token\n  token: { env: TOKEN }\n"
            + "  stripe:\n    name: shop/stripe\n    env: STRIPE_KEY\n\n# What follows\nlocalEnv: { path: .env }\n"
            + part;
        text = text.ReplaceLineEndings(lineEnd);
        _sandbox.Write("flowsecrets.yaml", text);
        await RunAsync(Options(Fixture("shop")) with { Merge = true });
        string merged = _sandbox.Read("flowsecrets.yaml");
        Catalog catalog = CatalogExamples.Valid(merged);
        Assert.Equal(["token", "stripe", "shop/db", "shop/github", "shop/settings"], catalog.Secrets.Select(static s => s.Key));
        Assert.Equal(part.Length > 0, catalog.Kubernetes.Secrets.Any(static s => s.Name == "mine"));
        Assert.Equal(["stripe"], catalog.Kubernetes.Secrets.Single(static s => s.Name == "tokens").From);

        // What was there is there, line by line and in its order.
        Queue<string> lines = new(text.Split(lineEnd));
        foreach (string line in merged.Split(lineEnd))
        {
            if (lines.Count > 0 && lines.Peek() == line)
            {
                lines.Dequeue();
            }
        }

        Assert.True(lines.Count <= 1, string.Join('|', lines));
        Assert.DoesNotContain(lineEnd == "\r\n" ? "[^\r]\n" : "\r", merged, StringComparison.Ordinal);

        // The second time there is nothing to add.
        await RunAsync(Options(Fixture("shop")) with { Merge = true });
        Assert.Equal(merged, _sandbox.Read("flowsecrets.yaml"));
    }

    [Theory]
    [InlineData(
        "application: x\nenvironments: { e: { store: aws, region: us-east-1 } }\nsecrets:\n  a: {}\n",
        ErrorIds.EnvironmentNotFound
    )]
    [InlineData("application: x\nenvironments: { e: { store: aws, region: eu-west-1 } }\nsecrets: { a: {} }\n", ErrorIds.BadInput)]
    [InlineData(
        "application: x\nenvironments: { e: { store: aws, region: eu-west-1 } }\nsecrets:\n  d:\n    name: "
            + "shop/db\n    fields: { username: {} }\n",
        ErrorIds.ManifestNotExpressible
    )]
    [InlineData(
        "application: x\nenvironments: { e: { store: aws, region: eu-west-1 } }\nsecrets:\n  shop/db:\n    name: other\n",
        ErrorIds.NameConflict
    )]
    [InlineData("application: x\n", ErrorIds.CatalogInvalid)]
    public async Task WhatCannotBeMergedChangesNothing(string catalog, string id)
    {
        _sandbox.Write("flowsecrets.yaml", catalog);
        NewCatalogOptions options = Options(Fixture("shop")) with { Merge = true };
        Assert.Equal(id, (await Assert.ThrowsAsync<FlowSecretException>(() => RunAsync(options))).Id);
        Assert.Equal(catalog, _sandbox.Read("flowsecrets.yaml"));
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

    private static string Fixture(string name) =>
        Path.Combine(Repository.Root, "tests", "FlowSecrets.Tests", "Fixtures", "Kubernetes", name);

    /// <summary>For each Kubernetes Secret: how it is kept, and what each entry is made of.</summary>
    private static List<string> Meanings(string folder)
    {
        List<string> meanings = [];
        foreach (string path in Directory.GetFiles(folder).Where(static p => !p.EndsWith("kustomization.yaml", StringComparison.Ordinal)))
        {
            foreach (
                DocNode document in new YamlDocuments()
                    .ParseAll(File.ReadAllText(path))
                    .Where(static d => d.GetText("kind") == "ExternalSecret")
            )
            {
                meanings.Add(Meaning(document));
            }
        }

        meanings.Sort(StringComparer.Ordinal);
        return meanings;
    }

    private static string Meaning(DocNode document)
    {
        DocNode spec = document.Get("spec")!;
        DocNode? target = spec.Get("target");
        DocNode? template = target?.Get("template");
        Dictionary<string, string> data = (spec.Get("data")?.Items ?? []).ToDictionary(
            static d => d.GetText("secretKey")!,
            static d => $"<{d.Get("remoteRef")!.GetText("key")}#{d.Get("remoteRef")!.GetText("property")}>",
            StringComparer.Ordinal
        );
        string[] extracts = [.. (spec.Get("dataFrom")?.Items ?? []).Select(static d => d.Get("extract")!.GetText("key")!)];
        bool replaces = template?.Get("data") is not null && template.GetText("mergePolicy") is not "Merge";
        Dictionary<string, string> entries = replaces ? new(StringComparer.Ordinal) : new(data, StringComparer.Ordinal);
        foreach ((DocNode key, DocNode value) in template?.Get("data")?.Entries ?? [])
        {
            Dictionary<string, string> members = new(data, StringComparer.Ordinal);
            if (extracts.Length == 1 && value.Text.Contains(".name", StringComparison.Ordinal))
            {
                members.TryAdd("name", $"<{extracts[0]}#name>");
            }

            entries[key.Text] = GoSubset.Run(value.Text, members);
        }

        if (!replaces)
        {
            // An input that a template needs beside extracted members.
            entries.Remove("shop_settings_name");
        }

        DocNode? metadata = template is null ? document.Get("metadata") : template.Get("metadata");
        string[] labels =
        [
            .. (metadata?.Get("labels")?.Entries ?? [])
                .Concat(metadata?.Get("annotations")?.Entries ?? [])
                .Select(static e => $"{e.Key.Text}={e.Value.Text}"),
        ];
        return string.Join(
            " | ",
            target?.GetText("name") ?? document.Get("metadata")!.GetText("name"),
            document.Get("metadata")!.GetText("namespace"),
            FlowSecrets.Text.Durations.FromGo(spec.GetText("refreshInterval") ?? "1h"),
            spec.GetText("refreshPolicy") ?? "Periodic",
            target?.GetText("creationPolicy") ?? "Owner",
            target?.GetText("deletionPolicy") ?? "Retain",
            target?.GetText("immutable") ?? "false",
            spec.Get("secretStoreRef")!.GetText("name") + "/" + (spec.Get("secretStoreRef")!.GetText("kind") ?? "SecretStore"),
            replaces ? "" : string.Join(',', extracts),
            string.Join(',', labels.Order(StringComparer.Ordinal)),
            string.Join(';', entries.OrderBy(static e => e.Key, StringComparer.Ordinal).Select(static e => $"{e.Key}={e.Value}"))
        );
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

    private static NewCatalogOptions Options(string folder) => new() { Origin = CatalogOrigin.Kubernetes, From = folder };

    private async Task RunAsync(NewCatalogOptions options)
    {
        await foreach (CatalogTest made in new NewCatalogOperation(_sandbox.Context).RunAsync(options, _host, default))
        {
            Assert.Null(made.ErrorId);
        }
    }
}
