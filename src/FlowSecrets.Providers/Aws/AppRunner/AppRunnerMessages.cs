using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace FlowSecrets.Providers.Aws.AppRunner;

// The messages of App Runner; what is not used here is left out. Times are seconds since 1970.

/// <summary>DescribeService, StartDeployment.</summary>
internal sealed class AppRunnerId
{
    public required string ServiceArn { get; set; }
}

internal sealed class AppRunnerUpdate
{
    public required string ServiceArn { get; set; }

    public required JsonObject SourceConfiguration { get; set; }
}

internal sealed class AppRunnerOperationsQuery
{
    public required string ServiceArn { get; set; }

    public int MaxResults { get; set; } = 20;

    public string? NextToken { get; set; }
}

/// <summary>DescribeService, UpdateService.</summary>
internal sealed class AppRunnerReply
{
    public AppRunnerService? Service { get; set; }

    /// <summary>Of UpdateService.</summary>
    public string? OperationId { get; set; }
}

internal sealed class AppRunnerStarted
{
    public string? OperationId { get; set; }
}

internal sealed class AppRunnerService
{
    /// <summary>RUNNING, OPERATION_IN_PROGRESS, PAUSED, CREATE_FAILED, DELETE_FAILED, DELETED.</summary>
    public string? Status { get; set; }

    /// <summary>Whole: an update sends all of it.</summary>
    public JsonObject? SourceConfiguration { get; set; }

    public AppRunnerInstance? InstanceConfiguration { get; set; }
}

internal sealed class AppRunnerInstance
{
    /// <summary>Reads the secrets that are injected.</summary>
    public string? InstanceRoleArn { get; set; }
}

internal sealed class AppRunnerOperations
{
    public List<AppRunnerOperation>? OperationSummaryList { get; set; }

    public string? NextToken { get; set; }
}

internal sealed class AppRunnerOperation
{
    public string? Id { get; set; }

    public string? Type { get; set; }

    /// <summary>PENDING, IN_PROGRESS, SUCCEEDED, FAILED, ROLLBACK_IN_PROGRESS, ROLLBACK_SUCCEEDED, ROLLBACK_FAILED.</summary>
    public string? Status { get; set; }

    public double? StartedAt { get; set; }
}

/// <summary>How these messages are read and written.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AppRunnerId))]
[JsonSerializable(typeof(AppRunnerOperationsQuery))]
[JsonSerializable(typeof(AppRunnerUpdate))]
[JsonSerializable(typeof(AppRunnerReply))]
[JsonSerializable(typeof(AppRunnerStarted))]
[JsonSerializable(typeof(AppRunnerOperations))]
internal sealed partial class AppRunnerJson : JsonSerializerContext;
