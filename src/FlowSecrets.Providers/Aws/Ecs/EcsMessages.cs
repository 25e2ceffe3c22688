using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace FlowSecrets.Providers.Aws.Ecs;

// The messages of ECS; what is not used here is left out. Times are seconds since 1970.

internal sealed class EcsServices
{
    [JsonPropertyName("cluster")]
    public string? Cluster { get; set; }

    [JsonPropertyName("services")]
    public required List<string> Services { get; set; }
}

internal sealed class EcsServicesReply
{
    [JsonPropertyName("services")]
    public List<EcsService>? Services { get; set; }
}

internal sealed class EcsServiceReply
{
    [JsonPropertyName("service")]
    public EcsService? Service { get; set; }
}

internal sealed class EcsService
{
    [JsonPropertyName("serviceArn")]
    public string? ServiceArn { get; set; }

    /// <summary>ACTIVE, DRAINING or INACTIVE.</summary>
    [JsonPropertyName("status")]
    public string? Status { get; set; }

    [JsonPropertyName("desiredCount")]
    public int DesiredCount { get; set; }

    [JsonPropertyName("runningCount")]
    public int RunningCount { get; set; }

    [JsonPropertyName("taskDefinition")]
    public string? TaskDefinition { get; set; }

    [JsonPropertyName("deployments")]
    public List<EcsDeployment>? Deployments { get; set; }

    /// <summary>What CodeDeploy or another controller has instead of deployments.</summary>
    [JsonPropertyName("taskSets")]
    public List<EcsDeployment>? TaskSets { get; set; }

    /// <summary>The newest first.</summary>
    [JsonPropertyName("events")]
    public List<EcsEvent>? Events { get; set; }

    [JsonPropertyName("deploymentController")]
    public EcsController? DeploymentController { get; set; }
}

internal sealed class EcsController
{
    /// <summary>ECS, CODE_DEPLOY or EXTERNAL.</summary>
    [JsonPropertyName("type")]
    public string? Type { get; set; }
}

/// <summary>A deployment, or a task set, which has the same members as far as they are used here.</summary>
internal sealed class EcsDeployment
{
    [JsonPropertyName("id")]
    public string? Id { get; set; }

    /// <summary>PRIMARY, the newest one; ACTIVE; of a deployment that was rolled back, DRAINING or INACTIVE.</summary>
    [JsonPropertyName("status")]
    public string? Status { get; set; }

    [JsonPropertyName("taskDefinition")]
    public string? TaskDefinition { get; set; }

    [JsonPropertyName("createdAt")]
    public double? CreatedAt { get; set; }

    /// <summary>IN_PROGRESS, COMPLETED, FAILED (by the circuit breaker); null of a task set.</summary>
    [JsonPropertyName("rolloutState")]
    public string? RolloutState { get; set; }

    [JsonPropertyName("rolloutStateReason")]
    public string? RolloutStateReason { get; set; }

    /// <summary>Of a task set: STEADY_STATE or STABILIZING.</summary>
    [JsonPropertyName("stabilityStatus")]
    public string? StabilityStatus { get; set; }
}

internal sealed class EcsEvent
{
    [JsonPropertyName("createdAt")]
    public double? CreatedAt { get; set; }

    [JsonPropertyName("message")]
    public string? Message { get; set; }
}

internal sealed class EcsTask
{
    [JsonPropertyName("taskDefinition")]
    public required string TaskDefinition { get; set; }

    [JsonPropertyName("include")]
    public List<string>? Include { get; set; }
}

internal sealed class EcsTaskReply
{
    /// <summary>Whole: a new revision has everything that the one before has.</summary>
    [JsonPropertyName("taskDefinition")]
    public JsonObject? TaskDefinition { get; set; }

    [JsonPropertyName("tags")]
    public JsonArray? Tags { get; set; }
}

internal sealed class EcsUpdate
{
    [JsonPropertyName("cluster")]
    public string? Cluster { get; set; }

    [JsonPropertyName("service")]
    public required string Service { get; set; }

    /// <summary>Null: the one that it has.</summary>
    [JsonPropertyName("taskDefinition")]
    public string? TaskDefinition { get; set; }

    [JsonPropertyName("forceNewDeployment")]
    public bool ForceNewDeployment { get; set; } = true;
}

/// <summary>How these messages are read and written.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(EcsServices))]
[JsonSerializable(typeof(EcsServicesReply))]
[JsonSerializable(typeof(EcsTask))]
[JsonSerializable(typeof(EcsTaskReply))]
[JsonSerializable(typeof(EcsUpdate))]
[JsonSerializable(typeof(EcsServiceReply))]
[JsonSerializable(typeof(JsonObject))]
internal sealed partial class EcsJson : JsonSerializerContext;
