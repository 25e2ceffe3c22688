using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Aws.Workloads;

namespace FlowSecrets.CloudFakes.Aws.AppRunner;

/// <summary>A service of App Runner, which does one operation at a time.</summary>
internal sealed class AwsAppRunnerService
{
    private readonly string _id = Guid.NewGuid().ToString("N");
    private readonly string _region;
    private readonly string _name;
    private readonly string? _instanceRole;
    private readonly AwsRollouts _rollouts;
    private readonly DateTimeOffset _created;

    public AwsAppRunnerService(
        string account,
        string region,
        string name,
        string? instanceRole,
        JsonObject source,
        AwsRollouts rollouts,
        DateTimeOffset created
    )
    {
        (Account, _region, _name, _instanceRole, Source, _rollouts, _created) = (
            account,
            region,
            name,
            instanceRole,
            source,
            rollouts,
            created
        );
        Operations = [new AwsAppRunnerOperation("CREATE_SERVICE", created, 0, AwsRolloutEnd.Succeeds) { Status = "SUCCEEDED" }];
    }

    public string Account { get; }

    public string Arn => $"arn:aws:apprunner:{_region}:{Account}:service/{_name}/{_id}";

    /// <summary>Its SourceConfiguration.</summary>
    public JsonObject Source { get; private set; }

    /// <summary>The newest first.</summary>
    public List<AwsAppRunnerOperation> Operations { get; }

    public bool IsPaused { get; set; }

    public string Status =>
        !Operations[0].IsOver ? "OPERATION_IN_PROGRESS"
        : IsPaused ? "PAUSED"
        : "RUNNING";

    /// <param name="source">Null: as it is.</param>
    public AwsAppRunnerOperation Start(string type, DateTimeOffset now, JsonObject? source = null)
    {
        AwsAppRunnerOperation operation = new(type, now, _rollouts.Polls, _rollouts.Next()) { Before = Source };
        Source = source ?? Source;
        Operations.Insert(0, operation);
        return operation;
    }

    /// <summary>Somebody looks: time goes on.</summary>
    public void Look()
    {
        AwsAppRunnerOperation newest = Operations[0];
        if (newest.IsOver || newest.Left-- > 0)
        {
            return;
        }

        newest.Status = (newest.End, newest.Status) switch
        {
            (AwsRolloutEnd.Succeeds, _) => "SUCCEEDED",
            (AwsRolloutEnd.Fails, _) => "FAILED",
            (_, "IN_PROGRESS") => "ROLLBACK_IN_PROGRESS",
            _ => "ROLLBACK_SUCCEEDED",
        };
        if (newest.End != AwsRolloutEnd.Succeeds)
        {
            Source = newest.Before ?? Source;
        }
    }

    public JsonObject Summary() =>
        AwsOutput.Of(
            ("ServiceName", _name),
            ("ServiceId", _id),
            ("ServiceArn", Arn),
            ("ServiceUrl", $"{_id[..10]}.{_region}.awsapprunner.com"),
            ("CreatedAt", AwsOutput.Time(_created)),
            ("UpdatedAt", AwsOutput.Time(_created)),
            ("Status", Status)
        );

    public JsonObject Shown()
    {
        JsonObject shown = Summary();
        shown["SourceConfiguration"] = Source.DeepClone();
        shown["InstanceConfiguration"] = AwsOutput.Of(("Cpu", "1024"), ("Memory", "2048"), ("InstanceRoleArn", _instanceRole));
        shown["NetworkConfiguration"] = new JsonObject
        {
            ["EgressConfiguration"] = new JsonObject { ["EgressType"] = "DEFAULT" },
            ["IngressConfiguration"] = new JsonObject { ["IsPubliclyAccessible"] = true },
        };
        shown["AutoScalingConfigurationSummary"] = new JsonObject
        {
            ["AutoScalingConfigurationName"] = "DefaultConfiguration",
            ["AutoScalingConfigurationRevision"] = 1,
        };
        return shown;
    }
}
