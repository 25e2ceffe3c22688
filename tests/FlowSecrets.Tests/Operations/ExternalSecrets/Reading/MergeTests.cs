using FlowSecrets.Catalogs;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Operations.Catalogs;
using FlowSecrets.Operations.ExternalSecrets;
using FlowSecrets.Providers.Yaml;
using FlowSecrets.Tests.Catalogs;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Operations.ExternalSecrets.Reading;

/// <summary>Manifests are added to a catalog that is there: what lacks, and no line of the user's is lost.</summary>
public sealed class MergeTests : ManifestScene
{
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

    /// <summary>A carriage return of one line alone, and no final newline.</summary>
    [Theory]
    [InlineData("# mine\r\n", "\n")]
    [InlineData("", "")]
    public async Task UnusualLinesStay(string line, string end)
    {
        string text =
            $"{line}application: x\nenvironments: {{ e: {{ store: aws, region: eu-west-1 }} }}\n"
            + $"secrets:\n  a: {{ description: b }}{end}";
        _sandbox.Write("flowsecrets.yaml", text);
        await RunAsync(Options(Fixture("shop")) with { Merge = true });
        Assert.StartsWith(text.TrimEnd('\n') + "\n", _sandbox.Read("flowsecrets.yaml"), StringComparison.Ordinal);
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
    [InlineData(
        "{ application: x, environments: { e: { store: aws, region: eu-west-1 } },\n  secrets:\n    { a: {} } }\n",
        ErrorIds.BadInput
    )]
    [InlineData("application: x\nenvironments: { e: { store: aws, region: eu-west-1 } }\nsecrets:\n  { a: {} }\n", ErrorIds.BadInput)]
    [InlineData("application: x\nenvironments: { e: { store: aws, region: eu-west-1 } }\nsecrets:\n  a: {}\n...\n", ErrorIds.BadInput)]
    [InlineData(
        "application: x\nenvironments: { e: { store: aws, region: eu-west-1 } }\nsecrets:\n  a:\n    description: |+\n      b\n\n\n",
        ErrorIds.BadInput
    )]
    public async Task WhatCannotBeMergedChangesNothing(string catalog, string id)
    {
        _sandbox.Write("flowsecrets.yaml", catalog);
        NewCatalogOptions options = Options(Fixture("shop")) with { Merge = true };
        Assert.Equal(id, (await Assert.ThrowsAsync<FlowSecretException>(() => RunAsync(options))).Id);
        Assert.Equal(catalog, _sandbox.Read("flowsecrets.yaml"));
    }
}
