using System.Security.Cryptography;
using FlowSecrets.CloudFakes.Hosting;

namespace FlowSecrets.CloudFakes.Aws.SecretsManager;

/// <summary>The accounts' regions, under one lock.</summary>
internal sealed class AwsStore(Lock @lock, string account, Func<DateTimeOffset> now)
{
    private readonly Dictionary<(string Account, string Name), AwsRegion> _regions = [];

    public T Run<T>(string owner, string region, Func<AwsRegion, T> operation)
    {
        lock (@lock)
        {
            return operation(Region(owner, region));
        }
    }

    /// <returns>The name that an ARN stands for; anything else as it is.</returns>
    public string NameOf(string region, string id)
    {
        lock (@lock)
        {
            return Region(AwsArn.AccountIn(id) ?? account, region).Find(id)?.Name ?? AwsArn.NameIn(id);
        }
    }

    internal AwsRegion Region(string owner, string name)
    {
        if (!_regions.TryGetValue((owner, name), out AwsRegion? region))
        {
            _regions[(owner, name)] = region = new AwsRegion(this, name, owner, now);
        }

        region.Sweep();
        return region;
    }
}

/// <summary>The secrets of one region.</summary>
internal sealed class AwsRegion(AwsStore store, string name, string account, Func<DateTimeOffset> now)
{
    private readonly Dictionary<string, AwsSecret> _secrets = new(StringComparer.Ordinal);
    private readonly HashSet<AwsSecret> _scheduled = [];

    public string Name => name;

    public string Account => account;

    public DateTimeOffset Now => now();

    public IReadOnlyCollection<AwsSecret> Secrets => _secrets.Values;

    public AwsRegion Other(string region) => store.Region(account, region);

    /// <summary>The same region of the account that an ARN is of.</summary>
    public AwsRegion Of(string id) => AwsArn.AccountIn(id) is { } owner ? store.Region(owner, name) : this;

    public AwsSecret? Named(string secret) => _secrets.GetValueOrDefault(secret);

    public AwsSecret Add(string secret, string? arn = null)
    {
        AwsSecret added = new(secret, arn ?? AwsArn.New(name, account, secret), Now);
        _secrets.Add(secret, added);
        return added;
    }

    public void Remove(AwsSecret secret)
    {
        _secrets.Remove(secret.Name);
        _scheduled.Remove(secret);
    }

    /// <param name="secret">Deleted from now on.</param>
    /// <param name="end">When it can no longer be restored.</param>
    public void Schedule(AwsSecret secret, DateTimeOffset end)
    {
        (secret.DeletedAt, secret.DeletionDate) = (Now, end);
        _scheduled.Add(secret);
    }

    public void Restore(AwsSecret secret)
    {
        (secret.DeletedAt, secret.DeletionDate) = (null, null);
        _scheduled.Remove(secret);
    }

    /// <param name="id">A name, an ARN, or an ARN without its suffix.</param>
    public AwsSecret? Find(string id)
    {
        if (!AwsArn.IsArn(id))
        {
            return Named(id);
        }

        // An ARN of another region is not followed.
        // A partial ARN whose name ends like a suffix is taken for a whole one, and nothing is found.
        AwsSecret? named = Named(AwsArn.NameIn(id));
        return named is not null && id == (AwsArn.HasSuffix(id) ? named.Arn : named.Arn[..^AwsArn.SuffixLength]) ? named : null;
    }

    /// <returns>The secret, also one that is scheduled for deletion.</returns>
    public AwsSecret Require(string id) => Find(id) ?? throw AwsError.NotFound();

    /// <returns>The secret, which is not scheduled for deletion.</returns>
    public AwsSecret RequireLive(string id) => Require(id) is { DeletionDate: null } secret ? secret : throw AwsError.MarkedForDeletion();

    /// <returns>The secret, which may be changed here.</returns>
    public AwsSecret RequirePrimary(string id) =>
        RequireLive(id) is { IsReplica: false } secret
            ? secret
            : throw AwsError.Request("Operation not permitted on a replica secret. Call must be made in primary secret's region.");

    /// <summary>What is past its recovery window is gone.</summary>
    public void Sweep()
    {
        foreach (AwsSecret secret in _scheduled.Where(s => s.DeletionDate <= Now).ToArray())
        {
            Remove(secret);
        }
    }
}

/// <summary>arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME-SUFFIX.</summary>
internal static class AwsArn
{
    /// <summary>A hyphen and six characters.</summary>
    public const int SuffixLength = 7;

    private const string SuffixLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    private const int AccountField = 4;
    private const int NameField = 6;

    public static bool IsArn(string id) =>
        id.StartsWith("arn:", StringComparison.Ordinal) && id.Split(':', NameField + 1).Length > NameField;

    /// <returns>Null: it is no ARN.</returns>
    public static string? AccountIn(string id) => IsArn(id) ? id.Split(':')[AccountField] : null;

    public static bool HasSuffix(string arn) =>
        arn.Length > SuffixLength && arn[^SuffixLength] == '-' && arn[^(SuffixLength - 1)..].All(char.IsAsciiLetterOrDigit);

    public static string New(string region, string account, string name)
    {
        string partition =
            region.StartsWith("cn-", StringComparison.Ordinal) ? "aws-cn"
            : region.StartsWith("us-gov-", StringComparison.Ordinal) ? "aws-us-gov"
            : "aws";
        string suffix = RandomNumberGenerator.GetString(SuffixLetters, SuffixLength - 1);
        return $"arn:{partition}:secretsmanager:{region}:{account}:secret:{name}-{suffix}";
    }

    public static string InRegion(string arn, string region)
    {
        string[] parts = arn.Split(':', NameField + 1);
        parts[3] = region;
        return string.Join(':', parts);
    }

    public static string NameIn(string id)
    {
        string name = IsArn(id) ? id.Split(':', NameField + 1)[NameField] : id;
        return IsArn(id) && HasSuffix(id) ? name[..^SuffixLength] : name;
    }
}
