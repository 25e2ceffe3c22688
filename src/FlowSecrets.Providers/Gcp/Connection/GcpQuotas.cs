using System.Collections.Concurrent;
using FlowSecrets.Providers.Transport;

namespace FlowSecrets.Providers.Gcp.Connection;

/// <summary>
/// The documented quotas, kept before Google has to enforce them: access 90,000, read 600 and write 600 a minute and project; adding
/// versions and
/// updating 2 a second and global secret, 80 and regional one; changing a state 1 a second and version.
/// </summary>
internal sealed class GcpQuotas(TimeProvider clock, bool regional)
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly QuotaWindow _access = new(1_500, Second, clock);
    private readonly QuotaWindow _read = new(600, Minute, clock);
    private readonly QuotaWindow _write = new(600, Minute, clock);
    private readonly ConcurrentDictionary<string, QuotaWindow> _secrets = new(StringComparer.Ordinal);

    public async ValueTask WaitAsync(GcpCall call, CancellationToken cancellationToken)
    {
        if (call is { Secret: { } secret, Permission: "secretmanager.versions.add" or "secretmanager.secrets.update" })
        {
            await _secrets.GetOrAdd(secret, _ => new QuotaWindow(regional ? 80 : 2, Second, clock)).WaitAsync(cancellationToken);
        }

        if (
            call is
            {
                Version: { } version,
                Permission: "secretmanager.versions.enable" or "secretmanager.versions.disable" or "secretmanager.versions.destroy"
            }
        )
        {
            await _secrets.GetOrAdd($"{call.Secret}/{version}", _ => new QuotaWindow(1, Second, clock)).WaitAsync(cancellationToken);
        }

        QuotaWindow bucket =
            call.Permission == "secretmanager.versions.access" ? _access
            : call.Changes ? _write
            : _read;
        await bucket.WaitAsync(cancellationToken);
    }
}
