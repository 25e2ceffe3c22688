namespace FlowSecrets.CloudFakes;

public sealed record AwsFakeOptions
{
    /// <summary>0: a free one.</summary>
    public int Port { get; init; }

    public string Account { get; init; } = "123456789012";

    /// <summary>Where a signature names no region.</summary>
    public string Region { get; init; } = "eu-west-1";

    public string CallerArn { get; init; } = "arn:aws:iam::123456789012:user/tester";

    /// <summary>Whether the documented request rates are held.</summary>
    public bool Quotas { get; init; }

    /// <summary>Whether a resource policy is refused that names a user or role which is not there.</summary>
    public bool ChecksPrincipals { get; init; }

    /// <summary>Null: any access key will do.</summary>
    public string? RequiredAccessKeyId { get; init; }
}
