using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Operations;
using FlowSecrets.Operations.ExternalSecrets;
using FlowSecrets.Providers.Yaml;
using FlowSecrets.Tests.Support;
using FlowSecrets.Text;
using FsCheck.Fluent;

namespace FlowSecrets.Tests.Operations.ExternalSecrets.Manifests;

/// <summary>What the manifests say, and what is refused before a file is written.</summary>
public sealed class ManifestTests : ExportScene
{
    [Theory]
    [InlineData("kubernetes: { namespace: shop, refreshInterval: 5m, secrets: { a: { from: [db, token] } } }")]
    [InlineData("kubernetes: { secrets: { a: { from: settings, data: { U: '{{ db.user }}', V: 'x{{ db.a-b | urlencode }}' } } } }")]
    [InlineData(
        "kubernetes: { secrets: { a: { data: { URL: 'p://{{ db.user }}:{{ db.password | urlencode }}@h' }, "
            + "type: example.com/url, labels: { l: v }, annotations: { n: 'y' } } } }"
    )]
    [InlineData(
        "kubernetes: { secrets: { a: { from: key, immutable: true, refreshPolicy: CreatedOnce, "
            + "creationPolicy: Orphan, deletionPolicy: Retain } } }"
    )]
    [InlineData(
        "kubernetes: { syncWindows: { kind: deny, windows: [{ schedule: '0 22 * * 1-5', duration: 8h }] }, "
            + "secrets: { a: { from: token, refreshInterval: 0s } } }"
    )]
    [InlineData(
        "kubernetes: { namespace: shop, store: { name: s, kind: SecretStore, identity: "
            + "a@b.iam.gserviceaccount.com, workloadIdentity: { clusterLocation: l, clusterName: c, "
            + "serviceAccountRef: { name: eso, namespace: n } } }, secrets: { a: { from: token } } }"
    )]
    [InlineData(
        "kubernetes: { namespace: shop, store: { identity: 'arn:aws:iam::123456789012:role/eso', "
            + "serviceAccountRef: { name: eso } }, secrets: { a: { from: token, store: { name: other, kind: "
            + "SecretStore } } } }"
    )]
    [InlineData("")]
    public async Task EveryManifestFitsTheOperatorsSchema(string part)
    {
        await RunAsync(Options(_sandbox.Write("flowsecrets.yaml", Head + part + "\n")) with { Reloader = true, Argo = true });
        int checkedFiles = 0;
        foreach (string path in Directory.GetFiles(_sandbox.File("out"), "*.yaml", SearchOption.AllDirectories))
        {
            DocNode document = new YamlDocuments().Parse(File.ReadAllText(path));
            if (document.GetText("apiVersion") is "external-secrets.io/v1")
            {
                checkedFiles++;
                Assert.Empty(CrdSchema.Faults(document));
            }
        }

        Assert.True(checkedFiles >= 4, $"{checkedFiles} manifests");
    }

    [Fact]
    public void TheSchemaFindsFaults()
    {
        DocNode wrong = new YamlDocuments().Parse(
            "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: { name: a }\n"
                + "spec: { target: { creationPolicy: Mine, x: 1 }, data: [{ secretKey: 'a b', remoteRef: {} }], refreshInterval: 5 }\n"
        );
        Assert.Equal(5, CrdSchema.Faults(wrong).Count);
        Assert.NotEmpty(CrdSchema.Faults(new YamlDocuments().Parse("apiVersion: external-secrets.io/v1beta1\nkind: ExternalSecret\n")));
    }

    /// <summary>Only what the catalog names is in the Kubernetes Secret: values that a template needs are not.</summary>
    [Fact]
    public async Task ATemplatesInputsAreNoEntries()
    {
        DocNode spec = await SpecAsync("{ from: key, data: { URL: 'p://{{ db.user }}:{{ db.password | urlencode }}@h' } }");
        DocNode template = spec.Get("target")!.Get("template")!;
        Assert.Null(template.Get("mergePolicy"));
        Assert.Equal(
            [("key", "{{ .key }}"), ("URL", "p://{{ .db_user }}:{{ .db_password | urlquery | replace \"+\" \"%20\" }}@h")],
            template.Get("data")!.Entries.Select(static e => (e.Key.Text, e.Value.Text))
        );
        Assert.Equal(["key", "db_user", "db_password"], spec.Get("data")!.Items.Select(static i => i.GetText("secretKey")!));
    }

    [Fact]
    public async Task InputsThatAreEntriesAreMerged()
    {
        DocNode template = (await SpecAsync("{ from: db, data: { URL: '{{ db.user }}@h' } }")).Get("target")!.Get("template")!;
        Assert.Equal("Merge", template.GetText("mergePolicy"));
        Assert.Equal("{{ .DB_USER }}@h", template.Get("data")!.GetText("URL"));
    }

