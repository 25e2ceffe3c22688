using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Aws.Workloads;

namespace FlowSecrets.CloudFakes.Aws.Ecs;

/// <summary>A service of ECS with its deployments.</summary>
internal sealed class AwsEcsService
{
    private readonly AwsRollouts _rollouts;
    private readonly DateTimeOffset _created;
    private readonly List<(DateTimeOffset Time, string Message)> _events = [];
    private readonly string _ecs;

    /// <summary>The newest first.</summary>
    private List<AwsEcsDeployment> _deployments;

    public AwsEcsService(
        string account,
        string region,
        string cluster,
        string name,
        string taskDefinition,
        int desired,
        string controller,
        AwsRollouts rollouts,
        DateTimeOffset created
    )
    {
        (Account, Cluster, Name, Desired, Controller, _rollouts, _created) = (
            account,
            cluster,
            name,
            desired,
            controller,
            rollouts,
            created
        );
        _ecs = $"arn:aws:ecs:{region}:{account}";
        _deployments = [new AwsEcsDeployment(taskDefinition, created, 0, AwsRolloutEnd.Succeeds) { State = "COMPLETED" }];
    }

    public string Account { get; }

    public string Name { get; }

    public string Cluster { get; }

    public int Desired { get; set; }

    /// <summary>ECS, CODE_DEPLOY or EXTERNAL.</summary>
    public string Controller { get; }

    public string Arn => $"{_ecs}:service/{Cluster}/{Name}";

    public string TaskDefinition => _deployments[0].TaskDefinition;

    public int Deployed { get; private set; }

    public void Deploy(string? taskDefinition, DateTimeOffset now)
    {
        Deployed++;
        foreach (AwsEcsDeployment old in _deployments)
        {
            old.Status = "ACTIVE";
        }

        _deployments.Insert(0, new AwsEcsDeployment(taskDefinition ?? TaskDefinition, now, _rollouts.Polls, _rollouts.Next()));
        Say(now, "has started 1 tasks: (task 0a1b2c).");
    }

    /// <summary>Somebody looks: time goes on.</summary>
    public JsonObject Seen(DateTimeOffset now)
    {
        AwsEcsDeployment newest = _deployments[0];
        if (newest.State == "IN_PROGRESS" && newest.Left-- <= 0)
        {
            Finish(newest, now);
        }

        return Shown();
    }

    public JsonObject Shown()
    {
        JsonObject shown = AwsOutput.Of(
            ("serviceArn", Arn),
            ("serviceName", Name),
            ("clusterArn", $"{_ecs}:cluster/{Cluster}"),
            ("status", "ACTIVE"),
            ("desiredCount", Desired),
            ("runningCount", Desired),
            ("pendingCount", 0),
            ("launchType", "FARGATE"),
            ("taskDefinition", TaskDefinition),
            ("createdAt", AwsOutput.Time(_created)),
            ("deploymentController", new JsonObject { ["type"] = Controller }),
            ("schedulingStrategy", "REPLICA")
        );
        bool isOwn = Controller == "ECS";
        shown["deployments"] = isOwn ? new JsonArray([.. _deployments.Select(d => d.Shown(Desired))]) : [];
        shown["events"] = new JsonArray([
            .. _events
                .AsEnumerable()
                .Reverse()
                .Select(e => new JsonObject
                {
                    ["id"] = Guid.NewGuid().ToString(),
                    ["createdAt"] = AwsOutput.Time(e.Time),
                    ["message"] = $"(service {Name}) {e.Message}",
                }),
        ]);
        if (!isOwn)
        {
            shown["taskSets"] = new JsonArray([
                .. _deployments.Select(d =>
                    AwsOutput.Of(
                        ("id", d.Id),
                        ("status", d.Status),
                        ("taskDefinition", d.TaskDefinition),
                        ("createdAt", AwsOutput.Time(_created)),
                        ("stabilityStatus", "STEADY_STATE")
                    )
                ),
            ]);
        }

        return shown;
    }

    private void Finish(AwsEcsDeployment newest, DateTimeOffset now)
    {
        if (newest.End == AwsRolloutEnd.Succeeds)
        {
            newest.State = "COMPLETED";
            newest.Reason = null;
            _deployments = [newest];
            Say(now, $"(deployment {newest.Id}) deployment completed.");
            Say(now, "has reached a steady state.");
            return;
        }

        newest.State = "FAILED";
        newest.Reason = "ECS deployment circuit breaker: tasks failed to start.";
        Say(now, $"(deployment {newest.Id}) deployment failed: tasks failed to start.");
        if (newest.End == AwsRolloutEnd.RollsBack && _deployments.Find(static d => d.State == "COMPLETED") is { } good)
        {
            newest.Status = "ACTIVE";
            Say(now, $"rolling back to deployment {good.Id}.");
            _deployments.Insert(
                0,
                new AwsEcsDeployment(good.TaskDefinition, now, _rollouts.Polls, AwsRolloutEnd.Succeeds)
                {
                    Reason = $"ECS deployment circuit breaker: rolling back to deploymentId {good.Id}.",
                }
            );
        }
    }

    private void Say(DateTimeOffset now, string message) => _events.Add((now, message));
}
