using FlowSecrets.CloudFakes.Hosting;

namespace FlowSecrets.CloudFakes.Aws.SecretsManager;

/// <summary>The documented rates of a region, a second each.</summary>
internal sealed class AwsQuotas
{
    private static readonly Dictionary<string, (string Group, int Limit)> Groups = new(StringComparer.Ordinal)
    {
        ["GetSecretValue"] = ("get", 10_000),
        ["DescribeSecret"] = ("describe", 40_000),
        ["BatchGetSecretValue"] = ("batch", 100),
        ["PutSecretValue"] = ("put", 50),
        ["UpdateSecret"] = ("put", 50),
        ["UpdateSecretVersionStage"] = ("put", 50),
        ["ReplicateSecretToRegions"] = ("put", 50),
        ["RemoveRegionsFromReplication"] = ("put", 50),
        ["TagResource"] = ("tag", 50),
        ["UntagResource"] = ("tag", 50),
        ["RotateSecret"] = ("rotate", 50),
        ["CancelRotateSecret"] = ("rotate", 50),
        ["RestoreSecret"] = ("restore", 50),
        ["CreateSecret"] = ("create", 50),
        ["DeleteSecret"] = ("delete", 50),
        ["ListSecrets"] = ("list", 100),
        ["ListSecretVersionIds"] = ("versions", 50),
        ["GetRandomPassword"] = ("password", 50),
        ["GetResourcePolicy"] = ("policy", 50),
        ["PutResourcePolicy"] = ("policy", 50),
        ["DeleteResourcePolicy"] = ("policy", 50),
        ["ValidateResourcePolicy"] = ("policy", 50),
    };

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Region, string Group), RateWindow> _windows = [];

    public bool TryTake(string region, string operation, DateTimeOffset now)
    {
        if (!Groups.TryGetValue(operation, out (string Group, int Limit) group))
        {
            return true;
        }

        lock (_lock)
        {
            if (!_windows.TryGetValue((region, group.Group), out RateWindow? window))
            {
                _windows[(region, group.Group)] = window = new RateWindow(group.Limit, TimeSpan.FromSeconds(1));
            }

            return window.TryTake(now);
        }
    }
}
