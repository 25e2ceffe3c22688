using System.Runtime.CompilerServices;
using FlowSecrets.Concurrency;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Providers.Gcp.Connection;

namespace FlowSecrets.Providers.Gcp.SecretManager;

/// <content>
/// Describes many secrets by one list instead of a read of each, because Google allows a project 600 reads a minute.
/// </content>
internal sealed partial class GcpStore
{
    /// <summary>Up to so many names, a read of each is as good as a list.</summary>
    private const int Few = 10;

    /// <summary>
    /// Lists lag behind, so this many names that a list lacks are looked up. Of more, it is a new project: a read of each takes minutes.
    /// </summary>
    private const int MostLookedUp = 100;

    /// <summary>Set once the list was refused: then each secret is read by itself.</summary>
    private volatile bool _listRefused;

    public async IAsyncEnumerable<DescribeOutcome> DescribeManyAsync(
        IReadOnlyCollection<string> names,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        (Dictionary<string, GcpSecret> listed, bool isWhole) =
            names.Count > Few && !_listRefused ? await ListedAsync(names, cancellationToken) : ([], false);
        bool looksUp = !isWhole || names.Count(n => !listed.ContainsKey(n)) <= MostLookedUp;
        await foreach (DescribeOutcome outcome in Bounded.RunAsync(names, Concurrency, OutcomeAsync, cancellationToken))
        {
            yield return outcome;
        }

        Task<DescribeOutcome> OutcomeAsync(string name, CancellationToken token) =>
            DescribeOutcome.OfAsync(
                name,
                async () =>
                {
                    SecretNames.Require(StoreKind.Gcp, name);
                    if (listed.TryGetValue(name, out GcpSecret? secret))
                    {
                        // One without a version may be one that was deleted.
                        SecretDescription found = await DescribeAsync(secret, token);
                        return found.CurrentVersion is null ? await DescribeAsync(name, token) : found;
                    }

                    return looksUp || _written.NewerThan(name, null) is not null ? await DescribeAsync(name, token) : null;
                }
            );
    }

    /// <summary>The secrets of a list that has these names, as far as it is shorter than a read of each.</summary>
    /// <returns>Whether the list came to its end.</returns>
    private async Task<(Dictionary<string, GcpSecret> Listed, bool IsWhole)> ListedAsync(
        IReadOnlyCollection<string> names,
        CancellationToken cancellationToken
    )
    {
        HashSet<string> wanted = new(names, StringComparer.Ordinal);
        Dictionary<string, GcpSecret> found = new(StringComparer.Ordinal);
        string prefix = CommonStart(names);
        GcpCall call = new("secretmanager.secrets.list");
        int pages = 0;
        try
        {
            await foreach (
                GcpSecretPage page in _caller.PagesAsync(
                    call,
                    (token, ct) =>
                        CallAsync(call, (c, t) => c.ListSecretsAsync(prefix.Length == 0 ? null : $"name:{prefix}", token, t), ct),
                    static p => p.NextPageToken,
                    cancellationToken
                )
            )
            {
                foreach (GcpSecret secret in page.Secrets ?? [])
                {
                    if (wanted.Contains(GcpName.Last(secret.Name)))
                    {
                        found[GcpName.Last(secret.Name)] = secret;
                    }
                }

                if (found.Count == wanted.Count || ++pages >= Math.Max(1, names.Count / Few))
                {
                    return (found, found.Count == wanted.Count || string.IsNullOrEmpty(page.NextPageToken));
                }
            }

            return (found, true);
        }
        catch (FlowSecretException e)
        {
            // What is wrong beyond that, a read of each says of each.
            _listRefused |= e.Id == ErrorIds.AccessDenied;
            return (found, false);
        }
    }

    private static string CommonStart(IReadOnlyCollection<string> names)
    {
        (string first, string last) = (names.Min(StringComparer.Ordinal)!, names.Max(StringComparer.Ordinal)!);
        return first[..first.AsSpan().CommonPrefixLength(last)];
    }
}
