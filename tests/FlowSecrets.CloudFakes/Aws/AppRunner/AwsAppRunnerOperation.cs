using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Aws.Workloads;

namespace FlowSecrets.CloudFakes.Aws.AppRunner;

/// <summary>What an App Runner service does or did.</summary>
internal sealed class AwsAppRunnerOperation(string type, DateTimeOffset started, int polls, AwsRolloutEnd end)
{
    public string Id { get; } = Guid.NewGuid().ToString();

    public string Type => type;

    public AwsRolloutEnd End => end;

    /// <summary>Looks that are left until it is done.</summary>
    public int Left { get; set; } = polls;

    public string Status { get; set; } = "IN_PROGRESS";

    /// <summary>The configuration to go back to.</summary>
    public JsonObject? Before { get; init; }

    public bool IsOver => Status is "SUCCEEDED" or "FAILED" or "ROLLBACK_SUCCEEDED";

    public JsonObject Shown(string arn) =>
        AwsOutput.Of(
            ("Id", Id),
            ("Type", type),
            ("Status", Status),
            ("TargetArn", arn),
            ("StartedAt", AwsOutput.Time(started)),
            ("EndedAt", IsOver ? AwsOutput.Time(started) : null),
            ("UpdatedAt", AwsOutput.Time(started))
        );
}
