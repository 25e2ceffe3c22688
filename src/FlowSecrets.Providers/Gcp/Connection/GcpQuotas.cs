using System.Collections.Concurrent;
using FlowSecrets.Providers.Transport;

namespace FlowSecrets.Providers.Gcp.Connection;

/// <summary>
/// The documented quotas, kept before Google has to enforce them: access 90,000, read 600 and write 600 a minute and project; adding
/// versions and updating 2 a second and global secret, 80 and regional one; changing a state 1 a second and version.
/// </summary>
/// <param name="isKept">False for an emulator, which has none: then calls wait only if it refuses some.</param>
internal sealed class GcpQuotas(TimeProvider clock, bool regional, bool isKept = true)
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly QuotaWindow _access = new(isKept ? 1_500 : int.MaxValue, Second, clock);
    private readonly QuotaWindow _read = new(isKept ? 600 : int.MaxValue, Minute, clock);
    private readonly QuotaWindow _write = new(isKept ? 600 : int.MaxValue, Minute, clock);
    private readonly ConcurrentDictionary<string, QuotaWindow> _secrets = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, QuotaWindow> _services = new(StringComparer.Ordinal);

    /// <summary>What a call waits for.</summary>
    public IReadOnlyList<QuotaWindow> Of(GcpCall call)
    {
        if (!call.IsOfSecretManager)
        {
            // Their quotas are large, or not published.
            return [_services.GetOrAdd(call.Permission.Split('.')[0], _ => new QuotaWindow(int.MaxValue, Second, clock))];
        }

        QuotaWindow bucket =
            call.Permission == "secretmanager.versions.access" ? _access
            : call.Changes ? _write
            : _read;
        return isKept && OwnOf(call) is { } own ? [own, bucket] : [bucket];
    }

    /// <summary>The quota of one secret or version; null: it has none for this call.</summary>
    private QuotaWindow? OwnOf(GcpCall call) =>
        call switch
        {
            { Secret: { } secret, Permission: "secretmanager.versions.add" or "secretmanager.secrets.update" } => _secrets.GetOrAdd(
                secret,
                _ => new QuotaWindow(regional ? 80 : 2, Second, clock)
            ),
            {
                Version: { } version,
                Permission: "secretmanager.versions.enable" or "secretmanager.versions.disable" or "secretmanager.versions.destroy"
            } => _secrets.GetOrAdd($"{call.Secret}/{version}", _ => new QuotaWindow(1, Second, clock)),
            _ => null,
        };
}
