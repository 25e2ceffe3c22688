namespace FlowSecrets.CloudFakes.Aws;

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

    /// <summary>What rotates secrets after RotateSecret; null: nothing does, as after a function has failed.</summary>
    public AwsRotationFunction? RotationFunction { get; init; }
}

/// <summary>A function that rotates: after some looks at the secret its new version has a value and is current.</summary>
/// <param name="Value">The new value.</param>
/// <param name="Looks">How many DescribeSecret still see the rotation under way.</param>
/// <param name="KeepsPending">Whether AWSPENDING stays on the version that became current; both are met.</param>
public sealed record AwsRotationFunction(string Value, int Looks = 0, bool KeepsPending = true);
