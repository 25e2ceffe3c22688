using FlowSecrets.Errors;
using FlowSecrets.Formats.Dotenv;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Formats.Dotenv;

/// <summary>What the writer spells, the reader of the same dialect reads back.</summary>
public sealed class EnvRoundTripTests
{
    private const string Mark = "MARKED-7f3a91";

    public static TheoryData<EnvDialect> Dialects => [.. Enum.GetValues<EnvDialect>()];

    public static TheoryData<EnvDialect> TextDialects => [.. Enum.GetValues<EnvDialect>().Where(static d => d != EnvDialect.Json)];

    [Theory]
    [MemberData(nameof(Dialects))]
    public void EveryWritableValueIsReadBackAmongOthers(EnvDialect dialect)
    {
        Properties.Hold(
            HostileText.Any,
            value =>
            {
                if (CanCarry(dialect, value))
                {
                    IEnvDocument document = EnvDocument.Parse("", dialect, "f");
                    document.Set("BEFORE", "before 1", "one", "a comment");
                    document.Set("TARGET", value, "one", null);
                    document.Set("AFTER", "after 2", "two", "another");

                    IEnvDocument again = EnvDocument.Parse(document.ToText(), dialect, "f");

                    Assert.Equal(value, again.Get("TARGET"));
                    Assert.Equal("before 1", again.Get("BEFORE"));
                    Assert.Equal("after 2", again.Get("AFTER"));
                    Assert.Equal(document.ToText(), again.ToText());
                }
            }
        );
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public void AFirstAndOnlyValueIsReadBack(EnvDialect dialect)
    {
        foreach (string value in HostileText.Sequence(20260111, 3000).Where(v => CanCarry(dialect, v)))
        {
            IEnvDocument document = EnvDocument.Parse("", dialect, "f");
            document.Set("ONLY", value, "s", null);
            Assert.Equal(value, EnvDocument.Parse(document.ToText(), dialect, "f").Get("ONLY"));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("plain-Value_1.2/3:4@5%6+7,8=9")]
    [InlineData("with space")]
    [InlineData("a#b # c")]
    [InlineData("postgresql://user:p%40ss@host:5432/db?sslmode=require")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg==\n-----END PRIVATE KEY-----\n")]
    [InlineData("{\n  \"type\": \"service_account\",\n  \"private_key\": \"-----BEGIN\\nKEY\\n\"\n}")]
    [InlineData("it's")]
    [InlineData("~/home")]
    [InlineData("語😀")]
    public void OrdinaryValuesArePortable(string value) => Assert.NotNull(EnvWriter.Format(EnvDialect.Portable, "NAME", value));

    [Theory]
    [InlineData("it's $5")]
    [InlineData("a\\\\b")]
    [InlineData("ends in \\")]
    [InlineData("${HOME}")]
    [InlineData("line\r\nend")]
    [InlineData("' and \"")]
    public void WhatParsersReadDifferentlyIsNotPortable(string value) => Assert.Null(EnvWriter.Format(EnvDialect.Portable, "NAME", value));

    [Theory]
    [MemberData(nameof(TextDialects))]
    public void NulIsRefused(EnvDialect dialect)
    {
        Assert.Null(EnvWriter.Format(dialect, "NAME", "a\0b"));
        FlowSecretException error = Assert.Throws<FlowSecretException>(() =>
            EnvDocument.Parse("", dialect, "f").Set("NAME", "a\0b", "s", null)
        );
        Assert.Equal(ErrorIds.EnvValueNotPortable, error.Id);
    }

    [Fact]
    public void DockerTakesOneShortLine()
    {
        Assert.Null(EnvWriter.Format(EnvDialect.Docker, "NAME", "a\nb"));
        Assert.Null(EnvWriter.Format(EnvDialect.Docker, "NAME", new string('x', 64 * 1024)));
        Assert.Equal("NAME= 'a' # $b\\", EnvWriter.Format(EnvDialect.Docker, "NAME", " 'a' # $b\\"));
    }

    [Theory]
    [MemberData(nameof(TextDialects))]
    public void ARefusalNamesTheDialectsThatCanAndNeverTheValue(EnvDialect dialect)
    {
        Properties.Hold(
            HostileText.Any,
            text =>
            {
                string value = Mark + text;
                if (CanCarry(dialect, value))
                {
                    return;
                }

                FlowSecretException error = EnvWriter.NotPortable(dialect, "NAME", value);

                Assert.Equal(ErrorIds.EnvValueNotPortable, error.Id);
                Assert.Equal("NAME", error.Target);
                Assert.DoesNotContain(Mark, error.Message, StringComparison.Ordinal);
                Assert.Equal(Capable(value), Named(error.Remedy));
            }
        );
    }

    [Fact]
    public void WhereNoDialectCanTheRefusalNamesNone() =>
        Assert.Empty(Named(EnvWriter.NotPortable(EnvDialect.Portable, "NAME", "\0").Remedy));

    private static bool CanCarry(EnvDialect dialect, string value) =>
        dialect == EnvDialect.Json || EnvWriter.Format(dialect, "TARGET", value) is not null;

    private static string[] Capable(string value) =>
        [
            .. Enum.GetValues<EnvDialect>()
                .Where(d => d != EnvDialect.Json && CanCarry(d, value))
                .Select(static d => d.ToString().ToLowerInvariant()),
        ];

    /// <summary>The words between -Format and what comes after them.</summary>
    private static string[] Named(string remedy)
    {
        int at = remedy.IndexOf("-Format ", StringComparison.Ordinal);
        return at < 0 ? [] : [.. remedy[(at + 8)..].Split(' ').TakeWhile(static w => w is not "can").Select(static w => w.TrimEnd(','))];
    }
}
