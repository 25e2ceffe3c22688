using FlowSecrets.Catalogs.Templates;
using FlowSecrets.Errors;
using FlowSecrets.Operations.ExternalSecrets.Manifests;
using FlowSecrets.Operations.ExternalSecrets.Reading;
using FlowSecrets.Tests.Support;
using FlowSecrets.Tests.Witnesses;

namespace FlowSecrets.Tests.Operations.ExternalSecrets.Manifests;

/// <summary>The operator renders the templates that we write as we render the catalog's.</summary>
public sealed class GoTemplateTests
{
    private const int Cases = 10_000;

    private static readonly string[] Filters =
    [
        "",
        " | urlencode",
        " | base64",
        " | json",
        " | default \"a \\\"b\\\" }}\"",
        " | json | urlencode",
    ];

    private static readonly (string Old, string New)[] OldSpellings =
    [
        (@"\u0008", @"\b"),
        (@"\u000c", @"\f"),
        ("%5Cu0008", "%5Cb"),
        ("%5Cu000c", "%5Cf"),
    ];

    [Fact]
    public void TheSubsetGivesWhatTheCatalogGives()
    {
        foreach ((string template, string expected, string written, Dictionary<string, string> data) in Generated(seed: 1, Cases))
        {
            string rendered = GoSubset.Run(written, data);
            Assert.True(expected == rendered, $"{template}\n{written}");
        }
    }

    [Fact]
    [Trait(Tier.Name, Tier.Witness)]
    public void GoWithSprigGivesTheSame()
    {
        GoWitness.Require();
        (string Template, string Expected, string Written, Dictionary<string, string> Data)[] cases = [.. Generated(seed: 2, Cases)];
        string[] answers = GoWitness.Ask([.. cases.Select(static c => (c.Written, (IReadOnlyDictionary<string, string>)c.Data))]);
        for (int i = 0; i < cases.Length; i++)
        {
            // Older versions of Go spell two control characters in JSON by their numbers.
            string answer = OldSpellings.Aggregate(answers[i], static (a, s) => a.Replace(s.Old, s.New, StringComparison.Ordinal));
            Assert.True(cases[i].Expected == answer, $"{cases[i].Template}\n{cases[i].Written}\n{answer}");
        }
    }

    [Fact]
    [Trait(Tier.Name, Tier.Witness)]
    public void KubectlEncodesUrlsAsTheSubsetDoes()
    {
        string kubectl = Tool.Require("kubectl");
        using Sandbox sandbox = new();
        foreach (string value in HostileText.Sequence(3, 12).Where(static v => v.Length > 0 && !v.Contains('\0')))
        {
            string quoted = GoTemplate.Write(Template.Parse("{{ \"x\" }}{{ k | default \"y\" }}"), static _ => "k", static _ => false, "k");
            Assert.Equal("x{{ .k | default \"y\" }}", quoted);
            (int code, string output, string error) = Tool.Run(
                kubectl,
                sandbox.Folder,
                null,
                "create",
                "configmap",
                "x",
                $"--from-literal=k={value}",
                "--dry-run=client",
                "-o",
                "go-template={{ index .data \"k\" | urlquery }}"
            );
            Assert.True(code == 0, error);
            Dictionary<string, string> data = new(StringComparer.Ordinal) { ["k"] = value };
            Assert.Equal(GoSubset.Run("{{ .k | urlquery }}", data), output);
        }
    }

    [Theory]
    [InlineData("{{ s | upper }}")]
    [InlineData("{{ s | lower }}")]
    [InlineData("{{ s | urlencode | lower }}")]
    public void AFilterWithoutAnEqualIsRefused(string template) =>
        Assert.Equal(ErrorIds.TemplateNotPortable, Refused(template, isOptional: false));

    /// <summary>The operator fails before the filter is asked.</summary>
    [Fact]
    public void ADefaultForAnOptionalSecretIsRefused()
    {
        Assert.Equal(ErrorIds.TemplateNotPortable, Refused("{{ s | default \"x\" }}", isOptional: true));
        Assert.Equal("{{ .k | default \"x\" }}", Write("{{ s | default \"x\" }}"));
    }

