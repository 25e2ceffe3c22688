namespace FlowSecrets.CloudFakes.Aws.Workloads;

/// <summary>How long the next deployments take and how they end.</summary>
internal sealed class AwsRollouts
{
    private readonly Queue<AwsRolloutEnd> _ends = new();

    /// <summary>How often one is looked at before it is done.</summary>
    public int Polls { get; set; }

    public void Enqueue(IEnumerable<AwsRolloutEnd> ends)
    {
        foreach (AwsRolloutEnd end in ends)
        {
            _ends.Enqueue(end);
        }
    }

    /// <summary>Without any that was said, they succeed.</summary>
    public AwsRolloutEnd Next() => _ends.TryDequeue(out AwsRolloutEnd end) ? end : AwsRolloutEnd.Succeeds;
}
