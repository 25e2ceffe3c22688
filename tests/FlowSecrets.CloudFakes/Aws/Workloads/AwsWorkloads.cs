using FlowSecrets.CloudFakes.Aws;

namespace FlowSecrets.CloudFakes;

/// <summary>What runs, as which role, with which secrets.</summary>
public sealed class AwsWorkloads
{
    private readonly Lock _lock;
    private readonly AwsFakeOptions _options;
    private readonly Func<DateTimeOffset> _now;
    private readonly List<AwsAppRunnerService> _appRunner = [];
    private readonly List<AwsEcsService> _ecs = [];

    internal AwsWorkloads(Lock @lock, AwsFakeOptions options, Func<DateTimeOffset> now) => (_lock, _options, _now) = (@lock, options, now);

    internal IReadOnlyList<AwsAppRunnerService> AppRunner => _appRunner;

    internal IReadOnlyList<AwsEcsService> Ecs => _ecs;

    /// <param name="name">Of the service.</param>
    /// <param name="instanceRoleArn">Null: it has none.</param>
    /// <param name="secrets">Name of the variable and what it comes from.</param>
    /// <returns>Its ARN.</returns>
    public string AddAppRunner(string name, string? instanceRoleArn, IReadOnlyDictionary<string, string>? secrets = null)
    {
        AwsAppRunnerService service = new(_options.Account, _options.Region, name, instanceRoleArn, secrets ?? new Dictionary<string, string>(StringComparer.Ordinal), _now());
        lock (_lock)
        {
            _appRunner.Add(service);
        }

        return service.Arn;
    }

    /// <param name="cluster">Its name.</param>
    /// <param name="name">Of the service; its task definition's family is called the same.</param>
    /// <param name="executionRoleArn">Reads the secrets before the task starts.</param>
    /// <param name="taskRoleArn">The task's own.</param>
    /// <param name="secrets">Name of the variable and what it comes from.</param>
    /// <returns>Its ARN.</returns>
    public string AddEcs(string cluster, string name, string? executionRoleArn, string? taskRoleArn = null, IReadOnlyDictionary<string, string>? secrets = null)
    {
        AwsEcsService service = new(_options.Account, _options.Region, cluster, name, executionRoleArn, taskRoleArn, secrets ?? new Dictionary<string, string>(StringComparer.Ordinal), _now());
        lock (_lock)
        {
            _ecs.Add(service);
        }

        return service.Arn;
    }
}