    [Theory]
    [InlineData("{{ \"{{\" }} x", "{{ \"{{\" }} x")]
    [InlineData("{{ \"{\" }}{{ s }}", "{{ \"{\" }}{{ .k }}")]
    [InlineData("{ {{ s }}}", "{ {{ .k }}}")]
    [InlineData("{{ \"a b\" | urlencode }}", "a%20b")]
    public void BracesStayBraces(string template, string expected) => Assert.Equal(expected, Write(template));

    [Fact]
    public void WhatIsWrittenIsReadAgain() =>
        Properties.Hold(
            HostileText.Any,
            static text =>
            {
                TemplatePiece[] given = [new(text, null, []), new(null, "k", [])];
                string before = CatalogText.Template(given, static _ => new TemplateReference("s", null));
                foreach (string filter in Filters)
                {
                    string source = $"{before}{{{{ s{filter} }}}}";
                    string written = Write(source);
                    IReadOnlyList<TemplatePiece>? pieces = GoTemplateReader.Read(written);
                    Assert.NotNull(pieces);
                    string back = CatalogText.Template(pieces, static _ => new TemplateReference("s", null));
                    string? Render(string t) => Template.Parse(t).Render(static _ => "va lue+%", out _);
                    Assert.Equal(Render(source), Render(back));
                    Assert.Equal(written, Write(back));
                }
            }
        );

    [Theory]
    [InlineData("{{ .a | urlquery }}")]
    [InlineData("{{ if .a }}x{{ end }}")]
    [InlineData("{{ .a.b }}")]
    [InlineData("{{ .a | toJson }}")]
    [InlineData("{{ printf \"%s\" .a }}")]
    [InlineData("{{ .a | replace \"+\" \"%20\" }}")]
    [InlineData("{{ .a")]
    [InlineData("{{ $x := .a }}")]
    public void WhatACatalogCannotSayIsNotRead(string template) => Assert.Null(GoTemplateReader.Read(template));

    [Theory]
    [InlineData("a {{- .x -}} b", "a{{ s }}b")]
    [InlineData("{{/* note */}}{{ .x | toString }}", "{{ s }}")]
    [InlineData("{{ urlquery .x | replace \"+\" `%20` }}", "{{ s | urlencode }}")]
    [InlineData("{{ index . \"a-b\" | b64enc }}", "{{ s | base64 }}")]
    public void SpellingsOfPeopleAreRead(string template, string expected) =>
        Assert.Equal(expected, CatalogText.Template(GoTemplateReader.Read(template)!, static _ => new TemplateReference("s", null)));

    [Fact]
    public void NoTextBreaksTheReader() =>
        Properties.Hold(
            HostileText.Any,
            static text =>
            {
                _ = GoTemplateReader.Read(text);
                _ = GoTemplateReader.Read("{{ " + text + " }}");
            }
        );

    private static IEnumerable<(string Template, string Expected, string Written, Dictionary<string, string> Data)> Generated(
        int seed,
        int count
    )
    {
        string[] values = [.. HostileText.Sequence(seed, count)];
        string[] texts = [.. HostileText.Sequence(seed + 100, count)];
        Random random = new(seed);
        for (int i = 0; i < count; i++)
        {
            string value = i % 50 == 0 ? "\b\f\u0001\u007f" + values[i] : values[i];
            string key = i % 3 == 0 ? "a-b.c" : "KEY";
            TemplatePiece[] pieces =
            [
                new(texts[i], null, []),
                new(null, "", random.Next(2) == 0 ? [] : [Filters[1 + random.Next(Filters.Length - 1)][3..]]),
                new(texts[count - 1 - i], null, []),
            ];
            string template = CatalogText.Template(
                [.. pieces.Where(static p => p.Text != "")],
                static _ => new TemplateReference("s", "f")
            );
            Template parsed = Template.Parse(template);
            yield return (
                template,
                parsed.Render(_ => value, out _)!,
                GoTemplate.Write(parsed, _ => key, static _ => false, "t"),
                new Dictionary<string, string>(StringComparer.Ordinal) { [key] = value }
            );
        }
    }

    private static string Write(string template) => GoTemplate.Write(Template.Parse(template), static _ => "k", static _ => false, "t");

    private static string Refused(string template, bool isOptional) =>
        Assert.Throws<FlowSecretException>(() => GoTemplate.Write(Template.Parse(template), static _ => "k", _ => isOptional, "t")).Id;
}
