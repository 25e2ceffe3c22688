using FlowSecrets.Errors;
using FlowSecrets.Formats.Data;
using FlowSecrets.Model;
using FlowSecrets.Tests.Catalogs;

namespace FlowSecrets.Tests.Formats.Data;

public sealed class PulumiReaderTests
{
    [Fact]
    public void AllListsCount()
    {
        PulumiConfiguration read = Read("config:\n  shop:secrets: '[{\"name\": \"a\"}]'\n  billing:secrets:\n    - name: b\n");
        Assert.Equal(["a", "b"], read.Listed.Select(static i => i.GetText("name")));
    }

    [Fact]
    public void SettingsAreNamedWithoutTheirNamespaceAndEncryptedOnesHaveNoValue()
    {
        PulumiConfiguration read = Read(
            "encryptionsalt: v1:x\nconfig:\n  shop:dbPassword:\n    secure: v1:y\n  shop:region: eu\n"
                + "  shop:db: { host: h, key: { secure: v1:z } }\n"
        );
        Assert.Equal(["db-password:", "region:eu", "db:"], read.Settings.Select(static s => $"{s.Name}:{s.Value?.Text}"));
    }

    [Fact]
    public void WhatPulumiPrintsIsReadToo()
    {
        PulumiConfiguration read = Read(
            """
            { "shop:dbPassword": { "value": "p", "secret": true },
              "shop:other": { "secret": true },
              "shop:o": { "value": "{}", "objectValue": { "a": 1 }, "secret": false } }
            """
        );
        Assert.Equal(
            [("db-password", DocKind.Text, "p"), ("other", null, null), ("o", DocKind.Map, "")],
            read.Settings.Select(static s => (s.Name, s.Value?.Kind, s.Value?.Text))
        );
    }

    [Theory]
    [InlineData("config:\n  app:x: 1\n\n  app:secrets: |\n    [\n      { \"name\": \"a\" },\n      { \"name\": MARKED\" ]\n    ]\n", 7)]
    [InlineData("config:\n  app:secrets: '[{ \"name\": MARKED\"'\n", 2)]
    [InlineData("config:\n  app:secrets: some text\n", 2)]
    public void ErrorsNameTheFilesLine(string text, int line)
    {
        FlowSecretException error = Assert.Throws<FlowSecretException>(() => Read(text));
        Assert.Equal(ErrorIds.BadInput, error.Id);
        Assert.StartsWith($"Pulumi.x.yaml:{line}:", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("MARKED", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void EntriesOfATextHaveTheFilesPlaces() =>
        Assert.Equal(
            (4, 7),
            Read("config:\n  app:secrets: |-\n    [\n      { \"name\": \"a\" } ]\n").Listed.Select(static i => (i.Line, i.Column)).Single()
        );

    [Fact]
    public void AnEncryptedListIsToldFromNone()
    {
        PulumiConfiguration read = Read("config:\n  shop:secrets:\n    secure: v1:x\n");
        Assert.Equal(["shop:secrets"], read.EncryptedLists);
        Assert.False(read.HasList);
    }

    private static PulumiConfiguration Read(string text) =>
        PulumiReader.Read(new ValueText(text, "Pulumi.x.yaml", CatalogExamples.Documents));
}
