using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Aws.AppRunner;
using FlowSecrets.CloudFakes.Aws.Ecs;

namespace FlowSecrets.CloudFakes.Aws.Workloads;

/// <summary>What runs, as which role, with which secrets; and how deployments of it go.</summary>
public sealed class AwsWorkloads
{
    private readonly Lock _lock;
    private readonly AwsFakeOptions _options;
    private readonly Func<DateTimeOffset> _now;
    private readonly List<AwsAppRunnerService> _appRunner = [];
    private readonly List<AwsEcsService> _ecs = [];
    private readonly AwsRollouts _rollouts = new();

    internal AwsWorkloads(Lock @lock, AwsFakeOptions options, Func<DateTimeOffset> now)
    {
        (_lock, _options, _now) = (@lock, options, now);
        Definitions = new AwsTaskDefinitions(options.Account, options.Region);
    }

    /// <summary>How often a deployment is looked at (DescribeServices, DescribeService, ListOperations) before it is done.</summary>
    public int RolloutPolls
    {
        get => _rollouts.Polls;
        set => _rollouts.Polls = value;
    }

    internal IReadOnlyList<AwsAppRunnerService> AppRunner => _appRunner;

    internal IReadOnlyList<AwsEcsService> Ecs => _ecs;

    internal AwsTaskDefinitions Definitions { get; }

    /// <summary>How the next deployments end, in order; those after them succeed.</summary>
    public void End(params AwsRolloutEnd[] ends)
    {
        lock (_lock)
        {
            _rollouts.Enqueue(ends);
        }
    }

    /// <param name="name">Of the service.</param>
    /// <param name="instanceRoleArn">Null: it has none.</param>
    /// <param name="secrets">Name of the variable and what it comes from.</param>
    /// <param name="variables">Plain ones.</param>
    /// <returns>Its ARN.</returns>
    public string AddAppRunner(
        string name,
        string? instanceRoleArn,
        IReadOnlyDictionary<string, string>? secrets = null,
        IReadOnlyDictionary<string, string>? variables = null
    )
    {
        JsonObject configuration = AwsOutput.Of(
            ("Port", "8080"),
            ("RuntimeEnvironmentSecrets", MapOf(secrets)),
            ("RuntimeEnvironmentVariables", MapOf(variables))
        );
        JsonObject source = new()
        {
            ["ImageRepository"] = new JsonObject
            {
                ["ImageIdentifier"] = $"{_options.Account}.dkr.ecr.{_options.Region}.amazonaws.com/{name}:latest",
                ["ImageConfiguration"] = configuration,
                ["ImageRepositoryType"] = "ECR",
            },
            ["AutoDeploymentsEnabled"] = false,
        };
        AwsAppRunnerService service = new(_options.Account, _options.Region, name, instanceRoleArn, source, _rollouts, _now());
        lock (_lock)
        {
            _appRunner.Add(service);
        }

        return service.Arn;
    }

    /// <param name="cluster">Its name.</param>
    /// <param name="name">Of the service; its task definition's family and its container are called the same.</param>
    /// <param name="executionRoleArn">Reads the secrets before the task starts.</param>
    /// <param name="taskRoleArn">The task's own.</param>
    /// <param name="secrets">Name of the variable and what it comes from.</param>
    /// <param name="variables">Plain ones.</param>
    /// <param name="desired">How many tasks.</param>
    /// <param name="controller">What deploys it: ECS, CODE_DEPLOY or EXTERNAL.</param>
    /// <returns>Its ARN.</returns>
    public string AddEcs(
        string cluster,
        string name,
        string? executionRoleArn,
        string? taskRoleArn = null,
        IReadOnlyDictionary<string, string>? secrets = null,
        IReadOnlyDictionary<string, string>? variables = null,
        int desired = 1,
        string controller = "ECS"
    )
    {
        JsonObject container = AwsOutput.Of(
            ("name", name),
            ("image", $"{_options.Account}.dkr.ecr.{_options.Region}.amazonaws.com/{name}:latest"),
            ("cpu", 0),
            ("essential", true),
            (
                "environment",
                new JsonArray([.. (variables ?? Nothing).Select(static v => new JsonObject { ["name"] = v.Key, ["value"] = v.Value })])
            ),
            (
                "secrets",
                new JsonArray([.. (secrets ?? Nothing).Select(static s => new JsonObject { ["name"] = s.Key, ["valueFrom"] = s.Value })])
            )
        );
        JsonObject request = AwsOutput.Of(
            ("containerDefinitions", new JsonArray(container)),
            ("family", name),
            ("taskRoleArn", taskRoleArn),
            ("executionRoleArn", executionRoleArn),
            ("networkMode", "awsvpc"),
            ("requiresCompatibilities", new JsonArray("FARGATE")),
            ("cpu", "256"),
            ("memory", "512"),
            ("tags", new JsonArray(new JsonObject { ["key"] = "team", ["value"] = "shop" }))
        );
        lock (_lock)
        {
            string definition = (string)Definitions.Register(request, _now()).Definition["taskDefinitionArn"]!;
            AwsEcsService service = new(
                _options.Account,
                _options.Region,
                cluster,
                name,
                definition,
                desired,
                controller,
                _rollouts,
                _now()
            );
            _ecs.Add(service);
            return service.Arn;
        }
    }

    /// <summary>Somebody else deploys it.</summary>
    public void Deploy(string arn)
    {
        lock (_lock)
        {
            _ecs.Find(s => s.Arn == arn)?.Deploy(null, _now());
            _appRunner.Find(s => s.Arn == arn)?.Start("START_DEPLOYMENT", _now());
        }
    }

    /// <summary>Of App Runner.</summary>
    public void Pause(string arn)
    {
        lock (_lock)
        {
            _appRunner.Find(s => s.Arn == arn)!.IsPaused = true;
        }
    }

    /// <returns>How many deployments and other operations were started, without its making.</returns>
    public int DeploymentsOf(string arn)
    {
        lock (_lock)
        {
            return _ecs.Find(s => s.Arn == arn)?.Deployed ?? (_appRunner.Find(s => s.Arn == arn)!.Operations.Count - 1);
        }
    }

    /// <returns>How many revisions of its task definition there are.</returns>
    public int RevisionsOf(string family)
    {
        lock (_lock)
        {
            return (int)Definitions.Find(family)!.Value.Definition["revision"]!;
        }
    }

    /// <returns>What it is configured with: the ECS service's task definition without what AWS adds, App Runner's
    /// SourceConfiguration.</returns>
    public JsonObject ConfigurationOf(string arn)
    {
        lock (_lock)
        {
            return (JsonObject)
                (
                    _ecs.Find(s => s.Arn == arn) is { } ecs
                        ? Definitions.Find(ecs.TaskDefinition)!.Value.Definition
                        : _appRunner.Find(s => s.Arn == arn)!.Source
                ).DeepClone();
        }
    }

    private static readonly Dictionary<string, string> Nothing = new(StringComparer.Ordinal);

    private static JsonObject? MapOf(IReadOnlyDictionary<string, string>? texts) =>
        texts is { Count: > 0 } ? new JsonObject(texts.Select(static s => KeyValuePair.Create<string, JsonNode?>(s.Key, s.Value))) : null;
}
