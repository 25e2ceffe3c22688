namespace FlowSecrets.Providers.Aws.Iam;

/// <summary>What IAM attaches policies to. The names are those in IAM's operations and permissions.</summary>
internal enum AwsIdentityKind
{
    User,
    Role,
    Group,
}

/// <summary>The calls of IAM that read identities' policies as text. Names are without a path.</summary>
internal interface IAwsPolicyTexts
{
    /// <returns>The names of the inline policies.</returns>
    Task<IReadOnlyList<string>> ListInlinePoliciesAsync(AwsIdentityKind kind, string name, CancellationToken cancellationToken);

    /// <returns>JSON.</returns>
    Task<string> GetInlinePolicyAsync(AwsIdentityKind kind, string name, string policy, CancellationToken cancellationToken);

    /// <returns>The ARNs of the managed policies.</returns>
    Task<IReadOnlyList<string>> ListAttachedPoliciesAsync(AwsIdentityKind kind, string name, CancellationToken cancellationToken);

    /// <returns>The names of the groups that a user is in.</returns>
    Task<IReadOnlyList<string>> ListGroupsAsync(string user, CancellationToken cancellationToken);

    /// <returns>The ARN of a user's permissions boundary; null: there is none.</returns>
    Task<string?> GetUserBoundaryAsync(string user, CancellationToken cancellationToken);

    /// <returns>The version of a managed policy that is in force.</returns>
    Task<string> GetPolicyAsync(string arn, CancellationToken cancellationToken);

    /// <returns>JSON.</returns>
    Task<string> GetPolicyVersionAsync(string arn, string version, CancellationToken cancellationToken);
}
