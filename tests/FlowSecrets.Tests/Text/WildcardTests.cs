using System.Text.RegularExpressions;
using FlowSecrets.Errors;
using FlowSecrets.Operations;
using FlowSecrets.Text;
using FsCheck;
using FsCheck.Fluent;

namespace FlowSecrets.Tests.Text;

public sealed class WildcardTests
{
    [Theory]
    [InlineData("a*", "A1", true)]
    [InlineData("a*", "b", false)]
    [InlineData("*", "", true)]
    [InlineData("?", "", false)]
    [InlineData("*b*c", "abxbc", true)]
    [InlineData("*b*c", "abxb", false)]
    [InlineData("db-[a-c]?", "DB-B1", true)]
    [InlineData("db-[a-c]?", "db-d1", false)]
    [InlineData("[-a]", "-", true)]
    [InlineData("[a-]", "-", true)]
    [InlineData("name", "NAME", false)]
    [InlineData("**x**", "x", true)]
    public void PatternsMatchAsInPowerShell(string pattern, string text, bool expected) =>
        Assert.Equal(expected, Wildcard.IsMatch(pattern, text));

    [Theory]
    [InlineData("[z-a]")]
    [InlineData("a[")]
    [InlineData("a[]")]
    [InlineData("[a-c][c-a]*")]
    public void WhatIsNoPatternIsABadArgument(string pattern) =>
        Assert.Equal(ErrorIds.BadArgument, Assert.Throws<FlowSecretException>(() => NamePattern.Parse(pattern)).Id);

    [Fact]
    public void APatternOfMegabytesIsABadArgument() =>
        Assert.Equal(ErrorIds.BadArgument, Assert.Throws<FlowSecretException>(() => NamePattern.Parse(new string('*', 4_000_000))).Id);

    /// <summary>The matcher says what a regular expression says.</summary>
    [Fact]
    public void EveryPatternMatchesAsItsExpressionDoes()
    {
        Gen<string> pattern = Gen.Elements('a', 'B', 'c', '*', '?').ListOf().Select(static c => string.Concat(c.Take(8)));
        Gen<string> text = Gen.Elements('a', 'A', 'b', 'c').ListOf().Select(static c => string.Concat(c.Take(8)));
        Prop.ForAll(
                pattern.Where(Wildcard.HasWildcard).ToArbitrary(),
                text.ToArbitrary(),
                static (p, t) =>
                    Wildcard.IsMatch(p, t)
                    == Regex.IsMatch(
                        t,
                        @"\A" + Regex.Escape(p).Replace(@"\*", ".*").Replace(@"\?", ".") + @"\z",
                        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
                    )
            )
            .QuickCheckThrowOnFailure();
    }

    /// <summary>The index answers as trying each name does.</summary>
    [Fact]
    public void TheIndexFindsWhatAnyNameMatches()
    {
        string[] names = ["alpha", "Beta", "gamma-1", "gamma-2", "x"];
        WildcardIndex index = new(names);
        foreach (string text in new[] { "alpha", "ALPHA", "a*", "*ta", "*MM?-2", "*mm?-3", "?", "[x-z]", "[y-z]", "*alphaBeta*", "*a*b*" })
        {
            WildcardPattern pattern = NamePattern.Parse(text);
            Assert.Equal(names.Any(pattern.IsMatch), index.HasMatch(pattern));
        }
    }

    [Fact]
    public void ManyPatternsOnManyNamesTakeNoMoreThanTheirWork()
    {
        WildcardIndex index = new(Enumerable.Range(0, 1_000).Select(static i => $"s{i}"), work: 100_000);
        int asked = 0;
        while (index.HasMatch(NamePattern.Parse("s*x?")) is not null)
        {
            Assert.True(++asked < 1_000, "The work has no end.");
        }

        Assert.True(index.Left < 0);
    }

    [Fact]
    public void PlainPartsOfPatternsTakeLittleWork()
    {
        WildcardIndex index = new(Enumerable.Range(0, 8_000).Select(static i => $"secret-{i}"));
        long before = index.Left;
        foreach (int i in Enumerable.Range(0, 8_000))
        {
            Assert.Equal(true, index.HasMatch(NamePattern.Parse($"*T-{i}*")));
            Assert.Equal(false, index.HasMatch(NamePattern.Parse($"*none-{i}*")));
        }

        Assert.True(before - index.Left < 8_000 * 1_000, $"{before - index.Left} steps");
    }
}
