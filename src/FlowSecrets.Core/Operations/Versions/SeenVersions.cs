using System.Runtime.CompilerServices;

namespace FlowSecrets.Operations.Versions;

/// <summary>Versions that this process has listed, for tab completion, which must not ask a store.</summary>
internal static class SeenVersions
{
    private static readonly System.Collections.Concurrent.ConcurrentDictionary<
        string,
        System.Collections.Concurrent.ConcurrentDictionary<string, bool>
    > Seen = new(StringComparer.Ordinal);

    public static void Add(SecretRef secret, string version)
    {
        foreach (string name in new[] { secret.StoreName, secret.Definition?.Key ?? secret.StoreName })
        {
            Seen.GetOrAdd(name, static _ => new(StringComparer.Ordinal))[version] = true;
        }
    }

    public static IEnumerable<string> Of(string name) =>
        Seen.TryGetValue(name, out System.Collections.Concurrent.ConcurrentDictionary<string, bool>? versions) ? versions.Keys : [];
}
