using System.Collections.Concurrent;

namespace FlowSecrets.Providers.Gcp.SecretManager;

/// <summary>
/// The newest version of each secret that this process wrote. 'latest' and lists lag behind it for a while, so they are not believed where
/// they say less.
/// </summary>
internal sealed class GcpWrittenVersions
{
    private readonly ConcurrentDictionary<string, long> _newest = new(StringComparer.Ordinal);

    public void Note(string name, string number) =>
        _newest.AddOrUpdate(name, static (_, n) => n, static (_, old, n) => Math.Max(old, n), long.Parse(number));

    /// <param name="number">The newest version that Google tells; null: it tells none.</param>
    /// <returns>Null: nothing newer was written here.</returns>
    public long? NewerThan(string name, string? number) =>
        _newest.TryGetValue(name, out long written) && written > (number is null ? 0 : long.Parse(number)) ? written : null;

    /// <summary>The secret was made or deleted, so its versions are others now.</summary>
    public void Forget(string name) => _newest.TryRemove(name, out _);

    /// <summary>Forgets a version that is not there, unless a newer one was noted meanwhile.</summary>
    public void Forget(string name, long number) => _newest.TryRemove(KeyValuePair.Create(name, number));
}
