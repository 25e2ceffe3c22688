namespace FlowSecrets.Providers.Aws.Ecs;

/// <summary>The calls of ECS that are used here, one try each.</summary>
internal interface IEcs
{
    /// <returns>Null: there is no such service.</returns>
    Task<EcsService?> DescribeAsync(string? cluster, string service, CancellationToken cancellationToken);

    /// <param name="name">ARN, or a family for its newest revision.</param>
    Task<TaskDefinition> DefinitionAsync(string name, CancellationToken cancellationToken);

    Task<TaskDefinition> RegisterAsync(TaskDefinition definition, CancellationToken cancellationToken);

    /// <returns>The service with its new deployment.</returns>
    Task<EcsService> UpdateAsync(EcsUpdate request, CancellationToken cancellationToken);
}
