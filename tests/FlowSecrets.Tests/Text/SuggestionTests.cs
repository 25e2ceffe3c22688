using FlowSecrets.Text;

namespace FlowSecrets.Tests.Text;

public sealed class SuggestionTests
{
    [Theory]
    [InlineData("prodd", "prod")]
    [InlineData("PROD", "prod")]
    [InlineData("stagin", "staging")]
    [InlineData("lcoal", null)]
    [InlineData("local1", "local")]
    [InlineData("zzz", null)]
    [InlineData("", null)]
    public void TheNearestNameIsSuggested(string word, string? expected) =>
        Assert.Equal(expected, Suggestion.Nearest(word, ["local", "prod", "staging"]));

    /// <summary>The band around the diagonal loses no near name.</summary>
    [Fact]
    public void EveryNameThatIsNearEnoughIsFound()
    {
        const string Word = "database-url";
        foreach (int at in Enumerable.Range(0, Word.Length))
        {
            Assert.Equal(Word, Suggestion.Nearest(Word.Remove(at, 1), [Word]));
            Assert.Equal(Word, Suggestion.Nearest(Word.Insert(at, "xyz"), [Word]));
            Assert.Equal(Word, Suggestion.Nearest(Word[..at] + "#" + Word[(at + 1)..], [Word]));
        }
    }

    [Fact]
    public void ManySuggestionsOfOneDocumentTakeNoMoreThanTheirWork()
    {
        Suggestion suggestions = new(work: 100_000);
        string[] names = [.. Enumerable.Range(0, 1_000).Select(static i => $"name-{i}")];
        Assert.NotNull(suggestions.Find("name-5x", names));
        int asked = 0;
        while (suggestions.Find("nome-77x", names) is not null)
        {
            Assert.True(++asked < 1_000, "The work has no end.");
        }

        Assert.Null(suggestions.Find("name-5x", names));
    }

    [Fact]
    public void AWordOfMegabytesTakesNoWork()
    {
        Suggestion suggestions = new();
        long before = suggestions.Left;
        Assert.Null(suggestions.Find(new string('x', 4_000_000), [new string('x', 4_000_000)]));
        Assert.Equal(before, suggestions.Left);
    }
}
