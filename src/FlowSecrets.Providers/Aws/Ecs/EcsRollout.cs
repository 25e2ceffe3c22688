using FlowSecrets.Model;
using FlowSecrets.Providers.Aws.Workloads;
using FlowSecrets.Text;

namespace FlowSecrets.Providers.Aws.Ecs;

/// <summary>What an ECS service's deployments say of its health, and of one of them.</summary>
internal sealed class EcsRollout(EcsService service)
{
    private const int ShownEvents = 3;

    /// <summary>A rollback's event and its deployment are made in one go.</summary>
    private static readonly TimeSpan RollbackWindow = TimeSpan.FromSeconds(60);

    /// <summary>Deployments, or the task sets of another controller.</summary>
    private IReadOnlyList<EcsDeployment> All { get; } = service.Deployments is { Count: > 0 } own ? own : service.TaskSets ?? [];

    /// <summary>The newest deployment; null where a foreign controller has made none.</summary>
    public EcsDeployment? Primary => All.FirstOrDefault(static d => d.Status == "PRIMARY");

    /// <summary>Since when the primary deployment's tasks can have been started at the earliest; null: not known.</summary>
    /// <remarks>What the circuit breaker goes back to is a new deployment, which keeps the tasks of the old one.</remarks>
    public DateTimeOffset? Started =>
        Primary is not { } primary ? null
        : IsRollback(primary) ? DateTimeOffset.MinValue
        : AwsWorkloadSetting.Time(primary.CreatedAt);

    public bool HasFailed => Primary?.RolloutState == "FAILED";

    public WorkloadHealth Health =>
        HasFailed ? WorkloadHealth.Failed
        : Primary is { } primary && IsDone(primary) ? WorkloadHealth.Healthy
        : WorkloadHealth.Deploying;

    public string Detail =>
        Health switch
        {
            WorkloadHealth.Healthy => "",
            WorkloadHealth.Failed => RemoteText.Clean(Primary?.RolloutStateReason ?? "") + Events(null),
            _ => $"{service.RunningCount} of {service.DesiredCount} tasks run{(All.Count > 1 ? $", {All.Count} deployments" : "")}",
        };

    public bool IsDone(string deployment) => Primary is { } primary && primary.Id == deployment && IsDone(primary);

    /// <summary>Whether it is shown; what ECS shows lags behind what it was told.</summary>
    public bool Shows(string deployment) => All.Any(d => d.Id == deployment);

    /// <summary>Why a deployment will never be done; null: it may be.</summary>
    public string? FailureOf(string deployment)
    {
        EcsDeployment? own = All.FirstOrDefault(d => d.Id == deployment);
        if (own?.RolloutState == "FAILED")
        {
            string kept = own.Status == "PRIMARY" ? "" : "; ECS went back to the one before";
            return $"The deployment {deployment} failed{kept}{RemoteText.Quote(own.RolloutStateReason)}{Events(deployment)}";
        }

        return Primary is { Id: { } other } primary && other != deployment
            ? $"The deployment {deployment} was given up for "
                + $"{other}{(IsRollback(primary) ? ", which goes back to what ran before" : "")}"
                + $"{RemoteText.Quote(primary.RolloutStateReason)}{Events(deployment)}"
            : null;
    }

    /// <summary>The last ones, those of a deployment or of the service as a whole.</summary>
    public string Events(string? deployment)
    {
        IEnumerable<string> said = (service.Events ?? [])
            .Select(static e => e.Message ?? "")
            .Where(m =>
                m.Length > 0
                && (
                    deployment is null
                    || !m.Contains("(deployment ", StringComparison.Ordinal)
                    || m.Contains(deployment, StringComparison.Ordinal)
                )
            );
        string texts = string.Join(" ", said.Take(ShownEvents).Select(static m => $"\"{RemoteText.Clean(m)}\""));
        return texts.Length == 0 ? "" : $". Its last events: {texts}";
    }

    private bool IsDone(EcsDeployment primary) =>
        service.DesiredCount == 0
            ? service.RunningCount == 0
            : All.Count == 1 && service.RunningCount == service.DesiredCount && (primary.RolloutState ?? StateOf(primary)) == "COMPLETED";

    /// <summary>Of a task set, and of a server that tells no state.</summary>
    private static string StateOf(EcsDeployment deployment) =>
        deployment.StabilityStatus is null or "STEADY_STATE" ? "COMPLETED" : "IN_PROGRESS";

    private bool IsRollback(EcsDeployment primary)
    {
        const string Sign = "rolling back to deployment";
        return primary.RolloutStateReason?.Contains(Sign, StringComparison.OrdinalIgnoreCase) == true
            || (
                AwsWorkloadSetting.Time(primary.CreatedAt) is { } created
                && (service.Events ?? []).Any(e =>
                    e.Message?.Contains(Sign, StringComparison.OrdinalIgnoreCase) == true
                    && AwsWorkloadSetting.Time(e.CreatedAt) is { } at
                    && (at - created).Duration() < RollbackWindow
                )
            );
    }
}
