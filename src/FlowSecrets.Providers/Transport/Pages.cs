using System.Runtime.CompilerServices;

namespace FlowSecrets.Providers.Transport;

/// <summary>The pages of a list, one after the other, until the service says that there are no more.</summary>
internal static class Pages
{
    /// <summary>Beyond what any account may hold: AWS has 500,000 secrets in pages of 100.</summary>
    public const int Most = 10_000;

    /// <param name="read">Reads the page of a token; the first one has none.</param>
    /// <param name="next">The token of the page that follows; null or empty: it was the last one.</param>
    /// <param name="explain">Makes the error of a list that does not end; null: the caller's own layer does.</param>
    /// <exception cref="BadReplyException">The list does not end.</exception>
    public static async IAsyncEnumerable<TPage> ReadAsync<TPage>(
        Func<string?, CancellationToken, Task<TPage>> read,
        Func<TPage, string?> next,
        Func<BadReplyException, Exception>? explain = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        string? token = null;
        do
        {
            TPage page = await read(token, cancellationToken);
            yield return page;
            token = next(page) is { Length: > 0 } following ? following : null;
            if (token is not null && (!seen.Add(token) || seen.Count >= Most))
            {
                BadReplyException endless = new("is a page of a list that does not end");
                throw explain?.Invoke(endless) ?? endless;
            }
        } while (token is not null);
    }
}
