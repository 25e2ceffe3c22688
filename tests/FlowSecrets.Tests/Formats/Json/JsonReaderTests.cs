using System.Text.Json;
using FlowSecrets.Errors;
using FlowSecrets.Formats.Json;
using FlowSecrets.Model;
using FlowSecrets.Tests.Support;
using FsCheck.Fluent;

namespace FlowSecrets.Tests.Formats.Json;

/// <summary>JSON files are read as JSON, with places.</summary>
public sealed class JsonReaderTests
{
    [Fact]
    public void EveryNodeKeepsItsTextAndItsKind() =>
        Properties.Hold(
            JsonTexts.Objects.ToArbitrary(),
            static text =>
            {
                using JsonDocument document = JsonDocument.Parse(text);
                AssertSame(document.RootElement, JsonReader.Read(text, "x.json"));
            },
            500
        );

    [Fact]
    public void WhatTheYamlScannerFoldsStays()
    {
        DocNode root = JsonReader.Read("{\"a\": \"x\u0085y\u2028z\", \"b\": 0x, \"c\": 1}".Replace("0x", "1E400"), "x.json");
        Assert.Equal("x\u0085y\u2028z", root.GetText("a"));
        Assert.Equal("1E400", root.GetText("b"));
    }

    [Theory]
    [InlineData("{\n  \"a\": MARK\n}", "x.json:2:8:")]
    [InlineData("{\n  \"é\": 1,\n  \"é\": 2\n}", "x.json:3:3:")]
    [InlineData("{ \"a\": \"\\ud800\" }", "x.json:1:8:")]
    [InlineData("{ \"\\ud800\": 1 }", "x.json:1:3:")]
    public void AFaultIsNamedByItsPlaceWithoutTheText(string text, string place)
    {
        FlowSecretException error = Assert.Throws<FlowSecretException>(() => JsonReader.Read(text, "x.json"));
        Assert.Equal(ErrorIds.BadInput, error.Id);
        Assert.StartsWith(place, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("MARK", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void ALongFileOnOneLineIsReadInTime()
    {
        string text = $"{{{string.Join(',', Enumerable.Range(0, 100_000).Select(static i => $"\"k{i}\":{i}"))}}}";
        Assert.Equal(100_000, JsonReader.Read(text, "x.json").Entries.Count);
    }

    private static void AssertSame(JsonElement expected, DocNode node)
    {
        if (expected.ValueKind == JsonValueKind.String)
        {
            Assert.Equal((DocKind.Text, expected.GetString()), (node.Kind, node.Text));
            return;
        }

        Assert.Equal(expected.GetRawText(), node.Json);
        if (expected.ValueKind == JsonValueKind.Object)
        {
            Assert.Equal(expected.EnumerateObject().Select(static m => m.Name), node.Entries.Select(static e => e.Key.Text));
            foreach ((JsonProperty member, KeyValuePair<DocNode, DocNode> entry) in expected.EnumerateObject().Zip(node.Entries))
            {
                AssertSame(member.Value, entry.Value);
            }
        }
        else if (expected.ValueKind == JsonValueKind.Array)
        {
            Assert.Equal(expected.GetArrayLength(), node.Items.Count);
            foreach ((JsonElement item, DocNode inner) in expected.EnumerateArray().Zip(node.Items))
            {
                AssertSame(item, inner);
            }
        }
    }
}
