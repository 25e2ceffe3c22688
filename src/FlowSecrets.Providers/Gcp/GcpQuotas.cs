using System.Collections.Concurrent;
using FlowSecrets.Transport;

namespace FlowSecrets.Providers.Gcp;

/// <summary>
/// The documented quotas, kept before Google has to enforce them: access 90,000, read 600 and write 600 a minute and project; adding versions and
/// updating 2 a second and global secret. A burst may use up a minute's worth.
/// </summary>
internal sealed class GcpQuotas(TimeProvider clock, bool regional)
{
    private readonly TokenBucket _access = new(90_000, 1_500, clock);
    private readonly TokenBucket _read = new(600, 10, clock);
    private readonly TokenBucket _write = new(600, 10, clock);
    private readonly ConcurrentDictionary<string, TokenBucket> _secrets = new(StringComparer.Ordinal);

    public async ValueTask WaitAsync(GcpCall call, CancellationToken cancellationToken)
    {
        if (call is { Secret: { } secret, Permission: "secretmanager.versions.add" or "secretmanager.secrets.update" })
        {
            int perSecond = regional ? 80 : 2;
            await _secrets.GetOrAdd(secret, _ => new TokenBucket(perSecond, perSecond, clock)).WaitAsync(cancellationToken);
        }

        TokenBucket bucket = call.Permission == "secretmanager.versions.access" ? _access : call.Changes ? _write : _read;
        await bucket.WaitAsync(cancellationToken);
    }
}
