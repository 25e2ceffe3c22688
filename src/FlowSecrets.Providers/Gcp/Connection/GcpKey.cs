using System.Text.RegularExpressions;

namespace FlowSecrets.Providers.Gcp.Connection;

/// <summary>A key of Cloud KMS that a message names.</summary>
/// <param name="Version">The key's version; null where the message names none.</param>
/// <param name="IsDisabled">Whether it is its state that keeps it from being used; else a permission.</param>
internal sealed partial record GcpKey(string Project, string Location, string Ring, string Key, string? Version, bool IsDisabled)
{
    public string Name => $"projects/{Project}/locations/{Location}/keyRings/{Ring}/cryptoKeys/{Key}";

    /// <returns>Null: the message is about no key.</returns>
    public static GcpKey? In(string message) =>
        Resource().Match(message) is { Success: true } found
            ? new GcpKey(
                found.Groups["project"].Value,
                found.Groups["location"].Value,
                found.Groups["ring"].Value,
                found.Groups["key"].Value,
                found.Groups["version"] is { Success: true } version ? version.Value : null,
                message.Contains("DISABLED", StringComparison.Ordinal)
                    || message.Contains("DESTROY", StringComparison.Ordinal)
                    || message.Contains("not enabled", StringComparison.OrdinalIgnoreCase)
            )
            : null;

    [GeneratedRegex(
        "projects/(?<project>[a-z0-9.:-]+)/locations/(?<location>[a-z0-9-]+)/keyRings/(?<ring>[A-Za-z0-9_-]+)"
            + "/cryptoKeys/(?<key>[A-Za-z0-9_-]+)(/cryptoKeyVersions/(?<version>[0-9]+))?",
        RegexOptions.ExplicitCapture
    )]
    private static partial Regex Resource();
}
