namespace FlowSecrets.CloudFakes.Aws.Iam;

/// <summary>Who asks. PrincipalArn is the role's for a session of it, else the same as the ARN.</summary>
internal sealed record AwsCaller(string Arn, string PrincipalArn, string Account, string UserId, AwsEntity? Entity)
{
    /// <summary>The provider of whoever comes with a token instead of a key.</summary>
    public string? Provider { get; init; }

    /// <summary>When a session's key ends.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>Nobody that the fake knows: the account's administrator.</summary>
    public bool IsAdministrator => Entity is null;

    /// <summary>As the audit log shows it: the user, or the session.</summary>
    public string Name => Arn[(Arn.LastIndexOf('/') + 1)..];
}
