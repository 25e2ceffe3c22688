using FlowSecrets.Providers.Aws.SecretsManager;

namespace FlowSecrets.Providers.Aws.Iam;

/// <summary>The calls of AWS's other services that tell who may read a secret, one try each.</summary>
internal interface IAwsCloud : IAwsPolicyTexts
{
    /// <param name="name">Without its path.</param>
    Task<AwsRole> GetRoleAsync(string name, CancellationToken cancellationToken);

    /// <param name="principal">ARN of a user or a role.</param>
    /// <param name="context">Values of condition keys.</param>
    Task<AwsSimulation> SimulateAsync(
        string principal,
        string action,
        string resource,
        IReadOnlyDictionary<string, string> context,
        CancellationToken cancellationToken
    );

    /// <param name="key">ARN or id of a KMS key, of the given region.</param>
    Task<AwsKey> DescribeKeyAsync(string key, string region, CancellationToken cancellationToken);

    Task<string> GetKeyPolicyAsync(string key, string region, CancellationToken cancellationToken);

    Task<IReadOnlyList<AwsKeyGrant>> ListKeyGrantsAsync(string key, string region, CancellationToken cancellationToken);

    /// <summary>The tags of a key; null: they cannot be read.</summary>
    Task<IReadOnlyList<AwsTag>?> ListKeyTagsAsync(string key, string region, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<AwsTag>?>(null);

    /// <summary>When CloudTrail says that who may do what was last changed on a resource; null: it does not say so.</summary>
    /// <param name="resource">As CloudTrail names it: a user's or role's name, a secret's or key's ARN.</param>
    /// <param name="region">Where its events stand; null: where those of IAM do.</param>
    Task<DateTimeOffset?> LastGrantAsync(string resource, string? region, DateTimeOffset since, CancellationToken cancellationToken);
}

/// <param name="Trust">The policy of who may assume it, as JSON.</param>
/// <param name="Boundary">ARN of its permissions boundary; null: none.</param>
internal sealed record AwsRole(string Arn, string Trust, string? Boundary);

/// <summary>What the policies attached to a principal say.</summary>
/// <param name="Decision">allowed, explicitDeny or implicitDeny.</param>
/// <param name="Policy">The policy whose statement decided; null: none did.</param>
/// <param name="MissingKeys">Condition keys that decide and of which no value was given.</param>
/// <param name="ByOrganization">Whether the organisation's policies allow it; null: there are none.</param>
/// <param name="ByBoundary">Whether the permissions boundary allows it; null: there is none.</param>
internal sealed record AwsSimulation(
    string Decision,
    string? Policy,
    IReadOnlyList<string> MissingKeys,
    bool? ByOrganization,
    bool? ByBoundary
);
