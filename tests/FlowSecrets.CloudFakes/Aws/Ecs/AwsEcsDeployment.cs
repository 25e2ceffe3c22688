using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Aws.Workloads;

namespace FlowSecrets.CloudFakes.Aws.Ecs;

/// <summary>A deployment of an ECS service.</summary>
internal sealed class AwsEcsDeployment(string taskDefinition, DateTimeOffset created, int polls, AwsRolloutEnd end)
{
    public string Id { get; } = $"ecs-svc/{Random.Shared.NextInt64(1_000_000_000_000_000_000, long.MaxValue)}";

    public string TaskDefinition => taskDefinition;

    public AwsRolloutEnd End => end;

    /// <summary>Looks that are left until it is done.</summary>
    public int Left { get; set; } = polls;

    public string Status { get; set; } = "PRIMARY";

    public string State { get; set; } = "IN_PROGRESS";

    public string? Reason { get; set; }

    public JsonObject Shown(int desired) =>
        AwsOutput.Of(
            ("id", Id),
            ("status", Status),
            ("taskDefinition", taskDefinition),
            ("desiredCount", State == "FAILED" ? 0 : desired),
            ("pendingCount", 0),
            ("runningCount", State == "COMPLETED" ? desired : 0),
            ("failedTasks", State == "FAILED" ? desired : 0),
            ("createdAt", AwsOutput.Time(created)),
            ("updatedAt", AwsOutput.Time(created)),
            ("launchType", "FARGATE"),
            ("rolloutState", State),
            ("rolloutStateReason", Reason ?? $"ECS deployment {Id} {(State == "COMPLETED" ? "completed" : "in progress")}.")
        );
}
