using System.Collections.Immutable;

namespace FlowSecrets.CloudFakes.Aws.Iam;

/// <summary>What has policies. The names are those in IAM's operations.</summary>
internal enum AwsEntityKind
{
    User,
    Role,
    Group,
}

/// <summary>A user, a role or a group. What is changed is shown at once and takes effect when it has spread.</summary>
internal sealed class AwsEntity(AwsEntityKind kind, string account, string path, string name, DateTimeOffset created)
{
    private readonly List<(DateTimeOffset From, AwsEntityPolicies Policies)> _history = [(DateTimeOffset.MinValue, AwsEntityPolicies.None)];

    public AwsEntityKind Kind => kind;

    public bool IsRole => kind == AwsEntityKind.Role;

    public string Account => account;

    public string Path => path;

    public string Name => name;

    public DateTimeOffset Created => created;

    public string Arn { get; } = $"arn:aws:iam::{account}:{Word(kind)}{path}{name}";

    public string Id { get; } =
        kind switch
        {
            AwsEntityKind.Role => "AROA",
            AwsEntityKind.Group => "AGPA",
            _ => "AIDA",
        } + AwsNames.Random();

    /// <summary>As the API shows them.</summary>
    public AwsEntityPolicies Policies => _history[^1].Policies;

    /// <summary>As they are in force.</summary>
    public AwsEntityPolicies At(DateTimeOffset now) => _history.FindLast(h => h.From <= now).Policies;

    /// <summary>As ARNs and messages have it.</summary>
    public static string Word(AwsEntityKind kind) =>
        kind switch
        {
            AwsEntityKind.Role => "role",
            AwsEntityKind.Group => "group",
            _ => "user",
        };

    public void Change(AwsEntityPolicies policies, DateTimeOffset from) => _history.Add((from, policies));

    public AwsCaller Caller(string? session = null, DateTimeOffset? expires = null) =>
        session is null
            ? new AwsCaller(Arn, Arn, account, Id, this)
            : new AwsCaller($"arn:aws:sts::{account}:assumed-role/{name}/{session}", Arn, account, $"{Id}:{session}", this)
            {
                Expires = expires,
            };
}

/// <summary>Inline policies by name, managed ones and the boundary by ARN, a role's trust, and the names of a user's groups.</summary>
internal sealed record AwsEntityPolicies(
    ImmutableSortedDictionary<string, string> Inline,
    ImmutableList<string> Attached,
    string? Boundary,
    string? Trust,
    ImmutableList<string> Groups
)
{
    public static AwsEntityPolicies None { get; } =
        new(ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal), [], null, null, []);
}

/// <summary>A policy that stands for itself.</summary>
internal sealed record AwsManagedPolicy(string Arn, string Id, string Name, string Path, string Document, DateTimeOffset Created);

/// <summary>What AWS makes up.</summary>
internal static class AwsNames
{
    public static string Random(int length = 16) =>
        System.Security.Cryptography.RandomNumberGenerator.GetString("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", length);
}
