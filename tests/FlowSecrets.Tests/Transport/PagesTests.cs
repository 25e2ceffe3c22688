using FlowSecrets.Providers.Transport;

namespace FlowSecrets.Tests.Transport;

public sealed class PagesTests
{
    [Fact]
    public async Task PagesAreReadUntilThereIsNoOther()
    {
        List<string?> asked = [];
        List<int> pages = [];
        await foreach (int page in Read(t => (asked, t).asked.Count, asked, static p => p < 3 ? $"t{p}" : ""))
        {
            pages.Add(page);
        }

        Assert.Equal([null, "t1", "t2"], asked);
        Assert.Equal([1, 2, 3], pages);
    }

    [Fact]
    public async Task ATokenThatComesAgainEndsTheList()
    {
        List<string?> asked = [];
        await Assert.ThrowsAsync<BadReplyException>(() => ReadAllAsync(asked, static p => p % 2 == 0 ? "a" : "b"));
        Assert.Equal([null, "b", "a"], asked);
    }

    [Fact]
    public async Task TokensThatNeverEndEndAtABound()
    {
        List<string?> asked = [];
        await Assert.ThrowsAsync<BadReplyException>(() => ReadAllAsync(asked, static p => $"t{p}"));
        Assert.Equal(Pages.Most, asked.Count);
    }

    private static async Task ReadAllAsync(List<string?> asked, Func<int, string?> next)
    {
        await foreach (int _ in Read(_ => asked.Count, asked, next))
        {
            // To its end.
        }
    }

    private static IAsyncEnumerable<int> Read(Func<string?, int> page, List<string?> asked, Func<int, string?> next) =>
        Pages.ReadAsync(
            (token, _) =>
            {
                asked.Add(token);
                return Task.FromResult(page(token));
            },
            next,
            cancellationToken: TestContext.Current.CancellationToken
        );
}
