using FlowSecrets.Catalogs.Templates;
using FlowSecrets.Tests.Support;
using FsCheck;
using FsCheck.Fluent;

namespace FlowSecrets.Tests.Catalogs.Templates;

/// <summary>Text with references and filters.</summary>
public sealed class TemplateTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("plain { } } text", "plain { } } text")]
    [InlineData("{{ a }}", "va lue/é")]
    [InlineData("<{{a}}|{{ a }}>", "<va lue/é|va lue/é>")]
    [InlineData("{{ db.user }}:{{db.pass}}", "u:p\"w\\")]
    [InlineData("{{ [\"any key\"] }}", "any")]
    [InlineData("{{ [ 'any key' ].x }}", "any x")]
    [InlineData("{{ db[\"tls.crt\"] | upper }}", "C")]
    [InlineData("{{ ['any key'][ 'x' ] }}", "any x")]
    [InlineData("{{ schlüssel }}", "odd")]
    [InlineData("{{ a | urlencode }}", "va%20lue%2F%C3%A9")]
    [InlineData("{{ a | base64 }}", "dmEgbHVlL8Op")]
    [InlineData("{{ a | upper }}", "VA LUE/É")]
    [InlineData("{{ a | upper | lower | urlencode | upper }}", "VA%20LUE%2F%C3%A9")]
    [InlineData("{{ none | default \"x\" }}", "x")]
    [InlineData("{{ none | default '' }}", "")]
    [InlineData("{{ empty | default \"x\" }}", "x")]
    [InlineData("{{ empty }}", "")]
    [InlineData("{{ a | default \"x\" }}", "va lue/é")]
    [InlineData("{{ none | upper | default \"x\" | upper }}", "X")]
    [InlineData("{{ none | default \"a \\\" \\\\ b\" }}", "a \" \\ b")]
    [InlineData("{{ \"{{\" }} x }}", "{{ x }}")]
    [InlineData("{{ '}}' | base64 }}", "fX0=")]
    [InlineData("{{ a-b_c/d+e=f@g }}", "odd")]
    public void Rendering(string text, string expected)
    {
        Assert.Equal(expected, Template.Parse(text).Render(Resolve, out TemplateReference? missing));
        Assert.Null(missing);
    }

    [Fact]
    public void JsonMakesAString() =>
        Assert.Equal(
            "p\"w\\",
            System.Text.Json.JsonSerializer.Deserialize<string>(Template.Parse("{{ db.pass | json }}").Render(Resolve, out _)!)
        );

    [Theory]
    [InlineData("{{ none }}", "none")]
    [InlineData("{{ a }}{{ db.none | upper }}{{ other }}", "db.none")]
    public void TheFirstThatIsMissingIsNamed(string text, string reference)
    {
        Assert.Null(Template.Parse(text).Render(Resolve, out TemplateReference? missing));
        Assert.Equal(reference, missing.ToString());
    }

    [Fact]
    public void ReferencesAreListedAndLiteralsKnown()
    {
        Assert.Equal(
            [new TemplateReference("a", null), new TemplateReference("b c", "d")],
            Template.Parse("x {{ a | upper }} {{ [\"b c\"].d }} {{ 'e' }}").References
        );
        Assert.Empty(Template.Parse("plain {{ '{{' }}").References);
    }

    [Theory]
    [InlineData("{{", 2)]
    [InlineData("{{ ", 3)]
    [InlineData("abc {{ a", 4)]
    [InlineData("abc {{ a }", 9)]
    [InlineData("{{ a b }}", 5)]
    [InlineData("{{ }}", 3)]
    [InlineData("{{ a. }}", 5)]
    [InlineData("{{ a.b. }}", 7)]
    [InlineData("{{ a | }}", 7)]
    [InlineData("{{ a | shout }}", 7)]
    [InlineData("{{ a | Upper }}", 7)]
    [InlineData("{{ a | default }}", 15)]
    [InlineData("{{ a | default x }}", 15)]
    [InlineData("{{ \"open }}", 3)]
    [InlineData("{{ a | default 'open }}", 15)]
    [InlineData("{{ [a] }}", 4)]
    [InlineData("{{ ['a' }}", 8)]
    [InlineData("{{ ['a'", 7)]
    [InlineData("{{ a['b' }}", 9)]
    [InlineData("{{ a[b] }}", 5)]
    [InlineData("{{ a['b']. }}", 10)]
    [InlineData("{{ a:b }}", 4)]
    [InlineData("{{ {{ a }} }}", 3)]
    public void FaultsHaveTheirPosition(string text, int position) =>
        Assert.Equal(position, Assert.Throws<TemplateException>(() => Template.Parse(text)).Position);

    [Fact]
    public void AnyTextIsATemplateOrHasAFault()
    {
        string[] pieces =
        [
            "{{",
            "}}",
            "{",
            "}",
            " ",
            "a",
            ".b",
            "[",
            "]",
            "\"",
            "'",
            "\\",
            "|",
            "upper",
            "default",
            "default \"x\"",
            "['b']",
            "json",
            "é",
            "😀",
            "\n",
            "\0",
            "{{ a }}",
            "{{ \"{{\" }}",
        ];
        Properties.Hold(Gen.Elements(pieces).ListOf().Select(static p => string.Concat(p)).ToArbitrary(), Check, 3000);
        Properties.Hold(HostileText.Any, Check);
    }

    [Fact]
    public void TextWithoutDoubleBracesIsItself() =>
        Properties.Hold(
            HostileText.Any,
            static text =>
            {
                if (!text.Contains("{{", StringComparison.Ordinal))
                {
                    Assert.Equal(text, Template.Parse(text).Render(Resolve, out _));
                }
            }
        );

    [Fact]
    public void EveryTextCanBeALiteral() =>
        Properties.Hold(
            HostileText.Any,
            static text =>
                Assert.Equal(
                    text,
                    Template
                        .Parse(
                            "{{ \""
                                + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
                                + "\" }}"
                        )
                        .Render(Resolve, out _)
                )
        );

    private static void Check(string text)
    {
        try
        {
            Template template = Template.Parse(text);
            Assert.Equal(text, template.ToString());
            Assert.NotNull(template.Render(static _ => "v", out _));
        }
        catch (TemplateException e)
        {
            Assert.InRange(e.Position, 0, text.Length);
        }
    }

    private static string? Resolve(TemplateReference reference) =>
        reference.ToString() switch
        {
            "a" => "va lue/é",
            "db.user" => "u",
            "db.pass" => "p\"w\\",
            "any key" => "any",
            "any key.x" => "any x",
            "a-b_c/d+e=f@g" or "schlüssel" => "odd",
            "db.tls.crt" => "c",
            "empty" => "",
            _ => null,
        };
}