    [Fact]
    public async Task MembersThatAreNotInTheCatalogAreExtracted()
    {
        DocNode spec = await SpecAsync("{ from: settings, data: { URL: '{{ db.user }}@h' } }");
        Assert.Equal("settings", spec.Get("dataFrom")!.Items[0].Get("extract")!.GetText("key"));
        // Beside those the operator cannot leave an input out, so it is named.
        Assert.Contains(_host.Warnings, static w => w.Contains("db_user", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ARunOverUnchangedFilesChangesNothing()
    {
        string catalog = _sandbox.Write("flowsecrets.yaml", Head);
        await RunAsync(Options(catalog));
        Dictionary<string, string> before = Contents();
        Assert.All(await RunAsync(Options(catalog)), static f => Assert.Equal(ItemStatus.Unchanged, f.Status));
        Assert.Equal(before, Contents());
    }

    [Fact]
    public async Task AFileThatSomebodyEditedIsNotOverwritten()
    {
        string catalog = _sandbox.Write("flowsecrets.yaml", Head);
        await RunAsync(Options(catalog));
        string edited = _sandbox.File("out/prod/secret-store.yaml");
        File.AppendAllText(edited, "# mine\n");
        File.Delete(_sandbox.File("out/eu/secret-store.yaml"));

        FlowSecretException error = await Assert.ThrowsAsync<FlowSecretException>(() => RunAsync(Options(catalog)));
        Assert.Equal(ErrorIds.FileEdited, error.Id);
        Assert.Contains(
            $"Export-FlowExternalSecret -Path '{_sandbox.File("out")}' -Environment 'prod' -Force",
            error.Message + error.Remedy,
            StringComparison.Ordinal
        );
        // Another environment's file, which could be written, was not.
        Assert.False(File.Exists(_sandbox.File("out/eu/secret-store.yaml")));

        await RunAsync(Options(catalog) with { Force = true });
        Assert.DoesNotContain("# mine", File.ReadAllText(edited), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatTheCatalogDoesNotMakeAnyMoreGoes()
    {
        await RunAsync(
            Options(_sandbox.Write("flowsecrets.yaml", Head + "kubernetes: { secrets: { a: { from: key }, b: { from: token } } }\n"))
        );
        string left = _sandbox.File("out/prod/b.yaml");
        Assert.True(File.Exists(left));
        await RunAsync(Options(_sandbox.Write("flowsecrets.yaml", Head + "kubernetes: { secrets: { a: { from: key } } }\n")));
        Assert.False(File.Exists(left));
    }

    [Fact]
    public async Task WhatIfWritesNothing()
    {
        TestHost host = new() { IsWhatIf = true };
        ExportExternalSecretsOptions options = Options(_sandbox.Write("flowsecrets.yaml", Head));
        await foreach (ExternalSecretFile file in new ExportExternalSecretsOperation(_sandbox.Context).RunAsync(options, host, default))
        {
            Assert.Equal(ItemStatus.Planned, file.Status);
        }

        Assert.False(Directory.Exists(_sandbox.File("out")));
    }

    [Theory]
    [InlineData("kubernetes: { secrets: { a: { data: { X: '{{ token | upper }}' } } } }", ErrorIds.TemplateNotPortable)]
    [InlineData("kubernetes: { secrets: { a: { from: [token, nothing] } } }", ErrorIds.CatalogInvalid)]
    [InlineData("kubernetes: { secrets: { a: { from: token, data: { TOKEN: x } } } }", ErrorIds.CatalogInvalid)]
    [InlineData("kubernetes: { secrets: { A_b: { from: token } } }", ErrorIds.CatalogInvalid)]
    [InlineData("kubernetes: { secrets: { a: { from: token, deletionPolicy: Delete, creationPolicy: Merge } } }", ErrorIds.CatalogInvalid)]
    [InlineData("kubernetes: { secrets: { a: { data: { 'a b': '{{ token }}' } } } }", ErrorIds.CatalogInvalid)]
    [InlineData(
        "kubernetes: { syncWindows: { kind: deny, windows: [{ schedule: often, duration: 8h }] }, secrets: { a: { from: token } } }",
        ErrorIds.CatalogInvalid
    )]
    public async Task WhatTheClusterWouldRefuseIsRefusedHere(string part, string id)
    {
        ExportExternalSecretsOptions options = Options(_sandbox.Write("flowsecrets.yaml", Head + part + "\n"));
        Assert.Equal(id, (await Assert.ThrowsAsync<FlowSecretException>(() => RunAsync(options))).Id);
        Assert.False(Directory.Exists(_sandbox.File("out")));
    }

    [Theory]
    [InlineData("secrets: { a: { env: A } }\nenvironments: { p: { store: gcp, project: x-1 } }", null, ErrorIds.KubernetesNotConfigured)]
    [InlineData("secrets: { a: { env: A } }\nenvironments: { p: { store: local } }", null, ErrorIds.NotSupportedByStore)]
    [InlineData("secrets: { a: { env: A } }\nenvironments: { p: { store: local } }", "p", ErrorIds.NotSupportedByStore)]
    [InlineData("secrets: { a: { env: A } }\nenvironments: { p: { store: local } }", "q", ErrorIds.EnvironmentNotFound)]
    [InlineData(
        "secrets: { a: { env: A } }\nenvironments: { p: { store: gcp } }\nkubernetes: { secrets: { a: { from: a } } }",
        null,
        ErrorIds.NoProject
    )]
    [InlineData(
        "secrets: { a: { env: A } }\nenvironments: { p: { store: aws } }\nkubernetes: { secrets: { a: { from: a } } }",
        null,
        ErrorIds.NoRegion
    )]
    [InlineData(
        "secrets: { d.b-config: { fields: { x: {} }, workloads: [w] }, d-b-config: { fields: { y: {} }, workloads: [w] } }\n"
            + "workloads: { w: { kind: kubernetes, deployment: w } }\nenvironments: { p: { store: aws, region: eu-west-1 } }",
        null,
        ErrorIds.NameConflict
    )]
    public async Task WhatLacksIsNamed(string text, string? environment, string id)
    {
        ExportExternalSecretsOptions options = Options(_sandbox.Write("flowsecrets.yaml", $"application: x\n{text}\n")) with
        {
            Environment = environment,
        };
        FlowSecretException error = await Assert.ThrowsAsync<FlowSecretException>(() => RunAsync(options));
        Assert.Equal(id, error.Id);
    }

    [Fact]
    public async Task ReloaderRestartsOnlyForVariables()
    {
        string part = "kubernetes: { pausePeriod: 5m, secrets: { vars: { from: token }, files: { from: key } } }\n";
        await RunAsync(
            Options(_sandbox.Write("flowsecrets.yaml", Head + part)) with
            {
                Environment = "prod",
                Reloader = true,
                Argo = true,
            }
        );
        DocNode web = new YamlDocuments().Parse(_sandbox.Read("out/prod/reloader/web.yaml"));
        Assert.Equal(
            [("secret.reloader.stakater.com/reload", "vars"), ("deployment.reloader.stakater.com/pause-period", "5m")],
            web.Get("metadata")!.Get("annotations")!.Entries.Select(static e => (e.Key.Text, e.Value.Text))
        );
        Assert.Equal("StatefulSet", new YamlDocuments().Parse(_sandbox.Read("out/prod/reloader/job.yaml")).GetText("kind"));
        Assert.Contains("reloadStrategy: annotations", _sandbox.Read("out/prod/reloader/values.yaml"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheCsiDriverGetsWholeSecretsAndMembers()
    {
        string part = "kubernetes: { namespace: shop, secrets: { a: { from: [token, db] } } }\n";
        ExportExternalSecretsOptions options = Options(_sandbox.Write("flowsecrets.yaml", Head + part)) with
        {
            Environment = "eu",
            Format = ExternalSecretFormat.CsiDriver,
        };
        await RunAsync(options);
        DocNode spec = new YamlDocuments().Parse(_sandbox.Read("out/eu/a.yaml")).Get("spec")!;
        DocNode objects = new YamlDocuments().Parse(spec.Get("parameters")!.GetText("objects")!);
        Assert.Equal(
            ["shop/token:TOKEN", "shop/db:"],
            objects.Items.Select(static o => $"{o.GetText("objectName")}:{o.GetText("objectAlias")}")
        );
        Assert.Equal(
            ["user=DB_USER", "password=DB_PASSWORD", "\"a-b\"=a-b"],
            objects.Items[1].Get("jmesPath")!.Items.Select(static p => $"{p.GetText("path")}={p.GetText("objectAlias")}")
        );
        Assert.Equal(5, spec.Get("secretObjects")!.Items[0].Get("data")!.Items.Count);
        // Google's driver has no members.
        FlowSecretException error = await Assert.ThrowsAsync<FlowSecretException>(() => RunAsync(options with { Environment = "prod" }));
        Assert.Equal(ErrorIds.TemplateNotPortable, error.Id);
    }

    private async Task<DocNode> SpecAsync(string secret)
    {
        await RunAsync(
            Options(_sandbox.Write("flowsecrets.yaml", $"{Head}kubernetes: {{ secrets: {{ a: {secret} }} }}\n")) with
            {
                Environment = "prod",
            }
        );
        DocNode manifest = new YamlDocuments().Parse(_sandbox.Read("out/prod/a.yaml"));
        Assert.Empty(CrdSchema.Faults(manifest));
        return manifest.Get("spec")!;
    }

    private Dictionary<string, string> Contents() =>
        Directory
            .GetFiles(_sandbox.File("out"), "*", SearchOption.AllDirectories)
            .ToDictionary(static f => f, File.ReadAllText, StringComparer.Ordinal);
}
