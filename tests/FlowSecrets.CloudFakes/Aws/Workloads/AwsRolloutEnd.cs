namespace FlowSecrets.CloudFakes.Aws.Workloads;

/// <summary>How a deployment ends.</summary>
public enum AwsRolloutEnd
{
    Succeeds,

    /// <summary>ECS: the circuit breaker stops it and nothing goes back. App Runner: FAILED.</summary>
    Fails,

    /// <summary>What ran before is deployed again.</summary>
    RollsBack,
}
