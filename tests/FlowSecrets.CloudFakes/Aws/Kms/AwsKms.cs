using FlowSecrets.CloudFakes.Aws.Policies;

namespace FlowSecrets.CloudFakes.Aws.Kms;

/// <summary>Keys that the fake judges. Secrets under any other key are read and written as if it were open to all.</summary>
public sealed class AwsKms
{
    private readonly Lock _lock;
    private readonly AwsFakeOptions _options;
    private readonly Func<DateTimeOffset> _now;
    private readonly Dictionary<string, AwsKey> _keys = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AwsKey> _aliases = new(StringComparer.Ordinal);

    internal AwsKms(Lock @lock, AwsFakeOptions options, Func<DateTimeOffset> now) => (_lock, _options, _now) = (@lock, options, now);

    /// <param name="policyJson">Null: the account may do everything, and lets its identities' policies decide.</param>
    /// <param name="account">Null: that of the options.</param>
    /// <param name="region">Null: that of the options.</param>
    /// <returns>Its ARN.</returns>
    public string AddKey(string? policyJson = null, string? account = null, string? region = null) =>
        Add(account ?? _options.Account, region ?? _options.Region, policyJson).Arn;

    /// <param name="alias">"alias/NAME".</param>
    /// <param name="keyArn">Of a key that is here.</param>
    public void AddAlias(string alias, string keyArn) =>
        Change(keyArn, key => _aliases[$"arn:aws:kms:{key.Region}:{key.Account}:{alias}"] = key);

    public void Tag(string keyArn, string tag, string value) => Change(keyArn, key => key.Tags[tag] = value);

    public void SetPolicy(string keyArn, string json) => Change(keyArn, key => key.Policy = Valid(json));

    public void Disable(string keyArn) => Change(keyArn, static key => key.IsDisabled = true);

    public void Enable(string keyArn) => Change(keyArn, static key => key.IsDisabled = false);

    public void ScheduleDeletion(string keyArn, int days = 30) =>
        Change(keyArn, key => (key.DeletionDate, key.IsDisabled) = (_now().AddDays(days), true));

    /// <returns>The id of the grant.</returns>
    public string AddGrant(string keyArn, string granteeArn, params string[] operations)
    {
        AwsGrant grant = new(NewGrantId(), granteeArn, operations, null, null, null, _now());
        Change(keyArn, key => key.Grants.Add(grant));
        return grant.Id;
    }

    internal static string NewGrantId() => Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32));

    internal static string Valid(string json)
    {
        AwsPolicy.Parse(json);
        return json;
    }

    internal AwsKey Add(string account, string region, string? policyJson)
    {
        AwsKey key = new(account, region, policyJson is null ? Default(account) : Valid(policyJson), _now());
        lock (_lock)
        {
            _keys.Add(key.Arn, key);
        }

        return key;
    }

    /// <param name="account">Whose a name without account is.</param>
    /// <param name="region">Where a name without region is.</param>
    /// <param name="id">An id, an alias, or the ARN of either.</param>
    internal AwsKey? Find(string account, string region, string id)
    {
        string arn = id.StartsWith("arn:", StringComparison.Ordinal)
            ? id
            : $"arn:aws:kms:{region}:{account}:{(id.StartsWith("alias/", StringComparison.Ordinal) ? "" : "key/")}{id}";
        lock (_lock)
        {
            return _keys.GetValueOrDefault(arn) ?? _aliases.GetValueOrDefault(arn);
        }
    }

    private static string Default(string account) =>
        "{\n  \"Version\" : \"2012-10-17\",\n  \"Id\" : \"key-default-1\",\n  \"Statement\" : [ {\n    \"Sid\" : \"Enable IAM User "
        + "Permissions\",\n    \"Effect\" : \"Allow\",\n    \"Principal\" : {\n      \"AWS\" : \"arn:aws:iam::"
        + account
        + ":root\"\n    },\n    \"Action\" : \"kms:*\",\n    \"Resource\" : \"*\"\n  } ]\n}";

    private void Change(string keyArn, Action<AwsKey> change)
    {
        lock (_lock)
        {
            change(_keys.GetValueOrDefault(keyArn) ?? throw new ArgumentException($"The fake has no key {keyArn}.", nameof(keyArn)));
        }
    }
}
