using System.Text.Json.Nodes;
using FlowSecrets.Text;

namespace FlowSecrets.Tests.Text;

public sealed class JsonNavigationTests
{
    private static readonly string[][] Missing =
    [
        ["absent"],
        ["absent", "deeper"],
        ["nothing"],
        ["nothing", "deeper"],
        ["text", "deeper"],
        ["number", "deeper"],
        ["list", "deeper"],
        ["a", "b", "c", "deeper"],
    ];

    private static JsonObject Tree =>
        (JsonObject)
            JsonNode.Parse(
                """
                {
                  "text": "words", "empty": "", "number": 7, "flag": true, "off": false, "nothing": null,
                  "list": [{ "n": 1 }, null, "x", 2, [{ "n": 3 }], { "n": 4 }], "none": [],
                  "a": { "b": { "c": "deep", "n": -5, "on": true, "list": [{}], "time": "2026-03-01T10:00:00Z" } }
                }
                """
            )!;

    [Fact]
    public void APathOfOneNameAndOfMore()
    {
        JsonObject json = Tree;
        Assert.Equal("words", json.Text("text"));
        Assert.Equal("", json.Text("empty"));
        Assert.Equal("deep", json.Text("a", "b", "c"));
        Assert.Equal((7, -5), (json.Number("number"), json.Number("a", "b", "n")));
        Assert.True(json.Flag("flag"));
        Assert.True(json.Flag("a", "b", "on"));
        Assert.False(json.Flag("off"));
        Assert.Same(json["a"]!["b"], json.Object("a", "b"));
        Assert.Single(json.Objects("a", "b", "list"));
        Assert.Equal(new DateTimeOffset(2026, 3, 1, 10, 0, 0, TimeSpan.Zero), json.Time("a", "b", "time"));
    }

    [Fact]
    public void WithoutAPathItIsTheNodeItself()
    {
        JsonObject json = Tree;
        Assert.Same(json, json.At());
        Assert.Same(json, json.Object());
        Assert.Equal("words", json["text"].Text());
        Assert.Equal(7, json["number"].Number());
        Assert.True(json["flag"].Flag());
        Assert.Equal(2, json["list"].Objects().Count());
        Assert.Null(json.Text());
    }

    [Fact]
    public void WhatIsNotThereIsNothing()
    {
        JsonObject json = Tree;
        Assert.All(Missing, p => AssertNothing(json, p));
        Assert.All(Missing, static p => AssertNothing(null, p));
        AssertNothing(null);
    }

    [Fact]
    public void ATreeThatIsNoObjectHasNoMembers()
    {
        foreach (string text in new[] { "[{\"text\":\"x\"}]", "\"text\"", "1", "true" })
        {
            AssertNothing(JsonNode.Parse(text), "text");
        }
    }

    [Theory]
    [InlineData("text")]
    [InlineData("number")]
    [InlineData("flag")]
    [InlineData("list")]
    [InlineData("a")]
    public void AnotherKindIsNothing(string name)
    {
        JsonObject json = Tree;
        Assert.Equal(name == "a", json.Object(name) is not null);
        Assert.Equal(name == "list", json.Objects(name).Any());
        Assert.Equal(name == "text", json.Text(name) is not null);
        Assert.Equal(name == "number", json.Number(name) != 0);
        Assert.Equal(name == "flag", json.Flag(name));
        Assert.Null(json.Time(name));
    }

    [Fact]
    public void OfAListOnlyItsOwnObjectsAreTaken()
    {
        Assert.Equal([1, 4], Tree.Objects("list").Select(static o => o.Number("n")));
        Assert.Empty(Tree.Objects("none"));
    }

    [Theory]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("-9223372036854775808", long.MinValue)]
    [InlineData("0", 0)]
    [InlineData("9223372036854775808", 0)]
    [InlineData("-9223372036854775809", 0)]
    [InlineData("1e400", 0)]
    [InlineData("1.5", 0)]
    [InlineData("\"12\"", 0)]
    [InlineData("\"\"", 0)]
    [InlineData("true", 0)]
    public void NumbersAreWholeAndOf64Bits(string text, long expected) =>
        Assert.Equal(expected, JsonNode.Parse($$"""{"n":{{text}}}""").Number("n"));

    [Theory]
    [InlineData("\"true\"")]
    [InlineData("1")]
    [InlineData("null")]
    [InlineData("[true]")]
    public void OnlyTrueIsAFlag(string text) => Assert.False(JsonNode.Parse($$"""{"f":{{text}}}""").Flag("f"));

    [Theory]
    [InlineData("2026-03-01T10:00:00Z", 10)]
    [InlineData("2026-03-01T10:00:00", 10)]
    [InlineData("2026-03-01T12:00:00+02:00", 10)]
    [InlineData("2026-03-01T10:00:00.000000000Z", 10)]
    [InlineData("2026-03-01", 0)]
    public void TimesAreOfUtcUnlessTheySayOtherwise(string text, int hour)
    {
        DateTimeOffset expected = new(2026, 3, 1, hour, 0, 0, TimeSpan.Zero);
        Assert.Equal(expected, new JsonObject { ["t"] = text }.Time("t"));
        Assert.Equal(expected, JsonNavigation.TimeOf(text));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("soon")]
    [InlineData("2026-02-30T10:00:00Z")]
    [InlineData("2026-03-01T25:00:00Z")]
    [InlineData("99999-01-01T00:00:00Z")]
    public void WhatIsNoTimeIsNull(string? text)
    {
        Assert.Null(new JsonObject { ["t"] = text }.Time("t"));
        Assert.Null(JsonNavigation.TimeOf(text));
    }

    private static void AssertNothing(JsonNode? json, params string[] path)
    {
        Assert.Null(json.At(path));
        Assert.Null(json.Object(path));
        Assert.Empty(json.Objects(path));
        Assert.Null(json.Text(path));
        Assert.Equal(0, json.Number(path));
        Assert.False(json.Flag(path));
        Assert.Null(json.Time(path));
    }
}
