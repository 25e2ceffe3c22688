using System.Text;
using System.Text.Json;
using FlowSecrets.Formats.Json;
using FlowSecrets.Tests.Support;
using FsCheck;
using FsCheck.Fluent;

namespace FlowSecrets.Tests.Formats.Json;

/// <summary>A member is set in the text, and the rest stays byte for byte. System.Text.Json is the witness.</summary>
public sealed class JsonObjectTextTests
{
    [Fact]
    public void MembersAreWhatSystemTextJsonSees() =>
        Properties.Hold(
            JsonTexts.Objects.ToArbitrary(),
            static text =>
            {
                JsonObjectText json = Parse(text);
                Assert.Equal(Witness(text), json.Members.Select(m => (m.Name, json.Raw(m))));
            },
            1000
        );

    [Fact]
    public void AMemberThatIsSetChangesAndEveryOtherKeepsItsText() =>
        Properties.Hold(
            (
                from text in JsonTexts.Objects
                from at in Gen.Choose(0, 9)
                from value in JsonTexts.Names
                select (text, at, value)
            ).ToArbitrary(),
            static c =>
            {
                (string Name, string Raw)[] before = Witness(c.text);
                if (before.Length == 0)
                {
                    return;
                }

                string name = before[c.at % before.Length].Name;
                string raw = JsonSyntax.Quote(c.value);
                JsonObjectText json = Parse(c.text);
                JsonMember member = Assert.Single(json.Find(name));
                byte[] old = Encoding.UTF8.GetBytes(c.text);
                json.Set(name, raw);
                Assert.Equal([.. old[..member.Start], .. Encoding.UTF8.GetBytes(raw), .. old[member.End..]], json.Text.ToArray());
                Assert.Equal(before.Select(m => m.Name == name ? (name, raw) : m), Witness(Encoding.UTF8.GetString(json.Text)));
            },
            1000
        );

    [Fact]
    public void ATextIsQuotedReadablyAndReadBack()
    {
        Assert.Equal(
            "\"a&b<c>'\u00e9\U0001F600/\\\"\\\\\\n\\t\\u0001\\u2028\"",
            JsonSyntax.Quote("a&b<c>'\u00e9\U0001F600/\"\\\n\t\u0001\u2028")
        );
        Properties.Hold(HostileText.Any, static text => Assert.Equal(text, JsonSerializer.Deserialize<string>(JsonSyntax.Quote(text))));
    }

    [Fact]
    public void ANewMemberComesLastAndTheTextBeforeItStays() =>
        Properties.Hold(
            (from text in JsonTexts.Objects from name in JsonTexts.Names select (text, name)).ToArbitrary(),
            static c =>
            {
                (string Name, string Raw)[] before = Witness(c.text);
                if (before.Any(m => m.Name == c.name))
                {
                    return;
                }

                JsonObjectText json = Parse(c.text);
                json.Set(c.name, "1.0");
                Assert.Equal([.. before, (c.name, "1.0")], Witness(Encoding.UTF8.GetString(json.Text)));
            },
            1000
        );

    [Theory]
    [InlineData("{}", """{"n":1}""")]
    [InlineData("{ }", """{"n":1}""")]
    [InlineData("{ \n }", "{\n  \"n\": 1\n}")]
    [InlineData("""{"a":2}""", """{"a":2,"n":1}""")]
    [InlineData("{\n  \"a\": 2\n}\n", "{\n  \"a\": 2,\n  \"n\": 1\n}\n")]
    public void ANewMemberIsSpacedAsTheLastOneIs(string text, string expected)
    {
        JsonObjectText json = Parse(text);
        json.Set("n", "1");
        Assert.Equal(expected, Encoding.UTF8.GetString(json.Text));
    }

    [Theory]
    [InlineData("""{"a":1,"b":{"c":1,"c":2}}""", "c", 1, 19)]
    [InlineData("{\"a\":1,\n \"\\u0061\":2}", "a", 2, 2)]
    [InlineData("""[{"é":1,"é":2}]""", "é", 1, 9)]
    public void AMemberThatStandsTwiceIsFoundAtAnyDepth(string text, string name, int line, int column) =>
        Assert.Equal(new JsonDuplicate(name, new TextPosition(line, column)), JsonSyntax.Duplicate(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void MembersAreDistinctUnlessTheyStandTwice() =>
        Properties.Hold(
            JsonTexts.Objects.ToArbitrary(),
            static text => Assert.Null(JsonSyntax.Duplicate(Encoding.UTF8.GetBytes(text))),
            300
        );

    [Theory]
    [InlineData("{\"a\": 01}")]
    [InlineData("{\"a\": .5}")]
    [InlineData("{\"a\": NaN}")]
    [InlineData("{\"a\": 1,}")]
    [InlineData("{\"a\": 1} // c")]
    [InlineData("{\"a\": '1'}")]
    [InlineData("{a: 1}")]
    [InlineData("{\"a\": 1} {}")]
    [InlineData("{\"a\": \"\n\"}")]
    [InlineData("")]
    public void WhatIsNotJsonIsRefused(string text) => Assert.Throws<JsonSyntaxException>(() => Parse(text));

    [Fact]
    public void HalfASurrogatePairIsNoText()
    {
        JsonObjectText json = Parse("""{"a":"x\ud800y","\udc00":1}""");
        Assert.Equal("x\ud800y", json.Content(json.Members[0]));
        Assert.False(JsonSyntax.IsText(json.Content(json.Members[0])));
        Assert.False(JsonSyntax.IsText(json.Members[1].Name));
        Assert.True(JsonSyntax.IsText("x😀y"));
        Assert.False(JsonSyntax.IsText("\ude00\ud83d"));
    }

    private static JsonObjectText Parse(string text) => JsonObjectText.Parse(Encoding.UTF8.GetBytes(text))!;

    private static (string Name, string Raw)[] Witness(string text)
    {
        using JsonDocument document = JsonDocument.Parse(text);
        return [.. document.RootElement.EnumerateObject().Select(static m => (m.Name, m.Value.GetRawText()))];
    }
}
