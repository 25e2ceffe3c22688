using FlowSecrets.CloudFakes.Hosting;

namespace FlowSecrets.CloudFakes.Gcp.SecretManager;

/// <summary>A rate that the project has.</summary>
internal sealed record GcpQuotaKind(string Title, string Metric, string Limit, int PerMinute);

/// <summary>The documented rates: of the project by the minute, of a secret and of a version by the second and by the minute.</summary>
internal sealed class GcpQuotas
{
    private static readonly GcpQuotaKind Access = new("Access requests", "access_requests", "AccessRequestsPerMinutePerProject", 90_000);
    private static readonly GcpQuotaKind Read = new("Read requests", "read_requests", "ReadRequestsPerMinutePerProject", 600);
    private static readonly GcpQuotaKind Write = new("Write requests", "write_requests", "WriteRequestsPerMinutePerProject", 600);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, RateWindow> _windows = new(StringComparer.Ordinal);

    public static GcpQuotaKind KindOf(string operation) =>
        operation switch
        {
            GcpOperations.AccessSecretVersion => Access,
            GcpOperations.GetSecret
            or GcpOperations.ListSecrets
            or GcpOperations.GetSecretVersion
            or GcpOperations.ListSecretVersions
            or GcpOperations.GetIamPolicy
            or GcpOperations.TestIamPermissions => Read,
            _ => Write,
        };

    public void Take(GcpCall call, string number, DateTimeOffset now)
    {
        GcpQuotaKind kind = KindOf(call.Operation);
        lock (_lock)
        {
            bool free = TryTake($"{number}/{kind.Metric}", kind.PerMinute, 60, now);
            string resource = call.Path.Resource;
            bool isRegional = call.Path.Location is not null;
            if (free && call.Operation is GcpOperations.AddSecretVersion or GcpOperations.UpdateSecret)
            {
                free =
                    TryTake(resource + " 1s", isRegional ? 80 : 2, 1, now) && TryTake(resource + " 60s", isRegional ? 4_800 : 120, 60, now);
            }
            else if (
                free
                && call.Operation
                    is GcpOperations.EnableSecretVersion
                        or GcpOperations.DisableSecretVersion
                        or GcpOperations.DestroySecretVersion
            )
            {
                free = TryTake(resource + " 1s", 1, 1, now) && TryTake(resource + " 60s", 60, 60, now);
            }

            if (!free)
            {
                throw GcpError.Exhausted(number, kind);
            }
        }
    }

    private bool TryTake(string key, int limit, int seconds, DateTimeOffset now)
    {
        if (!_windows.TryGetValue(key, out RateWindow? window))
        {
            _windows[key] = window = new RateWindow(limit, TimeSpan.FromSeconds(seconds));
        }

        return window.TryTake(now);
    }
}
